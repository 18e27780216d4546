/** What a step fails with where its cluster's API server does not do as it is asked. */
import { expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { withFailures } from '../../activities/failures.ts';
import { KubernetesError } from '../../clients/kubernetes/errors.ts';

test.each([
  [0, 'connect ECONNREFUSED 10.0.0.1:6443', 'KubernetesUnanswered', false],
  [429, 'too many requests', 'KubernetesUnanswered', false],
  [500, 'etcdserver: request timed out', 'KubernetesUnanswered', false],
  [503, 'apiserver is shutting down', 'KubernetesUnanswered', false],
  [500, 'Internal error occurred: failed calling webhook "policy.example"', 'KubernetesError', false],
  [409, 'the object has been modified', 'KubernetesError', false],
  [404, 'deployments.apps "one" not found', 'KubernetesError', false],
  [403, 'forbidden: exceeded quota', 'OBJECTS_REFUSED', true],
])('%d %s fails with %s, for good: %s', async (status, message, type, isFinal) => {
  const failing = withFailures(() => Promise.reject(new KubernetesError(status, 'Reason', message)));
  const error: unknown = await failing.catch((thrown: unknown) => thrown);
  const failure = error instanceof ApplicationFailure ? error : undefined;
  expect(failure?.type ?? (error instanceof Error && error.name)).toBe(type);
  expect(failure?.nonRetryable ?? false).toBe(isFinal);
  expect((error as Error).message).toContain(message);
});
