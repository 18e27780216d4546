/** What an error that ended a step says to people. */
import { describe, expect, test } from '@jest/globals';
import { ActivityFailure, ApplicationFailure, type RetryState } from '@temporalio/common';
import { errorOf, failureOf } from '../../workflows/carried-failure.ts';

const carried = { code: 'NAME_TAKEN', message: 'Another job has it.', cure: 'Take another.' } as const;

function ended(cause: Error, retryState: RetryState = 'TIMEOUT'): ActivityFailure {
  return new ActivityFailure('Activity task failed', 'findGenerations', '1', retryState, 'agent', cause);
}

const said = (type: string, message = 'connect ECONNREFUSED 10.0.0.1:6443') =>
  ApplicationFailure.create({ type, message, nonRetryable: false });

describe('a step that failed', () => {
  test('says what its agent said', () => expect(failureOf(ended(errorOf(carried)))).toEqual(carried));

  test('over an API server that did not answer in its time found the cluster silent, and says what that said last', () => {
    expect(failureOf(ended(said('KubernetesUnanswered')))).toMatchObject({
      code: 'CLUSTER_SILENT',
      message: expect.stringMatching(/within its time\. Kubernetes last said: connect ECONNREFUSED/),
    });
  });

  test.each<[string, ActivityFailure]>([
    ['something else, again and again', ended(said('TypeError'))],
    ['a conflict, again and again', ended(said('KubernetesError'))],
    ['silence once, and was not tried again', ended(said('KubernetesUnanswered'), 'NON_RETRYABLE_FAILURE')],
  ])('over %s is a fault of Drey', (_title, error) => expect(failureOf(error)).toMatchObject({ code: 'INTERNAL' }));
});
