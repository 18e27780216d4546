/** A generation without Drey: its objects applied by kubectl, and its Flink driven by plain REST calls. */
import { z } from 'zod';
import type { FlinkClient, JobSummary } from '../../clients/flink/client.ts';
import type { Generation } from '../../core/generation.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { renderGeneration } from '../../core/manifests/generation.ts';
import { flinkJobId, generationName } from '../../core/names.ts';
import { pause } from '../../deploy/dev/process.ts';
import { namespace } from '../support/e2e-job.ts';
import type { BenchStack } from './support.ts';

const stored = z.object({ metadata: z.object({ uid: z.string() }) });

/** How often the script looks. */
const pollEveryMs = 25;

export class FloorCluster {
  readonly generation: Generation;
  readonly name: string;
  readonly flink: FlinkClient;
  readonly jobId: string;
  private readonly stack: BenchStack;

  constructor(stack: BenchStack, generation: Generation) {
    this.stack = stack;
    this.generation = generation;
    this.name = generationName(generation.identity);
    this.flink = stack.flinkOf(this.name);
    this.jobId = flinkJobId(generation.identity, generation.submission);
  }

  /** Applies everything; nothing is waited for. */
  apply(): void {
    const { generation, stack } = this;
    const anchor = stack.kubectl(['apply', '--server-side', '-o', 'json', '-f', '-'], renderAnchor(generation, 1));
    const anchorUid = stored.parse(JSON.parse(anchor)).metadata.uid;
    const defaultImage = stack.images.references[generation.spec.spec.flink.version] ?? '';
    const items = renderGeneration({ generation, anchorUid, defaultImage });
    stack.kubectl(['apply', '--server-side', '-f', '-'], { apiVersion: 'v1', kind: 'List', items });
  }

  /** Waits until as many slots are there as the job needs. */
  async slots(): Promise<void> {
    const { parallelism } = this.generation.spec.spec.job;
    while (((await this.flink.overview().catch(() => undefined))?.slotsTotal ?? 0) < parallelism)
      await pause(pollEveryMs);
  }

  /** Submits the job. @throws when Flink refuses. */
  async run(savepointPath?: string): Promise<void> {
    const { entryClass, args, parallelism } = this.generation.spec.spec.job;
    await this.flink.runJar({ jobId: this.jobId, entryClass, args, parallelism, savepointPath });
  }

  /** Waits until all its tasks run. */
  async allRunning(): Promise<void> {
    for (;;) {
      const job = await this.listed();
      if (job?.state === 'RUNNING' && job.tasksTotal > 0 && job.tasks.RUNNING === job.tasksTotal) return;
      if (job?.state === 'FAILED') throw new Error((await this.flink.failureCause(this.jobId))?.stackTrace);
      await pause(pollEveryMs);
    }
  }

  /** Stops the job with a savepoint; gives its path. */
  async stop(): Promise<string> {
    const targetDirectory = `${this.generation.spec.spec.storage.savepoints}/${this.name}`;
    await this.flink.stopWithSavepoint(this.jobId, { targetDirectory, triggerId: this.jobId });
    for (;;) {
      const status = await this.flink.savepointStatus(this.jobId, this.jobId);
      if (status.state === 'completed') return status.location;
      if (status.state === 'failed') throw new Error(status.cause.stackTrace);
      await pause(pollEveryMs);
    }
  }

  /** Takes everything away, Flink's own ConfigMaps included. */
  remove(): void {
    this.stack.kubectl(['delete', '-n', namespace, '--cascade=foreground', 'configmap', this.name]);
    this.stack.kubectl(['delete', '-n', namespace, 'configmap', '-l', `app=${this.name}`]);
  }

  private async listed(): Promise<JobSummary | undefined> {
    return (await this.flink.jobs().catch(() => [])).find(({ id }) => id === this.jobId);
  }
}
