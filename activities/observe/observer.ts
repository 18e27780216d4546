/** Observes a shard of a cluster: watches Kubernetes, asks JobManagers at a pace that adapts, and offers what it sees to be told. */
import type { FlinkClient } from '../../clients/flink/client.ts';
import type { CallOptions } from '../../clients/kubernetes/client.ts';
import { KubernetesError } from '../../clients/kubernetes/errors.ts';
import { hasHighAvailability, type Generation } from '../../core/generation.ts';
import { annotations } from '../../core/names.ts';
import { factOf, type JobFact, type SlotsSeen } from '../../core/observation/job-seen.ts';
import type { Observation, ObservationOrder, Standstill } from '../../core/observation/observation.ts';
import { hurried, mayChange, paceAfter } from '../../core/observation/pace.ts';
import type { AttemptFence } from './attempt-fence.ts';
import type { ClusterView, SeenGeneration } from './cluster-view.ts';
import { lookAtFlink, type FlinkLook } from './flink-look.ts';
import { LinePlace, LookLine } from './look-line.ts';
import { objectsNow } from './objects-now.ts';
import { Signaller, type Offered, type SignallerCounters, type SignallerPorts } from './signaller.ts';
import { classOf, WatchedJob } from './watched-job.ts';

/** What an observer works with. */
export interface ObserverPorts extends SignallerPorts {
  flink(generation: Generation): FlinkClient;
  /**
   * The uid of the ConfigMap with the pointers to the checkpoints of its job; undefined where there is none.
   * @throws KubernetesError
   */
  pointers(generation: Generation, call: CallOptions): Promise<string | undefined>;
  /** Takes what was seen of a job, at each look; it holds nobody up. Absent: nobody wants to know. */
  readonly seen?: ((fact: JobFact) => void) | undefined;
  readonly counters: ObserverCounters;
}

/** What it counts, for the agent's own metrics. */
export interface ObserverCounters extends SignallerCounters {
  asked(outcome: 'answered' | 'silent'): void;
  /** So many, by one observer of those that this process has. */
  observed(by: object, jobs: number): void;
  /** That observer has ended. */
  ended(by: object): void;
}

/** Numbers the observations of one attempt, however often it lists anew. */
export type NextOrder = (elapsedMs: number) => ObservationOrder;

/** The attempt in whose name it observes. */
export interface ObserverAttempt {
  readonly nextOrder: NextOrder;
  /** When it began, by this process's own clock. */
  readonly beganAtMs: number;
  readonly fence: Pick<AttemptFence, 'assertCurrent'>;
  /** Says what measuring has found; absent where nothing is measured. */
  readonly standstill?: ((generation: Generation) => Standstill | undefined) | undefined;
  /** Says which slots measuring has found. */
  readonly slots?: ((generation: Generation) => SlotsSeen | undefined) | undefined;
}

interface Watched {
  readonly job: WatchedJob;
  readonly place: LinePlace;
  /** For how many requests it has its place. */
  requests: number;
  /** When it was watched first, by this process's own clock. */
  readonly beganAtMs: number;
  /** What of it mattered at the last look, and since when that is so. */
  digest?: string;
  digestAtMs: number;
  /** Whether its anchor was deleted though no stop was asked for: once that is told, nothing of it is left to watch. */
  isGone: boolean;
}

/** A look, and when it began. */
interface Looked {
  readonly look: FlinkLook;
  readonly askedAt: number;
}

/** An API server that hangs must not keep looks at JobManagers waiting. */
const pointersMs = 3_000;

/** How long an anchor that was deleted may be that of an operation that clears its generation away. */
const clearingMs = 5_000;

/** How far one watch may be behind another: a connection that died silently is noticed after 35 s, and what it missed is listed then. */
const behindMs = 60_000;

export class Observer {
  private view: ClusterView;
  private readonly ports: ObserverPorts;
  private readonly nextOrder: NextOrder;
  private readonly standstill: ObserverAttempt['standstill'];
  private readonly slots: ObserverAttempt['slots'];
  private readonly beganAtMs: number;
  private readonly watched = new Map<string, Watched>();
  private readonly signaller: Signaller;
  private readonly line = new LookLine();
  private readonly ending = new AbortController();
  private looks = 0;

  constructor(view: ClusterView, ports: ObserverPorts, attempt: ObserverAttempt) {
    this.view = view;
    this.ports = ports;
    this.nextOrder = attempt.nextOrder;
    this.signaller = new Signaller(ports, attempt.fence, (name) => this.forget(name));
    this.standstill = attempt.standstill;
    this.slots = attempt.slots;
    this.beganAtMs = attempt.beganAtMs;
  }

  /** All was listed anew. What was told, what waits and what is known of each job goes on. */
  relisted(view: ClusterView): void {
    this.view = view;
  }

  /** Something of it has changed in Kubernetes: it is looked at now. */
  changed(name: string): void {
    const watched = this.watched.get(name);
    if (!watched) return;
    watched.place.hurry();
    watched.job.pace = hurried(watched.job.pace, performance.now());
  }

  /** For the Temporal UI: what it watches, and what waits to be told. */
  summary(): { readonly watched: number; readonly looks: number; readonly waiting: number } {
    return { watched: this.watched.size, looks: this.looks, waiting: this.signaller.waiting };
  }

  /** The generations whose jobs run, for whoever measures them. */
  running(): readonly Generation[] {
    return [...this.watched.values()].flatMap(({ job }) => job.running ?? []);
  }

  /** Nothing is observed by it any more. */
  end(): void {
    this.ending.abort();
    this.ports.counters.ended(this);
  }

  /** Does what is due. */
  tick(): void {
    if (!this.view.isComplete) return;
    const nowMs = performance.now();
    for (const name of this.view.names()) this.lookWhenDue(name, nowMs);
    for (const [name, watched] of this.watched)
      if (!watched.isGone && !isToBeWatched(this.view.get(name))) this.leave(name, watched);
    this.ports.counters.observed(this, this.watched.size);
    this.signaller.sendDue(nowMs);
  }

  /** Either an operation ends it, or somebody has deleted what it stands on. */
  private leave(name: string, watched: Watched): void {
    const { anchor } = this.view.get(name) ?? {};
    const isDeleted = anchor === undefined || anchor.isLeaving;
    if (!isDeleted) return this.forget(name);
    watched.isGone = true;
    setTimeout(() => this.tellGone(name, watched), clearingMs).unref();
  }

  private tellGone(name: string, watched: Watched): void {
    // Whoever observes next finds that nothing of it is there.
    if (this.ending.signal.aborted) return;
    // It was made anew, or an operation has asked for its end.
    if (!watched.isGone || this.watched.get(name) !== watched) return;
    if (!this.view.isComplete) return void setTimeout(() => this.tellGone(name, watched), clearingMs).unref();
    const { job } = watched;
    const order = this.nextOrder(Math.round(performance.now() - this.beganAtMs));
    this.offer(name, job, order);
    if (!this.signaller.waits(name)) this.forget(name);
  }

  private forget(name: string): void {
    this.watched.delete(name);
    this.signaller.forget(name);
  }

  private lookWhenDue(name: string, nowMs: number): void {
    const seen = this.view.get(name);
    const generation = seen?.anchor?.generation;
    if (!seen || !generation || !isToBeWatched(seen)) return;
    const watched = this.watched.get(name) ?? this.begin(name, seen, generation);
    watched.job.isNow(generation);
    watched.isGone = false;
    if (watched.place.isBusy || (watched.job.pace?.nextAtMs ?? 0) > nowMs) return;
    watched.requests = watched.job.nextRequests;
    const waitMs = this.line.take(watched.place, watched.requests, nowMs);
    watched.place.wait(waitMs, () => void this.look(name, watched, generation));
  }

  private begin(name: string, seen: SeenGeneration, generation: Generation): Watched {
    const job = new WatchedJob(generation);
    const beganAtMs = performance.now();
    const watched = { job, place: new LinePlace(), requests: 0, beganAtMs, digestAtMs: beganAtMs, isGone: false };
    this.watched.set(name, watched);
    this.signaller.begin(name, watched, seen.anchor?.notes[annotations.told]);
    return watched;
  }

  private async look(name: string, watched: Watched, generation: Generation): Promise<void> {
    // One that waited in line when this observer ended is looked at by the next one.
    if (this.ending.signal.aborted) return;
    const { job } = watched;
    const elapsedMs = Math.round(performance.now() - this.beganAtMs);
    try {
      const askedAt = performance.now();
      const lookedAt = { flink: this.ports.flink(generation), generation, signal: this.ending.signal };
      const look = await lookAtFlink(lookedAt, (...seen) => job.isDeep(...seen));
      this.looks += 1;
      this.ports.counters.asked(look.state === 'silent' ? 'silent' : 'answered');
      // What it took beyond those that had their place: the next looks wait for that.
      this.line.take(watched.place, look.requests - watched.requests, performance.now());
      const isOther = job.saw(look, generation);
      await this.readPointers(job, generation, { look, askedAt });
      const found = this.offerWatched(name, job, elapsedMs);
      const seen = { nowMs: performance.now(), isRestless: restlessAfter(watched, found, isOther) };
      job.pace = paceAfter(job.pace, seen);
    } catch (error) {
      if (this.ending.signal.aborted) return;
      this.ports.failed(error, `looking at ${name}`);
      job.pace = paceAfter(job.pace, { nowMs: performance.now(), isRestless: false });
    } finally {
      watched.place.isBusy = false;
      if (watched.place.isHurried) job.pace = hurried(job.pace, performance.now());
    }
  }

  private async readPointers(job: WatchedJob, generation: Generation, { look, askedAt }: Looked): Promise<void> {
    if (!hasHighAvailability(generation.spec) || generation.submission !== job.current.submission) return;
    const { pointers } = job;
    const { state, requests } = look;
    if (!pointers.looked({ state, word: classOf(look), isDeep: requests > 1, askedAt })) return;
    try {
      const uid = await this.ports.pointers(generation, { signal: this.ending.signal, timeoutMs: pointersMs });
      pointers.found(uid, job.hasCheckpoint, performance.now());
    } catch (error) {
      // That says nothing of the job, and the watches say it, too.
      if (!(error instanceof KubernetesError)) throw error;
    }
  }

  private offerWatched(name: string, job: WatchedJob, elapsedMs: number): Offered | undefined {
    // While all is listed anew, what is not listed yet seems to be missing, and no node to be lost.
    if (!this.view.isComplete) return undefined;
    return isToBeWatched(this.view.get(name)) ? this.offer(name, job, this.nextOrder(elapsedMs)) : undefined;
  }

  private offer(name: string, job: WatchedJob, order: ObservationOrder): Offered | undefined {
    const generation = job.current;
    const { lostNodes } = this.view.nodes;
    const isSettled = performance.now() - (this.watched.get(name)?.beganAtMs ?? Infinity) >= behindMs;
    const seen = {
      ...objectsNow(generation, this.view.get(name), { isSettled, unwatched: job.missingPointers }),
      lostNodes,
      standstill: this.standstill?.(generation),
    };
    const observation = job.observation(order, seen);
    if (!observation || !this.watched.has(name)) return undefined;
    this.show(generation, observation);
    return this.signaller.offer(name, generation, observation);
  }

  /** Of a candidate its job's workflow is told. */
  private show(generation: Generation, observation: Observation): void {
    if (!generation.candidate) this.ports.seen?.(factOf(observation, this.slots?.(generation)));
  }
}

/** Notes what matters by now. @returns whether the job is to be looked at again soon. */
function restlessAfter(watched: Watched, found: Offered | undefined, isOtherState: boolean): boolean {
  const nowMs = performance.now();
  const isOther = isOtherState || (found !== undefined && found.digest !== watched.digest);
  if (isOther) watched.digestAtMs = nowMs;
  if (found) watched.digest = found.digest;
  const { hasEnded } = watched.job;
  return mayChange({ isOther, isWell: found?.isWell ?? true, hasEnded, unchangedMs: nowMs - watched.digestAtMs });
}

/** Only what has run: until then, and from the moment at which an operation asks it to stop, the operation itself watches it. */
function isToBeWatched(seen: SeenGeneration | undefined): boolean {
  const { generation, notes, isLeaving } = seen?.anchor ?? {};
  if (!generation || !notes || isLeaving) return false;
  const submission = String(generation.submission);
  return notes[annotations.ran] === submission && !notes[annotations.stopping]?.startsWith(`${submission}/`);
}
