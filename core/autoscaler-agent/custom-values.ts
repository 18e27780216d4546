/** What is to be asked for the custom metrics of a policy, and what the answers come to. */
import { figureOf, numberOf } from '../autoscaler/figure.ts';
import type { Aggregate, Figure, JobVertex } from '../autoscaler/samples.ts';

/** As `spec.autoscaler.metrics` has it: either `metric`, of Flink, or `query`, of Prometheus. */
export interface CustomMetricSource {
  readonly name: string;
  readonly metric?: string | undefined;
  readonly query?: string | undefined;
  readonly aggregate: 'sum' | 'avg' | 'min' | 'max';
  /** By id or by name. */
  readonly vertices: readonly string[];
}

/** The vertices by whose subtasks a metric is measured: those that are named, or else all. */
export function verticesMeasured(
  { vertices: named }: CustomMetricSource,
  vertices: readonly JobVertex[],
): readonly JobVertex[] {
  const running = vertices.filter(({ finished }) => finished !== true);
  return named.length === 0 ? running : running.filter(({ id, name }) => named.includes(id) || named.includes(name));
}

/** The value over several vertices, an average weighted by their subtasks; undefined where none of them has the metric. */
export function valueOver(
  aggregate: CustomMetricSource['aggregate'],
  measured: readonly { readonly subtasks: number; readonly seen: Aggregate }[],
): Figure | undefined {
  if (measured.length === 0) return undefined;
  const values = measured.map(({ seen }) => numberOf(seen[aggregate]));
  if (aggregate === 'min') return figureOf(Math.min(...values));
  if (aggregate === 'max') return figureOf(Math.max(...values));
  if (aggregate === 'sum') return figureOf(sumOf(values));
  const subtasks = sumOf(measured.map((one) => one.subtasks));
  return figureOf(sumOf(measured.map((one) => one.subtasks * numberOf(one.seen.avg))) / subtasks);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0);
}
