/** A cure of its own for a refused change, where the common one would lead nowhere. */
import { Problem } from './problem.ts';

/**
 * What `act` gives. Where there is no such job, the cure is what `cureOf` says, unless that says nothing; it is in the message
 * too, for the command line has a cure of its own for that.
 */
export async function withCureIfAbsent<T>(
  cureOf: () => Promise<string | undefined>,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const cure = error instanceof Problem && error.code === 'NO_SUCH_JOB' ? await cureOf() : undefined;
    if (!(error instanceof Problem) || cure === undefined) throw error;
    throw new Problem(error.code, `${error.message} ${cure}`, { ...error.extras, cure });
  }
}
