/** A job that is broken and comes back: once under Drey, once by Flink itself or, where Flink does not, by the same steps in a script. */
import type { Client } from '@temporalio/client';
import type { Generation } from '../../core/generation.ts';
import { jobWorkflowId, type GenerationIdentity } from '../../core/names.ts';
import { jobObservedName } from '../../core/observation/signal.ts';
import { flinkJobSchema } from '../../core/schema/flink-job.ts';
import { pause, waitUntil } from '../../deploy/dev/process.ts';
import { tenant } from '../support/e2e-job.ts';
import { FloorCluster } from './floor-cluster.ts';
import type { JobAt } from './pause.ts';
import { breakJob, brokenJob, forgetLedger, ranAgainAt, restMs, type RecoveryCase } from './recovery-cases.ts';
import type { RecoverySample } from './recovery-report.ts';
import { operationEnd, type BenchStack } from './support.ts';

/** How often it is looked whether the job runs again; when it did, Flink says itself. */
const stepMs = 50;
const backMs = 300_000;

export interface RecoverySide {
  start(): Promise<void>;
  run(): Promise<RecoverySample>;
  end(): Promise<void>;
}

export class DreySide implements RecoverySide {
  private readonly stack: BenchStack;
  private readonly temporal: Client;
  private readonly broken: RecoveryCase;
  private readonly job: { readonly tenant: string; readonly name: string };

  constructor(stack: BenchStack, temporal: Client, broken: RecoveryCase) {
    this.stack = stack;
    this.temporal = temporal;
    this.broken = broken;
    this.job = { tenant, name: `bench-recover-${kebab(broken)}` };
  }

  async start(): Promise<void> {
    forgetLedger(this.stack, this.job.name);
    const { operation } = await this.stack.drey.applyJob(this.job, brokenJob(this.job.name, this.broken));
    if (!operation) return;
    const { state, failure } = await operationEnd(this.stack, this.job, operation.number);
    if (state !== 'succeeded') throw new Error(`${this.job.name}: ${failure?.message}`);
    await pause(restMs);
  }

  async run(): Promise<RecoverySample> {
    const { identity } = await this.now();
    const brokenAtMs = await breakJob(this.stack, identity, this.broken);
    const look = async () => ranAgainAt(this.stack, (await this.now()).at, brokenAtMs);
    const ranAtMs = await waitUntil(look, { what: `${this.job.name} to run again`, timeoutMs: backMs, stepMs });
    await this.atRest();
    const signalledAtMs = await this.firstSignalSince(brokenAtMs);
    return {
      runningMs: ranAtMs - brokenAtMs,
      ...(signalledAtMs !== undefined && { firstSignalMs: signalledAtMs - brokenAtMs }),
    };
  }

  async end(): Promise<void> {
    const { operation } = await this.stack.drey.removeJob(this.job);
    if (operation) await operationEnd(this.stack, this.job, operation.number);
  }

  /** The generation that the job has now, and the Flink job on it. */
  private async now(): Promise<{ readonly identity: GenerationIdentity; readonly at: JobAt }> {
    const { uid, generation } = await this.stack.drey.getJob(this.job);
    if (!generation) throw new Error(`${this.job.name} has no generation`);
    return { identity: { ...this.job, uid, number: generation.number }, at: generation };
  }

  private async atRest(): Promise<void> {
    const look = async () => {
      const { phase, operation } = await this.stack.drey.getJob(this.job);
      return phase === 'RUNNING' && operation === undefined;
    };
    await waitUntil(look, { what: `${this.job.name} to be at rest`, timeoutMs: backMs, stepMs: 250 });
    await pause(restMs);
  }

  /** By the clock of Temporal, which is that of this machine. */
  private async firstSignalSince(sinceMs: number): Promise<number | undefined> {
    const { events } = await this.temporal.workflow.getHandle(jobWorkflowId(this.job)).fetchHistory();
    const signals = (events ?? []).filter(
      (event) => event.workflowExecutionSignaledEventAttributes?.signalName === jobObservedName,
    );
    const times = signals.map(({ eventTime }) => Number(eventTime?.seconds) * 1000 + Number(eventTime?.nanos) / 1e6);
    return times.find((at) => at >= sinceMs);
  }
}

export class FloorSide implements RecoverySide {
  private readonly stack: BenchStack;
  private readonly broken: RecoveryCase;
  private cluster: FloorCluster;

  constructor(stack: BenchStack, broken: RecoveryCase) {
    this.stack = stack;
    this.broken = broken;
    const name = `bench-floor-${kebab(broken)}`;
    const identity = { tenant, name, uid: `f${Date.now().toString(36).slice(-7)}`, number: 1 };
    const spec = flinkJobSchema.parse(brokenJob(name, broken));
    this.cluster = this.clusterOf({ identity, revision: 1, specHash: 'bench', spec, submission: 1 });
  }

  async start(): Promise<void> {
    const { cluster } = this;
    forgetLedger(this.stack, cluster.generation.identity.name);
    cluster.apply();
    await cluster.slots();
    await cluster.run();
    await cluster.allRunning();
    await pause(restMs);
  }

  async run(): Promise<RecoverySample> {
    const brokenAtMs = await breakJob(this.stack, this.cluster.generation.identity, this.broken);
    if (this.broken === 'jobManagerWithoutHa') await this.submitAgain(undefined);
    if (this.broken === 'jobFailed') await this.submitAgain(await this.newestCheckpoint());
    const { name, jobId } = this.cluster;
    const look = () => ranAgainAt(this.stack, { name, flinkJobId: jobId }, brokenAtMs);
    const ranAtMs = await waitUntil(look, { what: `${name} to run again`, timeoutMs: backMs, stepMs });
    await pause(restMs);
    return { runningMs: ranAtMs - brokenAtMs };
  }

  async end(): Promise<void> {
    this.cluster.remove();
  }

  private clusterOf(generation: Generation): FloorCluster {
    return new FloorCluster(this.stack, generation);
  }

  /** Of the job that is about to fail, when it has. */
  private async newestCheckpoint(): Promise<string> {
    const { flink, jobId, name } = this.cluster;
    const look = async () => (await flink.jobs()).some(({ id, state }) => id === jobId && state === 'FAILED');
    await waitUntil(look, { what: `${name} to fail`, timeoutMs: backMs, stepMs: 25 });
    const path = (await flink.checkpoints(jobId))?.latestCompleted?.path;
    if (path === undefined) throw new Error(`${name} has no checkpoint to go on from`);
    return path;
  }

  /** As soon as a JobManager takes it. The one that was killed may answer for a moment more: it is asked whether it knows the job. */
  private async submitAgain(restorePoint: string | undefined): Promise<void> {
    const { generation, flink, jobId } = this.cluster;
    const isNew = async () => restorePoint !== undefined || !(await flink.jobs()).some(({ id }) => id === jobId);
    await waitUntil(isNew, { what: 'another JobManager', timeoutMs: backMs, stepMs: 25 });
    this.cluster = this.clusterOf({ ...generation, submission: generation.submission + 1 });
    const submit = async () => {
      await this.cluster.run(restorePoint);
      return true;
    };
    await waitUntil(submit, { what: 'the job to be taken', timeoutMs: backMs, stepMs: 25 });
  }
}

function kebab(broken: RecoveryCase): string {
  return broken.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
