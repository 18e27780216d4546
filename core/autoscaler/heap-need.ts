/**
 * Part of feature `memory`: how large heaps have to be. What is alive on many heaps comes together on few. A heap's use holds garbage,
 * too: the least that was seen is nearest to what is alive.
 */
import { dreySettings } from './drey-settings.ts';
import { numberOf } from './figure.ts';
import type { JobSample } from './samples.ts';
import { averageOf } from './statistics.ts';

/** NaN where Flink does not tell. */
export interface Heaps {
  /** The share of a heap that is alive. */
  readonly alive: number;
  /** The share of the time that garbage collection takes. */
  readonly collecting: number;
}

/** What the samples tell of the heaps. */
export function heapsIn(samples: readonly JobSample[]): Heaps {
  const seen = samples.flatMap(({ taskManagers }) => taskManagers ?? []);
  const used = seen
    .map(({ heapUsedBytes, heapMaxBytes }) => numberOf(heapUsedBytes?.min) / numberOf(heapMaxBytes?.max))
    .filter((share) => Number.isFinite(share));
  return {
    alive: used.length === 0 ? Number.NaN : Math.min(...used),
    collecting: averageOf(seen.map(({ gcMsPerSecond }) => numberOf(gcMsPerSecond?.avg) / 1000)),
  };
}

/** Whether vertices would do notably more if garbage collection took less of their time. */
export function collectsTooMuch({ collecting }: Heaps): boolean {
  return collecting > dreySettings.usualGc;
}

/** How many times as much they would do. */
export function gainOfMemory({ collecting }: Heaps): number {
  return (1 - dreySettings.usualGc) / (1 - collecting);
}

/** Whether heaps would be too full on another number of TaskManagers, or collect too much garbage to tell. */
export function areTooSmall({ alive, collecting }: Heaps, slotsBefore: number, slotsAfter: number): boolean {
  return collecting > dreySettings.mostGc || (alive * slotsBefore) / slotsAfter > dreySettings.fullestHeap;
}

/** How few slots hold what is alive on the present ones. */
export function leastSlots({ alive }: Heaps, slots: number): number {
  return Math.ceil((alive * slots) / dreySettings.fullestHeap);
}

/** How many times the present heap would be right on another number of TaskManagers; one that collects too much is too small. */
export function heapFactor(heaps: Heaps, slotsBefore: number, slotsAfter: number): number {
  const least = collectsTooMuch(heaps) ? dreySettings.leastMoreHeap : 0;
  return Math.max(heaps.alive / dreySettings.aimedHeap, least) * (slotsBefore / slotsAfter);
}
