/**
 * Custom metrics with a target, as KEDA and Kubernetes' horizontal autoscaler have them: parallelism · value / target, or value /
 * target where the target is for each subtask. Of several, the largest counts.
 */
import type { Reason } from './decision.ts';
import { numberOf } from './figure.ts';
import type { CustomMetric } from './policy.ts';
import type { JobSample, JobVertex } from './samples.ts';
import { averageOf } from './statistics.ts';
import { short } from './words.ts';

export interface CustomWish extends Reason {
  /** Before it is rounded up. */
  readonly exact: number;
  readonly parallelism: number;
}

/** The largest parallelism that custom metrics ask for; undefined where none speaks of the vertex, or none is known. */
export function customWish(
  { id, name, parallelism }: JobVertex,
  metrics: readonly CustomMetric[],
  samples: readonly JobSample[],
): CustomWish | undefined {
  const wishes = metrics
    .filter((metric) => speaksOf(metric, { id, name }))
    .map((metric) => ({ metric, value: valueOf(metric, samples) }))
    .filter(({ value }) => Number.isFinite(value))
    .map(({ metric, value }): CustomWish => {
      const share = value / metric.target;
      const exact = metric.kind === 'value' ? parallelism * share : share;
      const text = `${metric.name} is ${short(value)}, and shall be ${short(metric.target)}${metric.kind === 'value' ? '' : ' for each subtask'}.`;
      return { code: 'CUSTOM_METRIC', text, exact, parallelism: Math.max(1, Math.ceil(exact)) };
    });
  return wishes.toSorted((left, right) => right.parallelism - left.parallelism)[0];
}

/** Why a vertex does not shrink: a metric that scales it has no value. */
export function unknownWish(
  vertex: JobVertex,
  metrics: readonly CustomMetric[],
  samples: readonly JobSample[],
): Reason | undefined {
  const unknown = metrics.find((metric) => speaksOf(metric, vertex) && !Number.isFinite(valueOf(metric, samples)));
  return (
    unknown && {
      code: 'CUSTOM_METRIC_UNKNOWN',
      text: `${unknown.name} has no value: nothing that it scales becomes smaller.`,
    }
  );
}

function speaksOf({ vertices }: CustomMetric, { id, name }: Pick<JobVertex, 'id' | 'name'>): boolean {
  return vertices.length === 0 || vertices.includes(id) || vertices.includes(name);
}

function valueOf({ name }: CustomMetric, samples: readonly JobSample[]): number {
  return averageOf(samples.map(({ custom }) => numberOf(custom?.[name])));
}
