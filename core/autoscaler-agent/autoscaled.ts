/** Which jobs an autoscaler decides on. */
import type { Generation } from '../generation.ts';

/** Whether it decides on the job of a generation. A candidate is none: its load is that of the job that it may replace. */
export function isAutoscaled(generation: Scaled): boolean {
  return !isOff(generation) && !generation.candidate;
}

/** Whether somebody has switched it off for the job. */
export function isSwitchedOff(generation: Scaled): boolean {
  return isOff(generation) && !generation.candidate;
}

type Scaled = Pick<Generation, 'spec' | 'candidate'>;

function isOff({ spec }: Scaled): boolean {
  return (spec.spec.autoscaler?.mode ?? 'off') === 'off';
}
