/** How a generation is to be stopped, as the spec says that comes next. */
import { maxStateAgeMs } from '../core/aging.ts';
import { hasDurableStorage, type Generation } from '../core/generation.ts';
import type { PlanMode } from '../core/plan/change-plan.ts';
import { changesStateBackend } from '../core/plan/rollback-limit.ts';
import type { FlinkJob } from '../core/schema/flink-job.ts';
import type { StopWish } from './stop-generation.ts';

const hows = { savepoint: 'savepoint', 'last-state': 'cancel', stateless: 'discard', restore: 'cancel' } as const;

/** What is said about the stop of what runs. @param mode for this once, or as the spec has it. */
export function keepingState(generation: Generation, next: FlinkJob, mode: PlanMode): StopWish {
  const { upgrade } = next.spec;
  const isCanonical = changesStateBackend(generation.spec, next);
  return {
    generation,
    how: hasDurableStorage(generation.spec) ? hows[mode] : 'cancel',
    // No checkpoint brings the state to another state backend.
    whenSavepointFails: isCanonical ? 'refuse' : upgrade.whenSavepointFails,
    ...(isCanonical && { format: 'canonical' }),
    // Nobody goes on from it unless the restore fails.
    ...(mode === 'restore' && { stateMayBeGone: true }),
    ...(mode !== 'restore' && oldestState(next)),
  };
}

/**
 * What is said about the ends of what is left of a candidate that is brought back, the newest last. Only that one's state may be too
 * old: it began from what those before it had.
 */
export function bringingBack(broken: readonly Generation[], next: Generation): readonly StopWish[] {
  const limit = oldestState(next.spec);
  return broken.map((generation) => ({
    generation,
    how: 'cancel',
    next,
    ...(generation === broken.at(-1) && limit),
  }));
}

/** How old a checkpoint may be that a start by this spec goes on from. */
function oldestState(spec: FlinkJob): Pick<StopWish, 'maxStateAgeMs'> {
  const limitMs = maxStateAgeMs(spec);
  return limitMs === undefined ? {} : { maxStateAgeMs: limitMs };
}

/** The same where the job is to end though no savepoint can be had, and however old its newest checkpoint is. */
export function comeWhatMay({ maxStateAgeMs: _maxStateAgeMs, ...wish }: StopWish): StopWish {
  return { ...wish, whenSavepointFails: 'checkpoint' };
}
