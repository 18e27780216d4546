/** Tells workflows how their jobs are: of what an observer has seen of each job what matters, one after another, and once. */
import type { Generation } from '../../core/generation.ts';
import { jobWorkflowId } from '../../core/names.ts';
import {
  nextSignals,
  offered,
  signalsInAll,
  told,
  unheard,
  unsent,
  type JobSignals,
  type WaitingSignal,
} from '../../core/observation/coalescing.ts';
import { digestOf } from '../../core/observation/digest.ts';
import type { Observation } from '../../core/observation/observation.ts';
import { isUp } from '../../core/observation/reading.ts';
import type { JobObservedSignal } from '../../core/observation/signal.ts';
import { fullBucket } from '../../core/observation/token-bucket.ts';
import { isUrgent } from '../../core/recovery/finding.ts';
import { findingOf } from '../../core/recovery/table.ts';
import type { AttemptFence } from './attempt-fence.ts';
import type { WatchedJob } from './watched-job.ts';

/** What a signaller works with. */
export interface SignallerPorts {
  /** Tells a job's workflow. @returns false where there is none. */
  signal(workflowId: string, observed: JobObservedSignal): Promise<boolean>;
  /** Notes on the anchor what the job was told. */
  noteTold(generation: Generation, digest: string): Promise<void>;
  /** Something went wrong that concerns one job, and must not keep the others from being observed. */
  failed(error: unknown, what: string): void;
  readonly counters: SignallerCounters;
}

/** What it counts, for the agent's own metrics. */
export interface SignallerCounters {
  signalled(outcome: 'accepted' | 'failed' | 'noWorkflow'): void;
}

/** A job whose workflow is told of it. */
interface Signalled {
  readonly job: Pick<WatchedJob, 'current'>;
  /** Whether its anchor is gone: there is nothing to note on, and nothing to tell after this. */
  readonly isGone: boolean;
}

/** How a look has found a job. */
export interface Offered {
  readonly isWell: boolean;
  readonly digest: string;
}

/** Noted on the anchor while a workflow is told: an observer that takes over then tells what it sees, whatever that is. */
const beingTold = '';

export class Signaller {
  private readonly ports: SignallerPorts;
  private readonly fence: Pick<AttemptFence, 'assertCurrent'>;
  /** Called when a job that is gone was told of. */
  private readonly toldGone: (name: string) => void;
  private readonly jobs = new Map<string, Signalled>();
  private readonly signals = new Map<string, JobSignals>();
  private readonly sending = new Set<string>();
  private bucket = fullBucket(signalsInAll, performance.now());

  constructor(ports: SignallerPorts, fence: Pick<AttemptFence, 'assertCurrent'>, toldGone: (name: string) => void) {
    this.ports = ports;
    this.fence = fence;
    this.toldGone = toldGone;
  }

  /** @param toldDigest what its anchor notes of what it was told last. */
  begin(name: string, job: Signalled, toldDigest: string | undefined): void {
    this.jobs.set(name, job);
    this.signals.set(name, toldDigest === undefined ? {} : { toldDigest });
  }

  forget(name: string): void {
    this.jobs.delete(name);
    this.signals.delete(name);
  }

  /** Whether something waits to be told of it. */
  waits(name: string): boolean {
    return this.signals.get(name)?.waiting !== undefined;
  }

  /** Of how many jobs something waits to be told. */
  get waiting(): number {
    return [...this.signals.values()].filter((one) => one.waiting !== undefined).length;
  }

  /** Takes what was seen of a job; told is what matters of it. Undefined: it was forgotten. */
  offer(name: string, generation: Generation, observation: Observation): Offered | undefined {
    const signals = this.signals.get(name);
    if (!signals) return undefined;
    const finding = findingOf({ observation, spec: generation.spec });
    const digest = digestOf(observation, finding);
    const isWell = finding === undefined && isUp(observation);
    // A job that is well needs nobody to know, unless it was told otherwise.
    const isFirst = signals.toldDigest === undefined && (!signals.waiting || signals.unheard !== undefined);
    // Whoever decides about a candidate is to see how it is.
    if (isWell && isFirst && !generation.candidate) this.signals.set(name, { toldDigest: digest });
    else {
      const offer = { observation, digest, isUrgent: finding !== undefined && isUrgent(finding) };
      this.signals.set(name, offered(signals, offer, performance.now()));
    }
    return { isWell, digest };
  }

  /** Sends what is due, and waits for none of it. */
  sendDue(nowMs: number): void {
    const waiting = new Map<string, JobSignals>();
    for (const [name, job] of this.signals) if (job.waiting && !this.sending.has(name)) waiting.set(name, job);
    const { now, bucket } = nextSignals(waiting, this.bucket, nowMs);
    this.bucket = bucket;
    for (const name of now) void this.send(name);
  }

  private async send(name: string): Promise<void> {
    const sent = this.signals.get(name)?.waiting;
    const signalled = this.jobs.get(name);
    if (!sent || !signalled) return;
    const generation = signalled.job.current;
    this.sending.add(name);
    try {
      // Before each of the three: any of them may take so long that another attempt has begun.
      await this.fence.assertCurrent();
      if (!signalled.isGone) await this.noteBeingTold(name, generation);
      await this.fence.assertCurrent();
      const isThere = await this.signal(name, generation, sent);
      const job = this.signals.get(name);
      // A workflow that is made later was told nothing.
      if (job) this.signals.set(name, (isThere ? told : unheard)(job, sent, performance.now()));
      if (signalled.isGone) this.toldGone(name);
      else if (isThere) await this.noteTold(generation, sent.digest);
    } catch (error) {
      // Temporal is away, or the anchor: what waits is sent again, and what was not noted is told twice at worst.
      this.ports.failed(error, `telling ${name}`);
      const job = this.signals.get(name);
      if (job?.waiting) this.signals.set(name, unsent(job, performance.now()));
    } finally {
      this.sending.delete(name);
    }
  }

  private async noteTold(generation: Generation, digest: string): Promise<void> {
    await this.fence.assertCurrent();
    await this.ports.noteTold(generation, digest);
  }

  /** Best effort: what is wrong is told also where the API server takes no notes. */
  private async noteBeingTold(name: string, generation: Generation): Promise<void> {
    try {
      await this.ports.noteTold(generation, beingTold);
    } catch (error) {
      this.ports.failed(error, `noting that ${name} is told`);
    }
  }

  private async signal(name: string, generation: Generation, { observation }: WaitingSignal): Promise<boolean> {
    const { counters } = this.ports;
    const finding = findingOf({ observation, spec: generation.spec });
    try {
      const isThere = await this.ports.signal(jobWorkflowId(generation.identity), {
        observation,
        ...(finding && { finding }),
      });
      counters.signalled(isThere ? 'accepted' : 'noWorkflow');
      return isThere;
    } catch (error) {
      counters.signalled('failed');
      // It may have arrived all the same: whatever the next look shows, the workflow is told.
      const job = this.signals.get(name);
      if (job) this.signals.set(name, { ...job, toldDigest: beingTold });
      throw error;
    }
  }
}
