/** One warm upgrade of a ledger job, once by Drey and once by a script that does only what cannot be left out. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PrimeJob } from '../../activities/cluster/prime-job.ts';
import type { Generation } from '../../core/generation.ts';
import { flinkJobId, generationName, submissionNumber } from '../../core/names.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { flinkJobSchema, type FlinkJobInput, type FlinkVersion } from '../../core/schema/flink-job.ts';
import { pause, waitUntil } from '../../deploy/dev/process.ts';
import { tenant } from '../support/e2e-job.ts';
import { ledgerJob } from '../support/ledger-spec.ts';
import { FloorCluster } from './floor-cluster.ts';
import { flinkPauseMs, recordGapMs } from './pause.ts';
import { operationEnd, type BenchStack } from './support.ts';

export const primes = ['none', 'runtime', 'plan'] as const;
export type Prime = (typeof primes)[number];

export interface Sample {
  /** Between two records of the result, in milliseconds. */
  readonly recordGapMs: number;
  /** From the old job's end to the last task's start, by Flink's own timestamps. */
  readonly flinkMs: number;
  /** From the old job's end to when all tasks were seen to run. */
  readonly pauseMs: number;
  /** What took how long, in milliseconds. */
  readonly phases: Readonly<Record<string, number>>;
}

/** One side of the comparison: its job runs, and each call upgrades it once. */
export interface Side {
  start(): Promise<void>;
  upgrade(prime: Prime): Promise<Sample>;
  end(): Promise<void>;
}

/** A checkpoint commits the last records; one comes every second. */
const committedMs = 2_500;

export class DreySide implements Side {
  private readonly stack: BenchStack;
  private readonly job: { readonly tenant: string; readonly name: string };
  private readonly version: FlinkVersion;
  private nonce = 0;

  constructor(stack: BenchStack, name: string, version: FlinkVersion) {
    this.stack = stack;
    this.job = { tenant, name };
    this.version = version;
  }

  async start(): Promise<void> {
    rmSync(outOf(this.stack, this.job.name), { recursive: true, force: true });
    const record = await operationEnd(this.stack, this.job, await this.apply(this.spec('runtime')));
    if (record.state !== 'succeeded') throw new Error(record.failure?.message);
  }

  async upgrade(prime: Prime): Promise<Sample> {
    const before = await this.runs();
    const number = await this.apply(this.spec(prime));
    await this.untilRunning(number);
    const after = await this.madeBy(number);
    // The old Flink cluster stands until the job is stable.
    const flinkMs = await flinkPauseMs(this.stack, before, after);
    const record = await operationEnd(this.stack, this.job, number);
    if (record.state !== 'succeeded') throw new Error(record.failure?.message);
    const stoppedAt = Date.parse(stepOf(record, 'previousStopped').startedAt);
    return {
      recordGapMs: recordGapMs(outOf(this.stack, this.job.name), stoppedAt - 500),
      flinkMs,
      pauseMs: record.pauseMs ?? Number.NaN,
      phases: phasesOf(record),
    };
  }

  async end(): Promise<void> {
    const { operation } = await this.stack.drey.removeJob(this.job);
    if (operation) await operationEnd(this.stack, this.job, operation.number);
  }

  private spec(prime: Prime): FlinkJobInput {
    this.nonce += 1;
    const upgrade = { prime, stableAfter: '3s' };
    return ledgerJob(this.job.name, {
      version: this.version,
      upgrade,
      spec: { restartNonce: Date.now() + this.nonce },
    });
  }

  private async apply(spec: FlinkJobInput): Promise<number> {
    const { operation } = await this.stack.drey.applyJob(this.job, spec);
    if (!operation) throw new Error('the spec made no operation');
    return operation.number;
  }

  private async runs() {
    const { generation } = await this.stack.drey.getJob(this.job);
    if (!generation) throw new Error(`${this.job.name} has no generation`);
    return generation;
  }

  /** What this operation has started: the job itself tells it when the operation has ended. */
  private async madeBy(number: number) {
    const [{ uid }, { generation = 0 }] = await Promise.all([
      this.stack.drey.getJob(this.job),
      this.stack.drey.getOperation(this.job, number),
    ]);
    const identity = { ...this.job, uid, number: generation };
    return { name: generationName(identity), flinkJobId: flinkJobId(identity, submissionNumber(number, 0)) };
  }

  private async untilRunning(number: number): Promise<void> {
    const look = async () => {
      const record = await this.stack.drey.getOperation(this.job, number);
      if (record.failure) throw new Error(record.failure.message);
      return record.steps.some(({ name }) => name === 'firstCheckpoint');
    };
    // Not too often: the measured processes share this machine.
    await waitUntil(look, { what: 'the new tasks to run', timeoutMs: 300_000, stepMs: 250 });
  }
}

export class FloorSide implements Side {
  private readonly stack: BenchStack;
  private readonly name: string;
  private readonly spec: Generation['spec'];
  private readonly uid = `f${Date.now().toString(36).slice(-7)}`;
  private count = 0;
  private current: FloorCluster | undefined;

  constructor(stack: BenchStack, name: string, version: FlinkVersion) {
    this.stack = stack;
    this.name = name;
    this.spec = flinkJobSchema.parse(ledgerJob(name, { version }));
  }

  async start(): Promise<void> {
    rmSync(outOf(this.stack, this.name), { recursive: true, force: true });
    const first = await this.next('none');
    await first.run();
    await first.allRunning();
    this.current = first;
  }

  async upgrade(prime: Prime): Promise<Sample> {
    const old = this.current;
    if (!old) throw new Error('the floor has not started');
    const next = await this.next(prime);
    const startedAt = Date.now();
    const savepoint = await old.stop();
    const stoppedAt = Date.now();
    await next.run(savepoint);
    const submittedAt = Date.now();
    await next.allRunning();
    const runningAt = Date.now();
    await pause(committedMs);
    const [from, to] = [old, next].map(({ name, jobId }) => ({ name, flinkJobId: jobId }));
    const ended = (await old.flink.jobs()).find(({ id }) => id === old.jobId)?.endedAtMs ?? Number.NaN;
    this.current = next;
    const flinkMs = from && to ? await flinkPauseMs(this.stack, from, to) : Number.NaN;
    old.remove();
    return {
      recordGapMs: recordGapMs(outOf(this.stack, this.name), startedAt - 500),
      flinkMs,
      pauseMs: runningAt - ended,
      phases: {
        previousStopped: stoppedAt - startedAt,
        jobSubmitted: submittedAt - stoppedAt,
        tasksRunning: runningAt - submittedAt,
        total: runningAt - startedAt,
      },
    };
  }

  async end(): Promise<void> {
    this.current?.remove();
  }

  /** Brings up the next Flink cluster, primed as Drey does it. */
  private async next(prime: Prime): Promise<FloorCluster> {
    this.count += 1;
    const identity = { tenant, name: this.name, uid: this.uid, number: this.count };
    const generation = { identity, revision: 1, specHash: 'bench', spec: this.spec, submission: 1 };
    const cluster = new FloorCluster(this.stack, generation);
    cluster.apply();
    await cluster.slots();
    const { flink, jobId } = cluster;
    const { entryClass, args, parallelism } = this.spec.spec.job;
    if (prime === 'plan') await flink.planJar({ jobId, entryClass, args, parallelism });
    const jar = readFileSync(this.stack.images.primeJobJar);
    if (prime !== 'none') await new PrimeJob({ flink, generation, jar, signal: new AbortController().signal }).run();
    return cluster;
  }
}

/** Where a ledger job of this name writes, as this machine sees it. */
function outOf({ stateVolume }: BenchStack, name: string): string {
  return join(stateVolume, 'ledger', name, 'out');
}

function stepOf({ steps }: OperationRecord, name: string) {
  const step = steps.find((one) => one.name === name);
  if (!step) throw new Error(`the operation had no step ${name}`);
  return step;
}

const at = (text: string | undefined) => Date.parse(text ?? '');

/** The steps in which nothing is processed, and the time between them, in which Temporal hands on. */
function phasesOf(record: OperationRecord): Record<string, number> {
  const names = ['previousStopped', 'jobSubmitted', 'tasksRunning'] as const;
  const steps = names.map((name) => stepOf(record, name));
  const [first, last] = [steps[0], steps.at(-1)];
  const total = at(last?.endedAt) - at(first?.startedAt);
  const took = steps.map(({ name, startedAt, endedAt }) => [name, at(endedAt) - at(startedAt)] as const);
  return { ...Object.fromEntries(took), total };
}
