/** What is said of operations that an earlier workflow of a job began, and that may still act: a later operation waits for them, within a bound. */
import type { Failure } from './failure.ts';

/** For how long an operation waits for them at most, in milliseconds: longer than a stop and what may follow it within default deadlines. */
export const orphansPatienceMs = 30 * 60_000;

/** What a step says that waits for them. @param left their workflow ids. */
export function orphansAwaited(left: readonly string[]): string {
  return `${left.join(', ')}, for ${orphansPatienceMs / 60_000} min at most`;
}

/** They have not ended in that time. @param name of the job. */
export function orphansStay(left: readonly string[], name: string): Failure {
  return {
    code: 'EARLIER_OPERATION_RUNS',
    message: `What an earlier workflow of the job began has not ended within ${orphansPatienceMs / 60_000} min: ${left.join(', ')}.`,
    cure: `See in the Temporal UI what it waits for (most often an agent: \`drey get clusters\`), and ask again when it has ended; \`drey delete job ${name} --forget\` ends it where it stands.`,
  };
}
