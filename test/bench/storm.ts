/** All jobs of a fleet fail at once: how long until the last is dealt with, and how long others wait meanwhile. */
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { pause } from '../../deploy/dev/process.ts';
import { e2eJob, tenant } from '../support/e2e-job.ts';
import { dealtWithAt } from './dealt-with.ts';
import type { RecoveryPolicy } from './fleet-job.ts';
import { spreadOf, type Spread } from './listing.ts';
import type { PlayedFleet } from './played-fleet.ts';
import type { StackParts } from './stack-parts.ts';
import { operationEnd, type BenchStack } from './support.ts';

export interface Storm {
  readonly jobs: number;
  readonly policy: RecoveryPolicy;
  /** From the failure to when a job was dealt with, by its own records. */
  readonly dealtWith: Spread;
  /** Until the applied spec was accepted, and until its operation had ended; of a job that has nothing to do with the fleet. */
  readonly applied: Applied;
  readonly appliedBefore: Applied;
}

export interface Applied {
  readonly accepted: Spread;
  readonly ended: Spread;
}

const lookEveryMs = 1_000;

export interface StormWish {
  readonly jobs: number;
  readonly policy: RecoveryPolicy;
  /** How long it may take. */
  readonly withinMs: number;
}

export async function measureStorm(
  stack: BenchStack,
  parts: StackParts,
  played: PlayedFleet,
  { jobs, policy, withinMs }: StormWish,
): Promise<Storm> {
  const applies = new Applies(stack);
  await applies.begin();
  try {
    const appliedBefore = await applies.until(pause(appliedBeforeMs));
    const failedAtMs = Date.now();
    played.failAll(failedAtMs);
    const over = allDealtWith(parts, policy, jobs, failedAtMs + withinMs);
    const [applied, times] = await Promise.all([applies.until(over), over]);
    return { jobs, policy, dealtWith: spreadOf(times.map((at) => at - failedAtMs)), applied, appliedBefore };
  } finally {
    await applies.end();
  }
}

/** How long changes are measured in calm. */
const appliedBeforeMs = 60_000;

/** @returns when each job was dealt with. @throws where some are not in time. */
async function allDealtWith(
  { postgres }: StackParts,
  policy: RecoveryPolicy,
  jobs: number,
  untilMs: number,
): Promise<readonly number[]> {
  for (;;) {
    const times = await dealtWithAt(postgres, policy);
    if (times.length >= jobs) return times;
    if (Date.now() > untilMs) throw new Error(`only ${times.length} of ${jobs} jobs were dealt with in time`);
    await pause(lookEveryMs);
  }
}

/** Changes, one after the other, to a real job that runs; each of them leaves Flink alone. */
class Applies {
  private readonly stack: BenchStack;
  private readonly job = { tenant, name: 'bench-apply' };
  private readonly first = Math.floor(Date.now() / 1000) % 100_000;
  private count = 0;

  constructor(stack: BenchStack) {
    this.stack = stack;
  }

  async begin(): Promise<void> {
    await this.apply();
  }

  async end(): Promise<void> {
    const { operation } = await this.stack.drey.removeJob(this.job);
    if (operation) await operationEnd(this.stack, this.job, operation.number);
  }

  /** Goes on until it is over; the change under way then still counts. */
  async until(over: Promise<unknown>): Promise<Applied> {
    const is = { over: false };
    const end = () => {
      is.over = true;
    };
    over.then(end, end);
    const [accepted, ended]: [number[], number[]] = [[], []];
    while (!is.over) {
      const one = await this.apply();
      accepted.push(one.acceptedMs);
      ended.push(one.endedMs);
    }
    return { accepted: spreadOf(accepted), ended: spreadOf(ended) };
  }

  private async apply(): Promise<{ readonly acceptedMs: number; readonly endedMs: number }> {
    const beganAt = performance.now();
    const { operation } = await this.stack.drey.applyJob(this.job, this.next());
    const acceptedMs = performance.now() - beganAt;
    if (!operation) throw new Error('the spec made no operation');
    const { state, failure } = await operationEnd(this.stack, this.job, operation.number);
    if (state !== 'succeeded') throw new Error(`${this.job.name}: ${failure?.message}`);
    return { acceptedMs, endedMs: performance.now() - beganAt };
  }

  private next(): FlinkJobInput {
    this.count += 1;
    // Each is another spec than the one before, and than the last one of an earlier run.
    const stableAfter = `${60 + ((this.first + this.count) % 80_000)}s`;
    return e2eJob(this.job.name, { spec: { recovery: { stableAfter } } });
  }
}
