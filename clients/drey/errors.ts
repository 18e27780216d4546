/** The two ways in which a call to Drey's API fails: it answered with a problem, or it did not answer. */
import type { Problem } from './shapes.ts';

/** The API answered with a problem: `problem.code` is stable, `problem.detail` and `problem.cure` are for people. */
export class DreyApiError extends Error {
  override readonly name = 'DreyApiError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail === '' ? problem.title : problem.detail);
    this.problem = problem;
  }
}

/** No usable answer came: the address is wrong, the API is down, it took too long, or something else listens there. */
export class DreyUnreachableError extends Error {
  override readonly name = 'DreyUnreachableError';
  readonly server: string;

  constructor(server: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.server = server;
  }
}

/** Whether the API said that the thing asked for does not exist. */
export function isNotFound(error: unknown): error is DreyApiError {
  return error instanceof DreyApiError && error.problem.status === 404;
}

/** Whether it needs PostgreSQL, and that is away: what a job itself knows can be read all the same. */
export function isRecordsAway(error: unknown): error is DreyApiError {
  return error instanceof DreyApiError && error.problem.code === 'RECORDS_AWAY';
}

/** The value, or `undefined` when the API says that it does not exist. */
export async function ignoreNotFound<Value>(value: Promise<Value>): Promise<Value | undefined> {
  try {
    return await value;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
