/** A restore point that is older than the spec allows. */
import type { Failure } from '../failure.ts';
import type { StateAge } from '../stopping.ts';

/** @param ageMs of what it would go on from, in milliseconds. @param hasEnded whether the job has stopped; else it runs on, untouched. */
export function stateTooOld(from: StateAge['from'], ageMs: number, limitMs: number, hasEnded: boolean): Failure {
  const seconds = Math.round(ageMs / 1000);
  const age = {
    checkpoint: `The newest checkpoint is ${seconds} s old`,
    start: `The job has completed no checkpoint since it was restored ${seconds} s ago`,
  };
  return {
    code: 'STATE_TOO_OLD',
    message: `${age[from]}, and spec.upgrade.maxStateAge is ${Math.round(limitMs / 1000)} s.`,
    cure: hasEnded
      ? 'Raise spec.upgrade.maxStateAge to go on from it, or set spec.upgrade.mode to stateless to start empty.'
      : 'See why its checkpoints fail (`drey describe job NAME`); raise spec.upgrade.maxStateAge to go on from that one.',
  };
}
