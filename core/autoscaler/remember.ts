/** What is remembered of a scaling that was carried out. Source: `ScalingHistoryUtils.addToScalingHistoryAndStore`. */
import type { AutoscalerDecision } from './decision.ts';
import { dreySettings } from './drey-settings.ts';
import type { EngineMemory, JobScaling, VertexScaling } from './memory.ts';

/** How a scaling went. */
export interface ScalingDone {
  /** When it was asked for. */
  readonly atMs: number;
  /** How long no record was processed, where that was measured. */
  readonly pauseMs?: number;
}

/** A decision, as far as what is remembered of it goes. */
type Carried = Pick<AutoscalerDecision, 'id' | 'vertices' | 'parallelism' | 'memory' | 'memoryGiven' | 'memoryBytes'>;

/** The memory after a decision with memory that came to nothing: that is not tried again soon, and keeps no rescale back. */
export function rememberTried(memory: EngineMemory, atMs: number): EngineMemory {
  return { ...memory, memoryTriedAtMs: atMs };
}

/** The same where there was no room for so many bytes of each TaskManager: each try stops the job, so that waits longer each time. */
export function rememberRefused(memory: EngineMemory, bytes: number, atMs: number): EngineMemory {
  const { memoryRefusedMs: firstMs, longestRefusedMs: longestMs } = dreySettings;
  const { memoryRefused: before } = memory;
  const times = 1 + (before && atMs - before.untilMs < longestMs ? before.times : 0);
  const untilMs = atMs + Math.min(longestMs, firstMs * 2 ** (times - 1));
  return { ...rememberTried(memory, atMs), memoryRefused: { bytes, untilMs, times } };
}

/** The memory after the scaling of a decision: what waited is forgotten, since all has changed. */
export function rememberScaling(decision: Carried, { atMs, pauseMs }: ScalingDone): EngineMemory {
  const { memory, parallelism = {}, memoryGiven = memory.memoryGiven } = decision;
  const changed = decision.vertices.filter(({ target, parallelism: from }) => target !== from);
  const scalings = { ...memory.scalings };
  for (const { id, metrics, parallelism: from, target } of changed) {
    const scaling: VertexScaling = {
      atMs,
      from,
      to: target,
      trueRate: metrics['TRUE_PROCESSING_RATE'] ?? 'NaN',
      expectedRate: metrics['EXPECTED_PROCESSING_RATE'] ?? 'NaN',
      targetRate: metrics['TARGET_DATA_RATE'] ?? 'NaN',
    };
    scalings[id] = [...(scalings[id] ?? []), scaling];
  }
  const byUpgrade = decision.memoryBytes !== undefined;
  const { memoryRefused, ...others } = memory;
  const job: JobScaling = {
    atMs,
    decision: decision.id,
    to: Object.fromEntries(changed.map(({ id }) => [id, parallelism[id] ?? 1])),
    ...(pauseMs === undefined || byUpgrade ? {} : { pauseMs }),
    ...(byUpgrade && { byUpgrade }),
  };
  return {
    ...others,
    ...(memoryRefused && !byUpgrade && { memoryRefused }),
    scalings,
    jobScalings: [...memory.jobScalings, job],
    delayedScaleDowns: {},
    ...(memoryGiven && { memoryGiven }),
  };
}
