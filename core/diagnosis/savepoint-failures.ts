/** Why no savepoint was taken of a job, where Flink itself says nothing. */
import type { Failure } from '../failure.ts';
import type { Generation } from '../generation.ts';

/** @param seen how the job was last seen. */
export function notRunning({ identity }: Pick<Generation, 'identity'>, seen: string): Failure {
  return {
    code: 'JOB_NOT_RUNNING',
    message: `No savepoint can be taken of ${identity.name}: ${seen}.`,
    cure: 'See why it does not run (`drey describe job NAME`), and ask again when it does.',
  };
}

/** @param state as Flink says it. */
export function jobEnded(generation: Pick<Generation, 'identity'>, state: string): Failure {
  return notRunning(generation, `it is ${state}`);
}

/** @param silence why Flink did not answer when it was last asked, if it did not. */
export function savepointTimedOut(waitedMs: number, silence: string | undefined): Failure {
  return {
    code: 'SAVEPOINT_TIMED_OUT',
    message: `The savepoint was not completed within ${Math.round(waitedMs / 1000)} s${silence ? `: ${silence}` : ''}. The job goes on.`,
    cure: 'See the checkpoints in the Flink UI: most often a task is backpressured or the storage is slow. Raise execution.checkpointing.timeout if it only needs longer.',
  };
}

export const noSavepointStorage: Failure = {
  code: 'NO_SAVEPOINT_STORAGE',
  message: 'The job has no storage, so there is no place for savepoints.',
  cure: 'Give spec.storage.root or spec.storage.volumeClaim, and apply.',
};
