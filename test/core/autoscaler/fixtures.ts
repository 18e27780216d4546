/** Jobs, windows and rates for tests of the autoscaler, each with what a test does not care about filled in. */
import type { Collected, CollectedVertex } from '../../../core/autoscaler/collected.ts';
import type { Evaluated } from '../../../core/autoscaler/evaluate.ts';
import { operatorDefaults, type OperatorOptions } from '../../../core/autoscaler/options.ts';
import type { JobVertex } from '../../../core/autoscaler/samples.ts';
import { thresholdsFor } from '../../../core/autoscaler/target-capacity.ts';

export const options = (other: Partial<OperatorOptions> = {}): OperatorOptions => ({
  ...operatorDefaults,
  enabled: true,
  ...other,
});

/** A vertex; `inputs` as `id` or `id:SHIP_STRATEGY`. */
export function vertex(id: string, inputs: readonly string[] = [], other: Partial<JobVertex> = {}): JobVertex {
  const parsed = inputs.map((input) => {
    const [from = '', shipStrategy = 'REBALANCE'] = input.split(':');
    return { id: from, shipStrategy };
  });
  return { id, name: id, parallelism: 1, maxParallelism: 720, inputs: parsed, slotSharingGroup: 'g', ...other };
}

const unknown: CollectedVertex = {
  load: Number.NaN,
  accumulatedBusyMs: Number.NaN,
  recordsIn: Number.NaN,
  sourceRecordsIn: Number.NaN,
  recordsOut: Number.NaN,
  inPerSecond: Number.NaN,
  lag: Number.NaN,
  backPressured: 0,
  lagKnown: true,
  observedRate: Number.NaN,
};

/** What was collected at a moment, as the operator's own tests give it. */
export function collected(
  atMs: number,
  vertices: Readonly<Record<string, Partial<CollectedVertex>>>,
  job: Partial<Collected['job']> = {},
): Collected {
  const all = Object.entries(vertices).map(([id, one]) => [id, { ...unknown, ...one }]);
  const nothing = Number.NaN;
  return {
    atMs,
    vertices: Object.fromEntries(all) as Collected['vertices'],
    job: {
      slotsUsed: nothing,
      gcPressure: nothing,
      heapUsed: nothing,
      heapUsage: nothing,
      managedUsed: nothing,
      metaspaceUsed: nothing,
      ...job,
    },
  };
}

/** As `evaluated(parallelism, target, trueProcessingRate)` of the operator's JobVertexScalerTest: thresholds without a backlog. */
export function evaluated(
  [parallelism, targetRate, trueRate]: readonly [number, number, number],
  settings: OperatorOptions,
  other: Partial<JobVertex> = {},
): Evaluated {
  const demand = { targetRate, catchUpRate: 0 };
  return {
    vertex: vertex('v', ['u:HASH'], { parallelism, ...other }),
    ...demand,
    ...thresholdsFor(demand, false, settings.restartMs, settings),
    inputRate: targetRate,
    load: targetRate / trueRate,
    trueRate,
    lag: Number.NaN,
    withoutBusyTime: false,
  };
}
