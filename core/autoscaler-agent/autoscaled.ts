/** Which jobs an autoscaler decides on. */
import type { Generation } from '../generation.ts';

/** Whether it decides on the job of a generation. A candidate is none: its load is that of the job that it may replace. */
export function isAutoscaled({ spec, candidate }: Pick<Generation, 'spec' | 'candidate'>): boolean {
  const { mode = 'off' } = spec.spec.autoscaler ?? {};
  return mode !== 'off' && !candidate;
}
