/** A job that has completed checkpoints, of which the storage has none any more. */
import type { Failure } from '../failure.ts';
import type { Generation } from '../generation.ts';

/**
 * What it was started from is no answer: all that it has done since would be done again, and nobody has asked for that. A candidate comes up anew
 * from the job's state, once a spec is applied again.
 */
export function stateGone({ spec, candidate }: Generation): Failure {
  const { checkpoints } = spec.spec.storage;
  return {
    code: 'STATE_GONE',
    message: `The ${candidate ? 'candidate' : 'job'} has completed checkpoints, and ${checkpoints ?? 'its storage'} has none of them any more.`,
    cure: candidate
      ? 'See what deletes files there.'
      : 'Put the files back, or choose where it goes on: `drey savepoint restore NAME N`, or spec.upgrade.mode stateless to start empty.',
  };
}
