/**
 * Feature `capacity`: what each vertex could process at each parallelism it has had, learned from every window in which it
 * was busy enough to tell. After ContTune (VLDB 2023) and StreamTune (ICDE 2025), which both need far fewer steps than the
 * linear rule of DS2 by using what was measured before; DS2's rule stays the assumption where nothing is known.
 */
import { dreySettings } from './drey-settings.ts';
import type { CapacityPoint } from './memory.ts';

/** How much the newest window weighs in the mean of a point. */
const newestWeight = 0.3;
/** How far two parallelisms have to be apart to tell a slope. */
const leastRatio = 1.15;
/** A vertex is never thought to gain less than this by parallelism: else one bad measurement would ask for everything. */
const leastExponent = 0.6;
/** Points kept for each vertex. */
const mostPoints = 20;

export interface Measured {
  readonly parallelism: number;
  readonly trueRate: number;
  readonly load: number;
}

/** With what a window says of a parallelism; each window counts once. */
export function learnCapacity(
  points: readonly CapacityPoint[],
  { parallelism, trueRate, load }: Measured,
  nowMs: number,
  windowMs: number,
): readonly CapacityPoint[] {
  const known = points.find((point) => point.parallelism === parallelism);
  const isNew = known === undefined || nowMs - known.atMs >= windowMs;
  if (!isNew || load < dreySettings.leastBusyToLearn || !Number.isFinite(trueRate)) return points;
  const rate = known ? known.recordsPerSecond + newestWeight * (trueRate - known.recordsPerSecond) : trueRate;
  const point = { parallelism, recordsPerSecond: rate, measured: (known?.measured ?? 0) + 1, atMs: nowMs };
  const others = points.filter((one) => one !== known && nowMs - one.atMs <= dreySettings.capacityAgeMs);
  const kept = others.toSorted((left, right) => right.atMs - left.atMs).slice(0, mostPoints - 1);
  return [...kept, point].toSorted((left, right) => left.parallelism - right.parallelism);
}

/**
 * ε of rate ∝ parallelism^ε around the present parallelism: the median over the points that are far enough away, between 0.6
 * and 1. 1, which is linear, where nothing else was measured.
 */
export function capacityExponent(points: readonly CapacityPoint[], now: Measured): number {
  const slopes = points
    .filter(({ parallelism }) => ratio(parallelism, now.parallelism) >= leastRatio)
    .map(
      ({ parallelism, recordsPerSecond }) =>
        Math.log(now.trueRate / recordsPerSecond) / Math.log(now.parallelism / parallelism),
    )
    .filter((slope) => Number.isFinite(slope))
    .toSorted((left, right) => left - right);
  const median = slopes[Math.floor(slopes.length / 2)] ?? 1;
  return Math.min(1, Math.max(leastExponent, median));
}

/** The factor in parallelism that a factor in capacity takes. Downwards it is taken as linear: that errs to the safe side. */
export function parallelismFactor(capacityFactor: number, exponent: number): number {
  return capacityFactor > 1 ? capacityFactor ** (1 / exponent) : capacityFactor;
}

function ratio(one: number, other: number): number {
  return Math.max(one / other, other / one);
}
