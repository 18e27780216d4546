/** Part of feature `memory`: what is known of heaps over longer than a few minutes, for a change that takes a restart. */
import type { AutoscalerInput } from './decision.ts';
import { dreySettings } from './drey-settings.ts';
import { numberOf } from './figure.ts';
import type { EngineMemory, WatchedMemory } from './memory.ts';
import { slotsOf } from './quota.ts';
import type { JobSample } from './samples.ts';

/** The samples of a whole window since the job has settled; undefined while they do not cover it. */
export function wholeWindow({ job, nowMs, policy, samples }: AutoscalerInput): readonly JobSample[] | undefined {
  const { stabilizationMs, windowMs } = policy.options;
  const settledMs = (job.runningSinceMs ?? Infinity) + Math.min(stabilizationMs, dreySettings.settleMs);
  const seen = samples.filter(({ atMs }) => atMs >= settledMs && atMs <= nowMs);
  const first = seen.findLastIndex(({ atMs }) => atMs <= nowMs - windowMs);
  return first < 0 ? undefined : seen.slice(first);
}

/**
 * The share of the fullest heap that is alive: no garbage stays through all of a window, so the least use is nearest to it. NaN where Flink
 * does not tell.
 */
export function aliveThroughout(window: readonly JobSample[]): number {
  const used = window.map(
    ({ taskManagers: seen }) => numberOf(seen?.heapUsedBytes?.max) / numberOf(seen?.heapMaxBytes?.max),
  );
  return Math.min(...used);
}

/** Shares of the time that garbage collection took, of each sample. */
export function collectingIn(window: readonly JobSample[]): readonly number[] {
  return window.map(({ taskManagers: seen }) => numberOf(seen?.gcMsPerSecond?.avg) / 1000);
}

/** What is remembered of how TaskManagers are used: anew whenever there are others, or another number of them. */
export function watched(input: AutoscalerInput, { watched: before }: EngineMemory): Pick<EngineMemory, 'watched'> {
  const { job, nowMs, policy } = input;
  const bytes = job.taskManagers?.memoryBytes;
  if (policy.memory?.byRestart !== true || bytes === undefined) return {};
  const slots = slotsOf(job.vertices, {});
  const isSame = before?.bytes === bytes && before.slots === slots;
  const since: WatchedMemory = isSame ? before : { bytes, ...sizeBefore(bytes, before), slots, sinceMs: nowMs };
  const alive = aliveThroughout(wholeWindow(input) ?? []);
  return { watched: Number.isFinite(alive) ? { ...since, alive: Math.max(alive, since.alive ?? 0) } : since };
}

function sizeBefore(bytes: number, before: WatchedMemory | undefined): Pick<WatchedMemory, 'beforeBytes'> {
  if (before === undefined) return {};
  if (before.bytes !== bytes) return { beforeBytes: before.bytes };
  return before.beforeBytes === undefined ? {} : { beforeBytes: before.beforeBytes };
}
