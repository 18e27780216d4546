/** What can go wrong when talking to an API server, in a form that callers can decide on. */

/** Statuses after which the same request may succeed: overloaded, restarting, a page that expired, a gateway between. */
const passingStatuses = new Set([408, 410, 429, 500, 502, 503, 504]);

/** An API server's refusal, or its silence (`status` 0, reason `NoAnswer`). */
export class KubernetesError extends Error {
  override readonly name = 'KubernetesError';
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;
  /** Kubernetes's own word, such as `NotFound`, `Conflict`, `Forbidden`, `Invalid`, `Expired`. */
  readonly reason: string;
  /** Seconds after which the server wants to be asked again, where it said so. */
  readonly retryAfterSeconds?: number;

  constructor(
    status: number,
    reason: string,
    message: string,
    options: ErrorOptions & { retryAfterSeconds?: number } = {},
  ) {
    super(message, options);
    this.status = status;
    this.reason = reason;
    if (options.retryAfterSeconds !== undefined) this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** Whether the same request may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return this.status === 0 || passingStatuses.has(this.status);
  }
}

/** A wait that found no answer within its time. */
export class WaitTimedOut extends Error {
  override readonly name = 'WaitTimedOut';
}

function hasStatus(error: unknown, status: number): error is KubernetesError {
  return error instanceof KubernetesError && error.status === status;
}

/** Whether the object does not exist. */
export function isNotFound(error: unknown): error is KubernetesError {
  return hasStatus(error, 404);
}

/** Whether a precondition did not hold: another version, another uid, or a name that is taken. */
export function isConflict(error: unknown): error is KubernetesError {
  return hasStatus(error, 409);
}

/** Whether the agent's account lacks the right. */
export function isForbidden(error: unknown): error is KubernetesError {
  return hasStatus(error, 403);
}
