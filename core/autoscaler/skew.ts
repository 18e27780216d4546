/**
 * Part of feature `bottleneck`: uneven subtasks. Where one subtask is busy and the others are not, more subtasks take work from
 * the others. With a share h of all work bound to one subtask (a hot key), that one is busy for L·(h + (1−h)/P), L being the
 * work of all: so h follows from the busiest and the mean, and from h, what parallelism is of any use.
 */
import { numberOf } from './figure.ts';
import type { JobSample } from './samples.ts';
import { averageOf } from './statistics.ts';

/** Below this, the unevenness is that of key groups and chance. */
const leastSkew = 1.4;

/** Busiest over mean of a vertex's subtasks; 1 where it is even, or not known. */
export function skewOf(samples: readonly JobSample[], id: string): number {
  const mean = (metric: 'avg' | 'max') =>
    averageOf(samples.map(({ vertices }) => numberOf(vertices[id]?.busyMsPerSecond?.[metric])));
  const skew = mean('max') / mean('avg');
  return Number.isFinite(skew) && skew > 1 ? skew : 1;
}

/** The share of all work that is bound to one subtask; 0 where the subtasks are even. */
export function boundShare(skew: number, parallelism: number): number {
  return skew < leastSkew || parallelism < 2 ? 0 : Math.min(1, (skew - 1) / (parallelism - 1));
}

/** The parallelism by which the busiest subtask has `factor` times room; undefined where none gives that. */
export function evenedParallelism(parallelism: number, factor: number, bound: number): number | undefined {
  const busiest = bound + (1 - bound) / parallelism;
  const left = busiest / factor - bound;
  return left > 0 ? Math.ceil((1 - bound) / left) : undefined;
}
