/**
 * The parallelism that a vertex's own load asks for. Source: `JobVertexScaler` of the Apache operator: factor, caps, bounds,
 * alignment, in this order.
 */
import { align, alignLegacy, partsOf, spread, type ToAlign } from './alignment.ts';
import type { Limit } from './decision.ts';
import { dreySettings } from './drey-settings.ts';
import type { OperatorOptions } from './options.ts';
import type { Rules } from './rules.ts';
import type { JobVertex } from './samples.ts';
import type { Bounds } from './vertex-bounds.ts';

/** The largest number of Java's `int`. */
const intMax = 2_147_483_647;

export interface Recommended {
  readonly parallelism: number;
  /** The factor after its caps. */
  readonly factor: number;
  readonly limits: readonly Limit[];
}

/** The factor by which a vertex shall grow or shrink, kept within the caps of one step. */
function cappedFactor(factor: number, options: OperatorOptions): number {
  const least = 1 - options.scaleDownMaxFactor;
  const most = 1 + options.scaleUpMaxFactor;
  if (factor < least) return least;
  return factor > most ? most : factor;
}

/** The parallelism for a factor, with everything that limits it. */
export function recommend(
  vertex: JobVertex,
  factor: number,
  bounds: Bounds,
  options: OperatorOptions,
  rules: Rules,
): Recommended {
  const capped = cappedFactor(factor, options);
  const wish = parallelismFor(factor, vertex.parallelism);
  const raw = parallelismFor(capped, vertex.parallelism);
  const within = withinBounds(vertex, raw, bounds);
  const aligned = alignedOf(vertex, within, capped, bounds, options, rules);
  const limits = [
    limit('STEP_CAPPED', wish, raw, 'one step may not be larger'),
    boundsLimit(vertex, raw, bounds),
    limit('ALIGNED', within, aligned, `so that ${partsOf(vertex)} key groups or partitions are spread well`),
  ];
  return { parallelism: aligned, factor: capped, limits: limits.filter((one) => one !== undefined) };
}

function parallelismFor(factor: number, parallelism: number): number {
  const raw = Math.min(Math.ceil(factor * parallelism), intMax);
  return Number.isNaN(raw) ? 0 : raw;
}

function withinBounds({ maxParallelism }: JobVertex, wish: number, { min, max }: Bounds): number {
  return Math.max(1, Math.min(Math.max(min, wish), maxParallelism, max));
}

function alignedOf(
  vertex: JobVertex,
  target: number,
  factor: number,
  bounds: Bounds,
  options: OperatorOptions,
  rules: Rules,
): number {
  const parts = partsOf(vertex);
  if (parts === undefined) return target;
  if (rules.spreadsParts && options.alignmentMode === undefined && options.legacyAlignmentMode === undefined) {
    const wish = factor > 0 ? spread(parts, vertex.parallelism, factor, dreySettings.partsTolerance) : 1;
    return withinBounds(vertex, wish, bounds);
  }
  if (target === vertex.parallelism) return target;
  const { min, max } = bounds;
  const wish: ToAlign = {
    current: vertex.parallelism,
    target,
    parts,
    maxParallelism: vertex.maxParallelism,
    min,
    max,
  };
  if (options.legacyAlignmentMode !== undefined && options.alignmentMode === undefined)
    return alignLegacy(wish, options.legacyAlignmentMode);
  if (rules.alignsByLegacyMode) return alignLegacy(wish, options.legacyAlignmentMode ?? 'EVENLY_SPREAD');
  return align(wish, options.alignmentMode ?? 'BALANCED');
}

/** What the bounds of a vertex make of a wish; undefined where they leave it. */
export function boundsLimit(vertex: JobVertex, wish: number, bounds: Bounds): Limit | undefined {
  const why = `the bounds are ${bounds.min} and ${Math.min(bounds.max, vertex.maxParallelism)}`;
  return limit('BOUNDS', wish, withinBounds(vertex, wish, bounds), why);
}

function limit(code: string, before: number, after: number, why: string): Limit | undefined {
  return before === after ? undefined : { code, before, after, text: `${before} became ${after}: ${why}.` };
}
