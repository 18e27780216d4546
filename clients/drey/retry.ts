/** Repeats a call that is safe to repeat, until it is answered or its time is over. */
import { DreyApiError, DreyUnreachableError } from './errors.ts';

export interface RetryOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Called before each wait, so that people learn why nothing happens. */
  readonly onRetry?: ((error: Error) => void) | undefined;
}

const firstPauseMs = 100;
/** Short enough that a person sees the API come back at once. */
const pauseMsMax = 1000;

/** Whether the same request, with the same idempotency key, may be sent again: nothing answered, or 503 (not yet). */
function mayRepeat(error: unknown): error is Error {
  if (error instanceof DreyUnreachableError) return error.cause !== undefined;
  return error instanceof DreyApiError && error.problem.status === 503;
}

/**
 * Calls `attempt` until it answers, fails for good, or `timeoutMs` is over; then the last error is thrown. Each attempt
 * gets a signal that ends with the whole time.
 */
export async function withRetries<Value>(
  options: RetryOptions,
  attempt: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
    try {
      return await attempt(signal);
    } catch (error) {
      if (!mayRepeat(error) || signal.aborted) throw error;
      options.onRetry?.(error);
      if (!(await pause(pauseMs, signal))) throw error;
    }
  }
}

/** Whether the pause ended by itself: false when the time was over first. */
function pause(pauseMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (endedByItself: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(endedByItself);
    };
    const stop = () => end(false);
    const timer = setTimeout(() => end(true), pauseMs);
    signal.addEventListener('abort', stop);
  });
}
