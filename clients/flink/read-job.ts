/**
 * Reads of a running job what its autoscaler decides on and people look at, with Flink's own aggregation, one request after
 * the other: the job's details, its checkpoints, its restarts, one for each vertex, and now and then one more for each source.
 */
import type { AutoscaledJob, JobVertex, VertexSample } from '../../core/autoscaler/samples.ts';
import type { CheckpointsReading, FlinkClusterReading, JobReading } from '../../core/metrics/job-reading.ts';
import { namesToAsk, sourceMetricsIn, vertexMeasured, type SourceMetrics } from '../../core/metrics/vertex-metrics.ts';
import type { Aggregates, Checkpoints, FlinkCallOptions, FlinkClient, JobDetail } from './client.ts';
import { unlessRefused } from './errors.ts';
import { newestFailed } from './failed-checkpoints.ts';
import { tasksThere } from './tasks-there.ts';

/** For how long the names of a source's metrics are good at most: new partitions are found that late. */
const namesGoodMsMax = 60_000;

interface NamesKnown extends SourceMetrics {
  readonly askedAtMs: number;
  /** 0 where nothing was told yet. */
  readonly goodMs: number;
}

type DetailVertex = JobDetail['vertices'][number];

/** One job of one Flink cluster. It remembers a few names of each source, and nothing else. */
export class JobReader {
  private readonly flink: FlinkClient;
  private readonly jobId: string;
  private readonly call: FlinkCallOptions;
  private readonly names = new Map<string, NamesKnown>();

  /** @param call how long to wait for each answer. */
  constructor(flink: FlinkClient, jobId: string, call: FlinkCallOptions = {}) {
    this.flink = flink;
    this.jobId = jobId;
    this.call = call;
  }

  /**
   * What Flink does not tell is absent.
   * @param cluster what was read of its Flink cluster just now: once for all jobs of it.
   * @returns undefined where Flink has no such job, or has not planned it yet.
   * @throws FlinkUnreachable where nothing answers; FlinkRestError where Flink does not tell of the job itself.
   */
  async read(cluster: FlinkClusterReading): Promise<JobReading | undefined> {
    const { flink, jobId, call } = this;
    const detail = await flink.job(jobId, call);
    const atMs = Date.now();
    if (!detail || detail.vertices.length === 0 || detail.vertices.some(({ inputs }) => !inputs)) return undefined;
    const checkpoints = await unlessRefused(flink.checkpoints(jobId, call));
    const { numRestarts: restarts } = (await unlessRefused(flink.jobMetrics(jobId, ['numRestarts'], call))) ?? {};
    const measured: [string, VertexSample][] = [];
    const runningSinceMs = detail.enteredAtMs.RUNNING;
    const runsForMs = atMs - (runningSinceMs ?? atMs);
    for (const vertex of detail.vertices) measured.push([vertex.id, await this.readVertex(vertex, runsForMs)]);
    return {
      job: {
        ...this.jobOf(detail),
        ...(restarts !== undefined && { restarts }),
        ...(checkpoints && { checkpoint: judgedCheckpoints(checkpoints) }),
      },
      sample: {
        atMs,
        ...(runningSinceMs !== undefined && { runningSinceMs }),
        vertices: Object.fromEntries(measured),
        ...cluster,
      },
      ...(checkpoints && { checkpoints: readCheckpoints(checkpoints) }),
    };
  }

  private jobOf(detail: JobDetail): AutoscaledJob {
    const runningSinceMs = detail.enteredAtMs.RUNNING;
    return {
      id: detail.id,
      name: detail.name,
      state: effectiveState(detail),
      ...(runningSinceMs !== undefined && { runningSinceMs }),
      vertices: detail.vertices.map((vertex) => this.vertexOf(vertex)),
    };
  }

  private vertexOf({ id, name, parallelism, maxParallelism, inputs, ...more }: DetailVertex): JobVertex {
    const { partitions = 0 } = this.names.get(id) ?? {};
    return {
      id,
      name,
      parallelism,
      maxParallelism,
      inputs: inputs ?? [],
      ...(more.slotSharingGroup !== undefined && { slotSharingGroup: more.slotSharingGroup }),
      ...(partitions > 0 && { sourcePartitions: partitions }),
      ...(more.state === 'FINISHED' && { finished: true }),
    };
  }

  private async readVertex(vertex: DetailVertex, runsForMs: number): Promise<VertexSample> {
    const { recordsIn, recordsOut, busyMs, complete } = vertex.io ?? {};
    return {
      ...(recordsIn !== undefined && { recordsIn }),
      ...(recordsOut !== undefined && { recordsOut }),
      ...(busyMs !== undefined && { accumulatedBusyMs: busyMs }),
      ...(complete !== undefined && { complete }),
      // Nothing of it runs that could be asked.
      ...(vertex.state !== 'FINISHED' && vertexMeasured(await this.askVertex(vertex, runsForMs))),
    };
  }

  private async askVertex({ id, inputs }: DetailVertex, runsForMs: number): Promise<Aggregates> {
    const source = inputs?.length === 0 ? await this.sourceMetrics(id, runsForMs) : undefined;
    const answers: Aggregates[] = [];
    for (const names of namesToAsk(source))
      answers.push((await unlessRefused(this.flink.vertexMetrics(this.jobId, id, names, this.call))) ?? {});
    return Object.assign({}, ...answers);
  }

  private async sourceMetrics(id: string, runsForMs: number): Promise<SourceMetrics> {
    const known = this.names.get(id);
    if (known && performance.now() - known.askedAtMs < known.goodMs) return known;
    const all = (await unlessRefused(this.flink.vertexMetricNames(this.jobId, id, this.call))) ?? [];
    // While a job starts, its operators begin to measure one after another.
    const goodMs = all.length === 0 ? 0 : Math.min(namesGoodMsMax, Math.max(0, runsForMs / 2));
    const found = { ...sourceMetricsIn(all), askedAtMs: performance.now(), goodMs };
    this.names.set(id, found);
    return found;
  }
}

/** As the operator has it: a job runs once all its tasks do, or have finished. */
function effectiveState({ state, vertices }: JobDetail): string {
  if (state !== 'RUNNING') return state;
  const isUp = vertices.every(({ tasks, parallelism }) => tasksThere(tasks) >= parallelism);
  return isUp ? state : 'CREATED';
}

function readCheckpoints({ counts, latestCompleted }: Checkpoints): CheckpointsReading {
  const { completed, failed } = counts;
  if (!latestCompleted) return { completed, failed };
  const { triggeredAtMs, completedAtMs, stateBytes } = latestCompleted;
  return {
    completed,
    failed,
    newest: { atMs: completedAtMs, durationMs: Math.max(0, completedAtMs - triggeredAtMs), stateBytes },
  };
}

function judgedCheckpoints(checkpoints: Checkpoints): NonNullable<AutoscaledJob['checkpoint']> {
  const { newest } = readCheckpoints(checkpoints);
  return {
    ...(newest && { durationMs: newest.durationMs, stateBytes: newest.stateBytes }),
    failing: newestFailed(checkpoints) !== undefined,
  };
}
