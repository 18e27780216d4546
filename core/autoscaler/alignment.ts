/**
 * A parallelism at which key groups or source partitions are spread well over the subtasks. Source: `ParallelismAligner`
 * and `BuiltInAlignmentMode` of the Apache operator's main branch; the legacy modes are all that 1.15.0 has.
 */
import type { AlignmentMode, LegacyAlignmentMode } from './options.ts';
import type { JobVertex } from './samples.ts';

export interface ToAlign {
  readonly current: number;
  /** Another one than the current, within the bounds. */
  readonly target: number;
  /** Key groups, or partitions of the source. */
  readonly parts: number;
  readonly maxParallelism: number;
  readonly min: number;
  readonly max: number;
}

/** What the vertex's work is divided into; undefined where it can be divided in any way. */
export function partsOf({ inputs, sourcePartitions = 0, maxParallelism }: JobVertex): number | undefined {
  if (sourcePartitions > 0) return sourcePartitions;
  return inputs.some(({ shipStrategy }) => shipStrategy === 'HASH') ? maxParallelism : undefined;
}

/** The first parallelism from the target upwards that spreads the parts better; the target where there is none. */
export function align(wish: ToAlign, mode: AlignmentMode): number {
  return mode === 'OFF' ? wish.target : (firstAligned(wish, mode === 'BALANCED') ?? wish.target);
}

/** As `align`, and downwards where there is none upwards; the current one where that would turn the direction round. */
export function alignLegacy(wish: ToAlign, mode: LegacyAlignmentMode): number {
  const upwards = firstAligned(wish, mode === 'MAXIMIZE_UTILISATION');
  if (upwards !== undefined) return upwards;
  const downwards = Math.max(lastOfSameLoad(wish), wish.min);
  const isUp = wish.target > wish.current;
  const turnsRound = isUp ? downwards <= wish.current : downwards >= wish.current;
  return turnsRound ? wish.current : downwards;
}

/**
 * The least parallelism at which the fullest subtask has so few parts that all do `factor` times what they do now. A rate that
 * was measured is that of the fullest subtask: ⌈parts/p⌉ of them, so p subtasks do what parts/⌈parts/p⌉ even ones would.
 * @param tolerance the share by which it may fall short
 */
export function spread(parts: number, current: number, factor: number, tolerance: number): number {
  const wanted = (factor * parts) / Math.ceil(parts / current);
  const most = Math.floor(parts / (wanted * (1 - tolerance)));
  return most < 1 ? parts : Math.ceil(parts / most);
}

/** Upwards at most to the bounds; for a scale-down, at most to where it is. */
function firstAligned(wish: ToAlign, orLessLoad: boolean): number | undefined {
  const bound = Math.min(wish.parts, wish.maxParallelism, wish.max);
  const end = wish.target > wish.current ? bound : Math.min(wish.current, bound);
  for (let p = wish.target; p <= end; p++) {
    const isBetter = orLessLoad && partsEach(wish.parts, p) < partsEach(wish.parts, wish.target);
    if (wish.parts % p === 0 || isBetter) return p;
  }
  return undefined;
}

/** Downwards: the least parallelism at which no subtask has more to do than at the target, or the divisor next to it. */
function lastOfSameLoad({ parts, target }: ToAlign): number {
  for (let p = target; p > 0; p--) {
    if (partsEach(parts, p) > partsEach(parts, target)) return parts % p === 0 ? p : p + 1;
  }
  return 0;
}

function partsEach(parts: number, parallelism: number): number {
  return Math.floor(parts / parallelism);
}
