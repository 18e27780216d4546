/** The tiny job that primes a Flink cluster: uploaded, run once, and cleared away, whatever becomes of it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { FlinkCallOptions, FlinkClient } from '../../clients/flink/client.ts';
import { FlinkRestError, FlinkUnreachable } from '../../clients/flink/errors.ts';
import type { Generation } from '../../core/generation.ts';
import { primeJobId } from '../../core/names.ts';
import { primeRun } from '../../core/priming.ts';
import { redact } from '../../core/redact.ts';

export const primeLimits = {
  /** It takes a second or two; what takes longer than this is not worth waiting for. */
  runMs: 20_000,
  /** For one that has to be cancelled: left behind, it would be cancelled in the pause. */
  cancelMs: 4_000,
};

/** Its `main` runs within the request, on a JobManager that has loaded nothing yet. */
const callMs = 15_000;
const pollEveryMs = 50;
const jarName = 'drey-prime.jar';

/** How often Flink may refuse: the jar may lie with another JobManager than the one that is asked to run it. */
const refusalsMax = 4;

export interface PrimeSubject {
  readonly flink: FlinkClient;
  readonly generation: Generation;
  /** The job's jar. */
  readonly jar: Uint8Array;
  readonly signal: AbortSignal;
  readonly limits?: typeof primeLimits;
}

interface PrimeOutcome {
  /** Why it did not come to its end. */
  readonly trouble?: string;
}

export class PrimeJob {
  private readonly subject: PrimeSubject;
  private readonly flink: FlinkClient;
  private readonly id: string;
  private readonly call: FlinkCallOptions;
  private refusals = 0;
  private refusal: string | undefined;

  constructor(subject: PrimeSubject) {
    this.subject = subject;
    this.flink = subject.flink;
    this.id = primeJobId(subject.generation.identity);
    this.call = { signal: subject.signal, timeoutMs: callMs };
  }

  /** Returns when it has ended, or was given up and is cancelled. */
  async run(): Promise<PrimeOutcome> {
    const { runMs, cancelMs } = this.subject.limits ?? primeLimits;
    const outcome = (await this.within(runMs, () => this.step())) ?? {
      trouble: this.refusal ?? `it did not end within ${runMs / 1000} s`,
    };
    if (outcome.trouble !== undefined) await this.within(cancelMs, () => this.seeItGone());
    await this.within(0, () => this.deleteJars());
    return outcome;
  }

  /** One look and one step; undefined while it is worth looking again. */
  private async step(): Promise<PrimeOutcome | undefined> {
    const job = await this.listed();
    if (!job) return this.start();
    if (job.endedAtMs === undefined) return undefined;
    if (job.state === 'FINISHED') return {};
    const cause = await this.flink.failureCause(this.id, this.call);
    return { trouble: redact(`it is ${job.state.toLowerCase()}${cause ? `: ${cause.name}` : ''}`) };
  }

  private async listed() {
    return (await this.flink.jobs(this.call)).find(({ id }) => id === this.id);
  }

  private async start(): Promise<PrimeOutcome | undefined> {
    try {
      const { slotsTotal } = await this.flink.overview(this.call);
      const jar = await this.flink.uploadJar(jarName, this.subject.jar, this.call);
      await this.flink.runJar({ ...primeRun(this.subject.generation, slotsTotal), jar }, this.call);
    } catch (error) {
      if (!(error instanceof FlinkRestError)) throw error;
      this.refusals += 1;
      if (this.refusals >= refusalsMax) return { trouble: redact(error.message) };
    }
    return undefined;
  }

  private async seeItGone(): Promise<true | undefined> {
    const job = await this.listed();
    if (!job || job.endedAtMs !== undefined) return true;
    if (job.state !== 'CANCELLING') await this.flink.cancel(this.id, this.call);
    return undefined;
  }

  /** An attempt that was killed may have left its own. */
  private async deleteJars(): Promise<true> {
    const jars = await this.flink.jars(this.call);
    for (const { id, name } of jars) if (name === jarName) await this.flink.deleteJar(id, this.call);
    return true;
  }

  /** Looks again and again for so long, at least once; a Flink that refuses or does not answer counts as "not yet". */
  private async within<T>(limitMs: number, look: () => Promise<T | undefined>): Promise<T | undefined> {
    const deadline = performance.now() + limitMs;
    do {
      try {
        const seen = await look();
        if (seen !== undefined) return seen;
        this.refusal = undefined;
      } catch (error) {
        if (!(error instanceof FlinkRestError || error instanceof FlinkUnreachable)) throw error;
        this.refusal = redact(error.message);
      }
      await pause(pollEveryMs, undefined, { signal: this.subject.signal });
    } while (performance.now() < deadline);
    return undefined;
  }
}
