/**
 * Decides first, on what is measured here: the autoscaler's workflow hears of a window only when something may come of it. It holds a job's
 * samples and what its autoscaler remembers; the latter is written onto the anchor, where the next agent finds it.
 */
import type { AutoscalerDecision, AutoscalerInput } from '../../core/autoscaler/decision.ts';
import type { AutoscalerSignal } from '../../core/autoscaler/signal.ts';
import { isAutoscaled, isSwitchedOff } from '../../core/autoscaler-agent/autoscaled.ts';
import { isToBeWritten, noteText } from '../../core/autoscaler-agent/noted-memory.ts';
import { withSharedQuotas } from '../../core/autoscaler-agent/shared-quotas.ts';
import { digestOfDecision, isToBeTold } from '../../core/autoscaler-agent/telling.ts';
import { decideFirst, windowTold } from '../../core/autoscaler-agent/window-told.ts';
import type { Generation } from '../../core/generation.ts';
import type { JobReading } from '../../core/metrics/job-reading.ts';
import { annotations, generationName } from '../../core/names.ts';
import type { SharedQuota } from '../../core/scaling/quota-room.ts';
import { AutoscaledJob } from './autoscaled-job.ts';
import type { ClusterView, SeenAnchor } from './cluster-view.ts';

/** What deciding works with. */
export interface AutoscalingPorts {
  /** Signals the job's autoscaler, and starts it where it is not there. */
  tell(signal: AutoscalerSignal): Promise<void>;
  /** Writes onto the anchor as it was seen. @throws where it is another by now. */
  write(generation: Generation, anchor: SeenAnchor, text: string): Promise<void>;
  /** What was heard of the quotas of tenants and of the cluster. */
  quotas(): readonly SharedQuota[];
  /** Something went wrong that concerns one job, and must not keep others from being scaled. */
  failed(error: unknown, what: string): void;
  readonly counters: AutoscalingCounters;
}

/** What it counts, for the agent's own metrics. */
export interface AutoscalingCounters {
  decided(action: AutoscalerDecision['action']): void;
  told(outcome: 'sent' | 'failed' | 'tooLarge'): void;
  wrote(outcome: 'written' | 'failed'): void;
}

/** How long what is known of a job is kept while it does not run: a new generation of it goes on from there. */
const keptMs = 30 * 60_000;

/** After a signal that did not arrive the next one waits so long; and after a window that is too large to be told. */
const failedMs = 10_000;
const tooLargeMs = 10 * 60_000;

export class Autoscaling {
  private readonly ports: AutoscalingPorts;
  private readonly jobs = new Map<string, AutoscaledJob>();
  private view: ClusterView;

  constructor(view: ClusterView, ports: AutoscalingPorts) {
    this.view = view;
    this.ports = ports;
  }

  /** All was listed anew. What is known of each job goes on. */
  relisted(view: ClusterView): void {
    this.view = view;
  }

  /** Takes what was measured of a job that runs. */
  saw(generation: Generation, reading: JobReading): void {
    this.forgetIfOff(generation);
    if (!isAutoscaled(generation)) return;
    const { anchor, pods } = this.view.get(viewName(generation)) ?? {};
    if (!anchor || !pods) return;
    const { uid } = generation.identity;
    const nowMs = performance.now();
    const job = this.jobs.get(uid) ?? new AutoscaledJob();
    this.jobs.set(uid, job);
    job.isNow(generation, anchor, { nowMs, readAtMs: reading.sample.atMs, others: () => this.otherNotes(generation) });
    const { input, decision } = decideFirst(generation, this.withQuotas(generation, job.took(reading, pods.values())));
    this.ports.counters.decided(decision.action);
    job.memory = decision.memory;
    void this.alone(job, () => this.act(job, { generation, anchor, input, decision }));
  }

  /** Answers who has asked, and forgets jobs that are no more. */
  tick(running: Iterable<Generation>): void {
    const nowMs = performance.now();
    for (const generation of running) {
      this.forgetIfOff(generation);
      if (!isAutoscaled(generation)) continue;
      const job = this.jobs.get(generation.identity.uid);
      const anchor = this.anchorOf(generation);
      const key = anchor?.notes[annotations.autoscalerAsked];
      if (!job || !anchor || key === undefined || key === job.answered) continue;
      const input = job.isOf(generation) && job.hasTakenUp(anchor) ? job.input() : undefined;
      if (!input) continue;
      const whole = this.withQuotas(generation, input);
      void this.alone(job, () => this.answer(job, { generation, anchor, input: whole, asked: key }));
    }
    for (const [uid, job] of this.jobs) if (nowMs - job.seenAtMs > keptMs) this.jobs.delete(uid);
  }

  /** What was measured until then says nothing of the job when it is switched on again: it begins with what was noted. */
  private forgetIfOff(generation: Generation): void {
    if (isSwitchedOff(generation)) this.jobs.delete(generation.identity.uid);
  }

  /** One thing at a time of each job; what comes meanwhile comes again with the next reading. */
  private async alone(job: AutoscaledJob, act: () => Promise<void>): Promise<void> {
    if (job.isBusy) return;
    job.isBusy = true;
    try {
      await act();
    } catch (error) {
      this.ports.failed(error, 'deciding on a job');
    } finally {
      job.isBusy = false;
    }
  }

  private async act(job: AutoscaledJob, seen: Seen & { readonly decision: AutoscalerDecision }): Promise<void> {
    const nowMs = performance.now();
    const digest = digestOfDecision(seen.decision, seen.input.job.vertices);
    const tells = isToBeTold(digest, job.told, nowMs) && nowMs >= job.tellsAgainAtMs && !this.isChanging(seen);
    const hasTold = tells && (await this.tell(job, seen));
    await this.writeIfDue(job, seen, hasTold);
  }

  private async answer(job: AutoscaledJob, seen: Seen & { readonly asked: string }): Promise<void> {
    if (this.isChanging(seen) || performance.now() < job.tellsAgainAtMs) return;
    if (await this.tell(job, seen)) await this.writeIfDue(job, seen, true);
  }

  private async writeIfDue(job: AutoscaledJob, seen: Seen, hasTold: boolean): Promise<void> {
    const { memory, written, failed } = job;
    const { windowMs } = seen.input.policy.options;
    const now = { memory, written, hasTold, failed, nowMs: performance.now(), windowMs };
    if (isToBeWritten(now)) await this.write(job, seen);
  }

  /** @returns whether the workflow was told. */
  private async tell(job: AutoscaledJob, { generation, input, asked }: Seen): Promise<boolean> {
    const { counters } = this.ports;
    const nowMs = performance.now();
    const window = windowTold(generation, input, asked);
    if (!window) {
      counters.told('tooLarge');
      job.tellsAgainAtMs = nowMs + tooLargeMs;
      return false;
    }
    const digest = digestOfDecision(window.decision, input.job.vertices);
    if (asked === undefined && !isToBeTold(digest, job.told, nowMs)) return false;
    try {
      await this.ports.tell(window.signal);
      counters.told('sent');
      job.hasTold(digest, asked, nowMs);
      return true;
    } catch (error) {
      // It is told by a later reading, if it is still to be told.
      counters.told('failed');
      job.tellsAgainAtMs = nowMs + failedMs;
      this.ports.failed(error, `telling the autoscaler of ${generationName(generation.identity)}`);
      return false;
    }
  }

  private async write(job: AutoscaledJob, { generation, anchor }: Seen): Promise<void> {
    const { memory, note } = job;
    const text = noteText(note);
    try {
      await this.ports.write(generation, anchor, text);
      this.ports.counters.wrote('written');
      job.hasWritten(anchor, text, { memory, atMs: performance.now() });
    } catch (error) {
      this.ports.counters.wrote('failed');
      job.hasNotWritten(performance.now());
      this.ports.failed(error, `noting what the autoscaler of ${generationName(generation.identity)} remembers`);
    }
  }

  /** Whether an operation changes the job, or another generation of it is there: then what was measured will soon be of no use. */
  private isChanging({ generation, anchor }: Seen): boolean {
    if (anchor.notes[annotations.rescaling] !== undefined) return true;
    return this.othersOf(generation).some((other) => !other.isLeaving);
  }

  private withQuotas(generation: Generation, input: AutoscalerInput): AutoscalerInput {
    return withSharedQuotas(input, generation, this.ports.quotas());
  }

  private anchorOf(generation: Generation): SeenAnchor | undefined {
    return this.view.get(viewName(generation))?.anchor;
  }

  private othersOf(generation: Generation): readonly SeenAnchor[] {
    const { identity } = generation;
    return this.view
      .siblings(viewName(generation))
      .flatMap(({ anchor }) => (anchor?.generation?.identity.uid === identity.uid ? [anchor] : []));
  }

  private otherNotes(generation: Generation): readonly string[] {
    return this.othersOf(generation).flatMap(({ autoscaler }) => autoscaler ?? []);
  }
}

interface Seen {
  readonly generation: Generation;
  readonly anchor: SeenAnchor;
  readonly input: AutoscalerInput;
  readonly asked?: string;
}

function viewName({ identity, spec }: Generation): string {
  return `${spec.spec.namespace}/${generationName(identity)}`;
}
