/** A restore point that is older than the spec allows. */
import type { Failure } from '../failure.ts';
import type { StateAge } from '../stopping.ts';

/** What is too old, in milliseconds, and how old it may be. */
interface TooOld {
  readonly from: StateAge['from'];
  readonly ageMs: number;
  readonly limitMs: number;
}

/** `left`: it runs on, untouched. `candidate`: it comes up anew from the job's state, once a spec is applied again. */
type Whose = 'ended' | 'left' | 'candidate';

export function stateTooOld({ from, ageMs, limitMs }: TooOld, whose: Whose): Failure {
  const seconds = Math.round(ageMs / 1000);
  const age = {
    checkpoint: `The newest checkpoint is ${seconds} s old`,
    start: `The job has completed no checkpoint since it was restored ${seconds} s ago`,
  };
  return {
    code: 'STATE_TOO_OLD',
    message: `${age[from]}, and spec.upgrade.maxStateAge is ${Math.round(limitMs / 1000)} s.`,
    cure: cures[whose],
  };
}

const cures: Readonly<Record<Whose, string>> = {
  ended: 'Raise spec.upgrade.maxStateAge to go on from it, or set spec.upgrade.mode to stateless to start empty.',
  left: 'See why its checkpoints fail (`drey describe job NAME`); raise spec.upgrade.maxStateAge to go on from that one.',
  candidate: 'See why its checkpoints fail, or raise spec.upgrade.maxStateAge for the next candidate.',
};
