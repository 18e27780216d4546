/** How activities fail: with a `Failure` that says what to do, or with a passing fault that Temporal tries again. */
import { ApplicationFailure } from '@temporalio/common';
import { KubernetesError } from '../clients/kubernetes/errors.ts';
import { cutEvidence, type Failure } from '../core/failure.ts';
import { redact } from '../core/redact.ts';

/** A final failure: the step ends with it, and people read it. Its evidence is redacted and cut here, once for all. */
export function failed(failure: Failure): ApplicationFailure {
  const clean: Failure = {
    ...failure,
    message: redact(failure.message),
    ...(failure.evidence ? { evidence: cutEvidence(redact(failure.evidence)) } : {}),
  };
  return ApplicationFailure.create({ type: clean.code, message: clean.message, nonRetryable: true, details: [clean] });
}

/**
 * Runs an activity's body: refusals of the API server that no repetition mends become failures with a cure, the rest is
 * left to Temporal's retries.
 */
export async function withFailures<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof KubernetesError && isFinal(error)) throw failed(refusedByKubernetes(error));
    throw error;
  }
}

/** A conflict passes: the object is read anew by the next try. */
function isFinal(error: KubernetesError): boolean {
  return !error.retryable && error.status !== 409 && error.status !== 404;
}

function refusedByKubernetes(error: KubernetesError): Failure {
  const cure =
    error.status === 403
      ? "Give the agent's account this right, or lift the quota or policy that forbids it, and apply again."
      : 'Correct what the API server names in the spec (most often in a podTemplate), and apply again.';
  return { code: 'OBJECTS_REFUSED', message: `Kubernetes refused: ${error.message}`, cure };
}
