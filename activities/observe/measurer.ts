/** Measures the jobs of a shard that run: each at a pace that adapts, all together within what measuring may ask. */
import { setTimeout as pause } from 'node:timers/promises';
import type { FlinkClient } from '../../clients/flink/client.ts';
import { FlinkRestError, FlinkUnreachable } from '../../clients/flink/errors.ts';
import { readFlinkCluster } from '../../clients/flink/read-cluster.ts';
import { JobReader } from '../../clients/flink/read-job.ts';
import type { Generation } from '../../core/generation.ts';
import { isIdle, isWhole, type JobReading } from '../../core/metrics/job-reading.ts';
import {
  measureAfter,
  measuringPerJobManager,
  type MeasuredAs,
  type MeasuringPace,
} from '../../core/metrics/measuring-pace.ts';
import { flinkJobId, generationName } from '../../core/names.ts';
import type { SlotsSeen } from '../../core/observation/job-seen.ts';
import type { Standstill } from '../../core/observation/observation.ts';
import { standstillOf, stillAfter, type StandingStill } from '../../core/observation/standing-still.ts';
import { pacedFlink } from './paced-flink.ts';
import { RequestLine, turnIn } from './request-line.ts';

/** What measuring works with. */
export interface MeasuringPorts {
  flink(generation: Generation): FlinkClient;
  /** The line of all requests with which this process measures. */
  readonly line: RequestLine;
  /** Takes what was read of a job. It holds nobody up. */
  take(generation: Generation, reading: JobReading): void;
  /** Whether anybody wants to know what is measured of it. */
  isWanted(generation: Generation): boolean;
  /** How often it is measured at least; undefined: as often as what it shows is worth. */
  atLeastEveryMs(generation: Generation): number | undefined;
  /** What is read of the job besides, with the requests that it may make. */
  custom(generation: Generation, flink: FlinkClient, job: JobReading['job']): Promise<JobReading['sample']['custom']>;
  asked(outcome: 'answered' | 'silent'): void;
  /** Something went wrong that concerns one job, and must not keep the others from being measured. */
  failed(error: unknown, generation: Generation): void;
}

/** A JobManager that hangs must not keep the others waiting. */
const call = { timeoutMs: 5_000 };

/**
 * Flink gathers metrics when somebody asks, and answers with what it had before: as old as the last question. Within this time it has gathered.
 * Else the first reading of an agent would show the job as it was when the last agent left it, and what came in since as if it came at once.
 */
const gatheredMs = 500;

interface Measured {
  /** With its newest revision. */
  generation: Generation;
  readonly flink: FlinkClient;
  readonly reader: JobReader;
  pace: MeasuringPace | undefined;
  still: StandingStill | undefined;
  slots: SlotsSeen | undefined;
  isBusy: boolean;
}

export class Measurer {
  private readonly ports: MeasuringPorts;
  private readonly decide: MeasuringPorts['take'];
  private readonly jobs = new Map<string, Measured>();

  /** @param decide takes what was read, too: it may have the job changed by it. */
  constructor(ports: MeasuringPorts, decide: MeasuringPorts['take']) {
    this.ports = ports;
    this.decide = decide;
  }

  /** Measures what is due, those first that have waited longest, as long as nobody must wait in line. */
  tick(running: Iterable<Generation>): void {
    const due: Measured[] = [];
    const there = new Set<string>();
    const nowMs = performance.now();
    for (const generation of running) {
      // A candidate would mix its values with those of the job that it may replace.
      if (generation.candidate || !this.ports.isWanted(generation)) continue;
      const name = nameOf(generation);
      there.add(name);
      const job = this.jobs.get(name) ?? this.begin(name, generation);
      job.generation = generation;
      if (!job.isBusy && dueAtMs(job) <= nowMs) due.push(job);
    }
    for (const name of this.jobs.keys()) if (!there.has(name)) this.jobs.delete(name);
    due.sort((one, other) => dueAtMs(one) - dueAtMs(other));
    for (const job of due) {
      if (!this.ports.line.isFree) return;
      void this.measure(job);
    }
  }

  /** Whether the job stands still, as far as it was measured lately. */
  standstill(generation: Generation): Standstill | undefined {
    return standstillOf(this.jobs.get(nameOf(generation))?.still, Date.now());
  }

  /** The slots of its Flink cluster, as they were read last while the job ran. */
  slots(generation: Generation): SlotsSeen | undefined {
    return this.jobs.get(nameOf(generation))?.slots;
  }

  private begin(name: string, generation: Generation): Measured {
    const { ports } = this;
    const own = new RequestLine(measuringPerJobManager);
    const flink = pacedFlink(ports.flink(generation), {
      turn: () => turnIn(own, ports.line),
      asked: (outcome) => ports.asked(outcome),
    });
    const reader = new JobReader(flink, flinkJobId(generation.identity, generation.submission), call);
    const job = { generation, flink, reader, pace: undefined, still: undefined, slots: undefined, isBusy: false };
    this.jobs.set(name, job);
    return job;
  }

  private async measure(job: Measured): Promise<void> {
    job.isBusy = true;
    const as = await this.read(job);
    job.pace = measureAfter(job.pace, as, performance.now(), this.ports.atLeastEveryMs(job.generation));
    job.isBusy = false;
  }

  private async withCustom({ generation, flink }: Measured, reading: JobReading): Promise<JobReading> {
    const custom = await this.ports.custom(generation, flink, reading.job);
    return custom ? { ...reading, sample: { ...reading.sample, custom } } : reading;
  }

  private async read(job: Measured): Promise<MeasuredAs> {
    try {
      const cluster = await readFlinkCluster(job.flink, call);
      await pause(gatheredMs);
      const reading = await job.reader.read(cluster);
      if (!reading) return 'none';
      job.still = stillAfter(job.still, reading);
      job.slots = slotsOf(reading);
      const whole = await this.withCustom(job, reading);
      this.ports.take(job.generation, whole);
      this.decide(job.generation, whole);
      if (!isWhole(reading)) return 'partial';
      return isIdle(reading) ? 'idle' : 'busy';
    } catch (error) {
      // Whoever looks after the job says that its JobManager is silent.
      if (error instanceof FlinkUnreachable || error instanceof FlinkRestError) return 'none';
      this.ports.failed(error, job.generation);
      return 'none';
    }
  }
}

function slotsOf({ sample: { slotsTotal, slotsAvailable } }: JobReading): SlotsSeen | undefined {
  if (slotsTotal === undefined || slotsAvailable === undefined) return undefined;
  return { total: slotsTotal, free: slotsAvailable };
}

function nameOf({ identity, submission }: Generation): string {
  return `${generationName(identity)}/${submission}`;
}

function dueAtMs({ pace }: Measured): number {
  return pace?.nextAtMs ?? 0;
}
