/** How activities fail: with a `Failure` that says what to do, or with a passing fault that Temporal tries again. */
import { ApplicationFailure } from '@temporalio/common';
import { KubernetesError, WaitTimedOut } from '../clients/kubernetes/errors.ts';
import { unansweredType } from '../core/awaited-agent.ts';
import { cutEvidence, type Failure } from '../core/failure.ts';
import { redact } from '../core/redact.ts';

/** A final failure: the step ends with it, and people read it. */
export function failed(failure: Failure): ApplicationFailure {
  const told = clean(failure);
  return ApplicationFailure.create({ type: told.code, message: told.message, nonRetryable: true, details: [told] });
}

/** The failure as it may leave the agent. */
export function clean(failure: Failure): Failure {
  return {
    ...failure,
    message: redact(failure.message),
    ...(failure.evidence ? { evidence: cutEvidence(redact(failure.evidence)) } : {}),
  };
}

/**
 * Runs an activity's body: refusals of the API server that no repetition mends become failures with a cure, the rest is
 * left to Temporal's retries.
 */
export async function withFailures<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (isFinalRefusal(error)) throw failed(refusedByKubernetes(error));
    if (isUnanswered(error)) throw ApplicationFailure.fromError(error, { type: unansweredType });
    throw error;
  }
}

/** Whether the API server is away or overloaded. What a webhook of the cluster breaks was answered: that lasts for as long as the webhook is as it is. */
function isUnanswered(error: unknown): error is KubernetesError {
  return error instanceof KubernetesError && error.retryable && !/webhook/.test(error.message);
}

/** Whether the API server refuses what no repetition mends. */
export function isFinalRefusal(error: unknown): error is KubernetesError {
  return error instanceof KubernetesError && isFinal(error);
}

/** Waits, and fails with what `failure` says when the wait's own time is over. */
export async function failingInTime<T>(wait: Promise<T>, failure: () => Failure | Promise<Failure>): Promise<T> {
  try {
    return await wait;
  } catch (error) {
    if (error instanceof WaitTimedOut) throw failed(await failure());
    throw error;
  }
}

/** A conflict passes: the object is read anew by the next try. What is not found may come, but no namespace does by itself. */
function isFinal(error: KubernetesError): boolean {
  if (error.status === 404) return isAbsentNamespace(error);
  return !error.retryable && error.status !== 409;
}

function isAbsentNamespace(error: KubernetesError): boolean {
  return error.status === 404 && /namespaces "[^"]+" not found/.test(error.message);
}

function refusedByKubernetes(error: KubernetesError): Failure {
  return { code: 'OBJECTS_REFUSED', message: `Kubernetes refused: ${error.message}`, cure: cureOf(error) };
}

function cureOf(error: KubernetesError): string {
  if (isAbsentNamespace(error)) return 'Make the namespace in the cluster, or correct spec.namespace, and apply again.';
  if (error.status === 403)
    return "Give the agent's account this right, or lift the quota or policy that forbids it, and apply again.";
  return 'Correct what the API server names in the spec (most often in a podTemplate), and apply again.';
}
