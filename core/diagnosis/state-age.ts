/** A restore point that is older than the spec allows. */
import type { Failure } from '../failure.ts';
import type { Generation } from '../generation.ts';

/** @param hasEnded whether the job has stopped; else it runs on, untouched. */
export function stateTooOld({ spec }: Generation, ageMs: number, hasEnded: boolean): Failure {
  const limit = spec.spec.upgrade.maxStateAge ?? 'none';
  return {
    code: 'STATE_TOO_OLD',
    message: `The newest checkpoint is ${Math.round(ageMs / 1000)} s old, and spec.upgrade.maxStateAge is ${limit}.`,
    cure: hasEnded
      ? 'Raise spec.upgrade.maxStateAge to go on from it, or set spec.upgrade.mode to stateless to start empty.'
      : 'See why its checkpoints fail (`drey describe job NAME`); raise spec.upgrade.maxStateAge to go on from that one.',
  };
}
