/** Failures as errors carry them through an operation, and what an error says to people. */
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { clusterSilent, unansweredType } from '../core/awaited-agent.ts';
import { isFailure, type Failure } from '../core/failure.ts';

/** The error that carries a failure to the end of the operation. */
export function errorOf(failure: Failure): ApplicationFailure {
  return ApplicationFailure.create({ type: failure.code, message: failure.message, details: [failure] });
}

/** The failure that an error carries; what carries none is our own fault and says so. */
export function failureOf(error: unknown): Failure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const [carried] = cause.details ?? [];
    if (isFailure(carried)) return carried;
  }
  if (cause instanceof TimeoutFailure) return clusterSilent();
  if (isUnansweredInTime(error, cause)) return clusterSilent(cause.message);
  const message = cause instanceof Error ? cause.message : String(cause);
  return {
    code: 'INTERNAL',
    message: `Unexpected: ${message}.`,
    cure: 'Look at the operation in the Temporal UI and report it.',
  };
}

/** What the API server says that may pass is tried again, and where the time is over first, nothing but that is left of it. */
function isUnansweredInTime(error: unknown, cause: unknown): cause is ApplicationFailure {
  const isOver = error instanceof ActivityFailure && error.retryState === 'TIMEOUT';
  return isOver && cause instanceof ApplicationFailure && cause.type === unansweredType;
}

/** Whether an activity did not end within its time. */
export function hasTimedOut(error: unknown): boolean {
  return error instanceof ActivityFailure && error.cause instanceof TimeoutFailure;
}
