/** What is found out about one vertex on the way to a decision, and how it is told. */
import type { Limit, Reason, VertexDecision } from './decision.ts';
import type { Evaluated } from './evaluate.ts';
import { figureOf } from './figure.ts';
import type { DelayedScaleDown } from './memory.ts';

/** A parallelism to go to, and whether the vertex is outside of its thresholds: one that is not moves only with others. */
export interface ParallelismChange {
  readonly parallelism: number;
  readonly outside: boolean;
}

export interface JudgedVertex {
  readonly evaluated: Evaluated;
  /** By its own load, with all limits. */
  readonly recommended: number;
  /** What the vertex could process at `recommended`; NaN where nothing is recommended. */
  readonly expectedRate: number;
  readonly change?: ParallelismChange;
  readonly delayed?: DelayedScaleDown;
  readonly limits: readonly Limit[];
  readonly reasons: readonly Reason[];
  readonly arithmetic: readonly string[];
}

/** A vertex that stays as it is, and why. A scale-down that waits goes on waiting. */
export function unchanged(
  evaluated: Evaluated,
  { code, text }: Reason,
  delayed: DelayedScaleDown | undefined,
): JudgedVertex {
  return {
    evaluated,
    ...(delayed === undefined ? {} : { delayed }),
    recommended: evaluated.vertex.parallelism,
    expectedRate: Number.NaN,
    limits: [],
    reasons: [{ code, text }],
    arithmetic: [],
  };
}

/** Whether a vertex is outside of the rates between which it is left alone. */
export function isOutside({ trueRate, up, down }: Evaluated): boolean {
  return trueRate < up || trueRate > down;
}

/** As the decision tells it. */
export function vertexDecision(judged: JudgedVertex, target: number): VertexDecision {
  const { evaluated, recommended, limits, reasons, arithmetic } = judged;
  const { vertex } = evaluated;
  return {
    id: vertex.id,
    name: vertex.name,
    parallelism: vertex.parallelism,
    recommended,
    target,
    metrics: metricsOf(judged),
    limits,
    reasons,
    arithmetic,
  };
}

function metricsOf({ evaluated, recommended, expectedRate }: JudgedVertex): VertexDecision['metrics'] {
  const { vertex } = evaluated;
  const values: Readonly<Record<string, number>> = {
    LOAD: evaluated.load,
    TRUE_PROCESSING_RATE: evaluated.trueRate,
    TARGET_DATA_RATE: evaluated.targetRate,
    CATCH_UP_DATA_RATE: evaluated.catchUpRate,
    SCALE_UP_RATE_THRESHOLD: evaluated.up,
    SCALE_DOWN_RATE_THRESHOLD: evaluated.down,
    PARALLELISM: vertex.parallelism,
    MAX_PARALLELISM: vertex.maxParallelism,
    RECOMMENDED_PARALLELISM: recommended,
    ...(Number.isNaN(evaluated.lag) ? {} : { LAG: evaluated.lag }),
    ...(Number.isNaN(expectedRate) ? {} : { EXPECTED_PROCESSING_RATE: expectedRate }),
    ...(vertex.sourcePartitions === undefined ? {} : { NUM_SOURCE_PARTITIONS: vertex.sourcePartitions }),
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, figureOf(value)]));
}
