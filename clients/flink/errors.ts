/** What can go wrong when talking to Flink, in a form that callers can decide on. */
import { rootCause } from '../../core/diagnosis/stack-trace.ts';

/** Flink's refusal. */
export class FlinkRestError extends Error {
  override readonly name = 'FlinkRestError';
  readonly status: number;
  /** The last meaningful `Caused by` of the trace that came with it, as `class: message` without frames. */
  readonly rootCause: string;
  /** The whole text that came: messages and traces. */
  readonly details: string;

  constructor(status: number, details: string) {
    const cause = rootCause(details);
    super(`Flink answered ${status}: ${cause.text}`);
    this.status = status;
    this.rootCause = cause.text;
    this.details = details;
  }
}

/**
 * Nothing answered for Flink: refused, reset, timed out, or a proxy without a pod behind it. A request that changes
 * something may have been carried out nevertheless.
 */
export class FlinkUnreachable extends Error {
  override readonly name = 'FlinkUnreachable';
}

/** Whether Flink knows no such job, trigger or path. */
export function isFlinkNotFound(error: unknown): error is FlinkRestError {
  return error instanceof FlinkRestError && error.status === 404;
}

/** The answer; undefined where Flink does not have it, or says it in a way that is not understood. */
export async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof FlinkRestError) return undefined;
    throw error;
  }
}
