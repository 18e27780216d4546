/** How a generation is to be stopped, as the spec says that comes next. */
import { hasDurableStorage, type Generation } from '../core/generation.ts';
import { changesStateBackend } from '../core/plan/rollback-limit.ts';
import type { FlinkJob } from '../core/schema/flink-job.ts';
import { parseDurationMs } from '../core/spec/duration.ts';
import type { StopWish } from './stop-generation.ts';

const hows = { savepoint: 'savepoint', 'last-state': 'cancel', stateless: 'discard' } as const;

/** Whether the spec says that the job begins anew. */
export function startsEmpty({ spec }: FlinkJob): boolean {
  return spec.upgrade.mode === 'stateless';
}

/** What the next spec says about the stop of what runs. */
export function keepingState(generation: Generation, next: FlinkJob): StopWish {
  const { upgrade } = next.spec;
  return {
    generation,
    how: hasDurableStorage(generation.spec) ? hows[upgrade.mode] : 'cancel',
    whenSavepointFails: upgrade.whenSavepointFails,
    ...(changesStateBackend(generation.spec, next) && { format: 'canonical' }),
    ...(upgrade.maxStateAge !== undefined && { maxStateAgeMs: parseDurationMs(upgrade.maxStateAge) }),
  };
}
