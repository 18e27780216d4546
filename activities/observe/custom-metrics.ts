/** Reads the custom metrics of a job's autoscaler: of Flink by its own aggregation, of Prometheus by queries. */
import type { FlinkClient } from '../../clients/flink/client.ts';
import { unlessRefused } from '../../clients/flink/errors.ts';
import type { PrometheusQuery } from '../../clients/prometheus/query.ts';
import { figureOf } from '../../core/autoscaler/figure.ts';
import type { Figure, JobVertex } from '../../core/autoscaler/samples.ts';
import { valueOver, verticesMeasured, type CustomMetricSource } from '../../core/autoscaler-agent/custom-values.ts';

export interface CustomMetricPorts {
  readonly flink: FlinkClient;
  /** Absent where the agent knows no address. */
  readonly prometheus?: PrometheusQuery | undefined;
  /** Is told why a metric has no value. */
  absent(name: string, why: unknown): void;
}

/** How long to wait for each answer. */
const call = { timeoutMs: 5_000 };

/** Values by the names of the metrics; what nobody tells is absent. @throws FlinkUnreachable */
export async function readCustomMetrics(
  ports: CustomMetricPorts,
  sources: readonly CustomMetricSource[],
  job: { readonly id: string; readonly vertices: readonly JobVertex[] },
): Promise<Readonly<Record<string, Figure>>> {
  const values: Record<string, Figure> = {};
  for (const source of sources) {
    const value = await readOne(ports, source, job);
    if (value !== undefined) values[source.name] = value;
  }
  return values;
}

async function readOne(
  ports: CustomMetricPorts,
  source: CustomMetricSource,
  job: { readonly id: string; readonly vertices: readonly JobVertex[] },
): Promise<Figure | undefined> {
  const { name, metric, query } = source;
  if (query !== undefined) return queried(ports, name, query);
  if (metric === undefined) return undefined;
  const value =
    (await ofJob(ports.flink, source, metric, job.id)) ?? (await ofVertices(ports.flink, source, metric, job));
  if (value === undefined) ports.absent(name, `Flink has no metric "${metric}" there`);
  return value;
}

async function queried(ports: CustomMetricPorts, name: string, query: string) {
  if (!ports.prometheus) {
    ports.absent(name, 'this agent knows no Prometheus: DREY_PROMETHEUS_URL is not set');
    return undefined;
  }
  try {
    return figureOf(await ports.prometheus(query));
  } catch (error) {
    ports.absent(name, error);
    return undefined;
  }
}

async function ofJob(flink: FlinkClient, { vertices }: CustomMetricSource, metric: string, jobId: string) {
  if (vertices.length > 0) return undefined;
  return (await unlessRefused(flink.jobMetrics(jobId, [metric], call)))?.[metric];
}

async function ofVertices(
  flink: FlinkClient,
  source: CustomMetricSource,
  metric: string,
  job: { readonly id: string; readonly vertices: readonly JobVertex[] },
) {
  const measured = [];
  for (const { id, parallelism } of verticesMeasured(source, job.vertices)) {
    const seen = (await unlessRefused(flink.vertexMetrics(job.id, id, [metric], call)))?.[metric];
    if (seen) measured.push({ subtasks: parallelism, seen });
  }
  return valueOver(source.aggregate, measured);
}
