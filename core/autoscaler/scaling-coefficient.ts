/** How much a vertex gains by parallelism, of what it would gain were it linear. Source: FLIP of observed scalability, operator 1.12. */
import { numberOf } from './figure.ts';
import type { VertexScaling } from './memory.ts';
import type { OperatorOptions } from './options.ts';
import { roundUp } from './statistics.ts';

/**
 * α of R = α·β·P, least squares: Σ(P·R) / (Σ(P²)·β), within [coefficient-min, 1], up to two decimals. β is what the newest
 * scaling from the smallest parallelism processed per subtask. 1 while too few scalings are known.
 */
export function scalingCoefficient(history: readonly VertexScaling[], options: OperatorOptions): number {
  if (history.length === 0 || history.length < options.observedScalabilityMinObservations) return 1;
  const points = history.map(({ from, trueRate }) => ({ parallelism: from, rate: numberOf(trueRate) }));
  const base = baseRate(points);
  if (points.some(({ rate }) => Number.isNaN(rate)) || Number.isNaN(base)) return 1;
  const products = points.reduce((sum, { parallelism, rate }) => sum + parallelism * rate, 0);
  const squares = points.reduce((sum, { parallelism }) => sum + parallelism * parallelism, 0);
  const alpha = squares === 0 ? 1 : products / (squares * base);
  return roundUp(Math.max(options.observedScalabilityCoefficientMin, Math.min(1, alpha)), 2);
}

function baseRate(points: readonly { readonly parallelism: number; readonly rate: number }[]): number {
  const newestFirst = points.toReversed();
  const least = Math.min(...points.map(({ parallelism }) => parallelism));
  const base = newestFirst.find(({ parallelism }) => parallelism === least);
  return base === undefined ? Number.NaN : base.rate / base.parallelism;
}
