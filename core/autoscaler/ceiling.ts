/**
 * Part of feature `bottleneck`: a limit outside of Flink, seen before it is met with parallelism. A vertex that works is busy in
 * proportion to what it does. One that was busy all the time at some rate, and later does as much while it is far less busy, did not
 * work then but wait, for a database or a service: more subtasks would wait with it.
 */
import { dreySettings } from './drey-settings.ts';
import type { Ceiling } from './memory.ts';

export interface Pace {
  readonly parallelism: number;
  /** Records a second, and how busy it was with them, in the last minutes. */
  readonly inputRate: number;
  readonly loadNow: number;
}

/** With what the last minutes say. @param isBehind whether records waited, so that the vertex could not have done more. */
export function learnCeiling(
  before: Ceiling | undefined,
  { parallelism, inputRate, loadNow }: Pace,
  isBehind: boolean,
  nowMs: number,
): Ceiling | undefined {
  const known = before?.parallelism === parallelism ? before : undefined;
  if (Number.isNaN(inputRate)) return known;
  if (loadNow >= dreySettings.saturated)
    return isBehind ? { ...known, parallelism, recordsPerSecond: inputRate, atMs: nowMs } : known;
  if (known === undefined || nowMs - known.atMs > dreySettings.capacityAgeMs) return undefined;
  const isAsFast = inputRate >= dreySettings.asFastAsCeiling * known.recordsPerSecond;
  return isAsFast && loadNow <= dreySettings.busyBelowCeiling ? { ...known, isOutside: true } : known;
}

/** The limit that holds a vertex now; undefined where none does, or the load is so far above it that it is worth a trial. */
export function outsideCeiling(
  ceiling: Ceiling | undefined,
  { parallelism, loadNow, targetRate }: Omit<Pace, 'inputRate'> & { readonly targetRate: number },
): Ceiling | undefined {
  const holds =
    ceiling?.isOutside === true &&
    ceiling.parallelism === parallelism &&
    loadNow >= dreySettings.saturated &&
    targetRate <= dreySettings.mostAboveCeiling * ceiling.recordsPerSecond;
  return holds ? ceiling : undefined;
}
