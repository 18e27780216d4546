/** What an observer remembers of one generation between its looks, and how that becomes an observation. */
import { taskManagerReplicas } from '../../core/spec/task-managers.ts';
import { diagnosePods } from '../../core/diagnosis/pods.ts';
import type { PodSeen } from '../../core/diagnosis/pod-seen.ts';
import type { Generation } from '../../core/generation.ts';
import { isFinalState } from '../../core/flink/flink-job-state.ts';
import { pointerMapName } from '../../core/names.ts';
import { bounded } from '../../core/observation/bounded.ts';
import type {
  CheckpointsObserved,
  Observation,
  ObservationOrder,
  ObservedJobState,
  Standstill,
  Untold,
} from '../../core/observation/observation.ts';
import { isDeepDue, requestsOfDeepLook, unsureMs, type Pace } from '../../core/observation/pace.ts';
import { restartTimesMax } from '../../core/observation/bounds.ts';
import { observedPods } from '../../core/observation/pods.ts';
import { parseDurationMs } from '../../core/spec/duration.ts';
import type { FlinkLook } from './flink-look.ts';
import { PointerMap } from './pointer-map.ts';

/** How many restarts are remembered: more than are ever told. */
const restartsKept = 4 * restartTimesMax;

/** What Kubernetes has of it now. */
export interface ObjectsNow extends Pick<Observation, 'changed'> {
  readonly pods: readonly PodSeen[];
  /** Objects that were there and are not any more, the anchor first. */
  readonly missing: readonly string[];
}

/** What was seen of it but by looking at its JobManager. */
interface SeenBesides extends ObjectsNow {
  /** Since when nodes have not been heard of, by their names. */
  readonly lostNodes: ReadonlyMap<string, number>;
  readonly standstill?: Standstill | undefined;
}

export class WatchedJob {
  pace: Pace | undefined;
  private generation: Generation;
  private last: FlinkLook | undefined;
  private deep: { readonly atMs: number; readonly looks: number } | undefined;
  /** These are by the clock that nobody sets: how long something lasts must not change with the time of day. */
  private sinceAt = performance.now();
  private cameUpAt: number | undefined;
  private checkpointsReadAt: number | undefined;
  private untold: (NonNullable<FlinkLook['untold']> & { readonly sinceAt: number }) | undefined;
  private readonly restartsAtMs = new Set<number>();
  private forgottenRestarts = 0;
  private pointerMap = new PointerMap();

  constructor(generation: Generation) {
    this.generation = generation;
  }

  /**
   * Whether the next look asks for more than whether all tasks run, which is all that is asked of a job that is well. What has ended
   * tells its failures once, and then as seldom.
   */
  isDeep(state: ObservedJobState, isWhole: boolean): boolean {
    const isToldBefore = isWhole || (isFinalState(state) && state === this.last?.state);
    return !isToldBefore || isDeepDue(this.deep, performance.now());
  }

  /** How many requests the next look takes, most likely. One that was silent is asked first whether it answers at all. */
  get nextRequests(): number {
    const word = classOf(this.last);
    const isDeep = word !== 'silent' && (word === 'down' || isDeepDue(this.deep, performance.now()));
    return isDeep ? requestsOfDeepLook : 1;
  }

  /** Whether Flink is done with the job, one way or another. */
  get hasEnded(): boolean {
    return this.last !== undefined && isFinalState(this.last.state);
  }

  /** The same generation with another submission has another Flink job. */
  isNow(generation: Generation): void {
    if (generation.submission !== this.generation.submission) {
      this.last = undefined;
      this.restartsAtMs.clear();
      this.forgottenRestarts = 0;
      this.sinceAt = performance.now();
      this.cameUpAt = undefined;
      this.untold = undefined;
      this.pointerMap = new PointerMap();
    }
    this.generation = generation;
  }

  /** What is known of the ConfigMap with the pointers to its checkpoints. */
  get pointers(): PointerMap {
    return this.pointerMap;
  }

  /** That ConfigMap, as it stands in lists of objects, where somebody has deleted it. */
  get missingPointers(): readonly string[] {
    const { identity, submission } = this.generation;
    return this.pointerMap.isDeleted ? [`ConfigMap ${pointerMapName(identity, submission)}`] : [];
  }

  /** Whether this submission was seen to have completed a checkpoint. */
  get hasCheckpoint(): boolean {
    return this.last?.checkpoints?.newest !== undefined;
  }

  get current(): Generation {
    return this.generation;
  }

  /** The generation, where all tasks of its job ran when it was looked at last. */
  get running(): Generation | undefined {
    return classOf(this.last) === 'up' ? this.generation : undefined;
  }

  /** Takes a look in. @returns whether the job is another than at the look before. */
  saw(look: FlinkLook, { submission }: Pick<Generation, 'submission'>): boolean {
    // It was on its way while the job was submitted anew.
    if (submission !== this.generation.submission) return true;
    const before = this.last;
    this.sawDepth(look);
    for (const atMs of look.failuresAtMs ?? []) this.restarted(atMs);
    const isOther = classOf(before) !== classOf(look);
    if (look.checkpoints) this.checkpointsReadAt = performance.now();
    if (isOther) this.sinceAt = performance.now();
    if (isOther && before && classOf(look) === 'up') this.cameUpAt = this.sinceAt;
    // What was not asked for, or could not be told, goes on as it was.
    const { silence: _silence, untold: _untold, ...known } = before ?? look;
    this.last = { ...known, ...look };
    return isOther;
  }

  /** What was not told in whole is asked for again at the next chance. A look that did not ask for it changes nothing of that. */
  private sawDepth({ checkpoints, failuresAtMs, untold }: FlinkLook): void {
    if (untold) this.untold = { ...untold, sinceAt: this.untold?.sinceAt ?? performance.now() };
    else if (checkpoints || failuresAtMs) {
      this.untold = undefined;
      this.deep = { atMs: performance.now(), looks: 0 };
      return;
    }
    if (this.deep) this.deep = { ...this.deep, looks: this.deep.looks + 1 };
  }

  /** Flink tells each again and again; a job that fails for days is not to fill the memory. */
  private restarted(atMs: number): void {
    const oldest = Math.min(...this.restartsAtMs);
    if (this.restartsAtMs.size >= restartsKept && atMs < oldest) return;
    this.restartsAtMs.add(atMs);
    if (this.restartsAtMs.size <= restartsKept) return;
    this.restartsAtMs.delete(oldest);
    this.forgottenRestarts += 1;
  }

  /** Undefined before the first look, and while nothing is known but that answers did not come. */
  observation(
    order: ObservationOrder,
    { pods, missing, changed, lostNodes, standstill }: SeenBesides,
  ): Observation | undefined {
    const { last, generation } = this;
    if (!last) return undefined;
    const { identity, submission, spec } = generation;
    const wanted = { jobmanager: spec.spec.jobManager.replicas, taskmanager: taskManagerReplicas(spec.spec) };
    const trouble = troubleOf(pods, generation);
    const observed = observedPods({ pods, wanted, lostNodes });
    if (this.isUnsure(observed.jobmanager.ready) && !trouble && missing.length === 0) return undefined;
    const nowMs = Date.now();
    return bounded({
      uid: identity.uid,
      generation: identity.number,
      submission,
      order,
      seenAt: new Date(nowMs).toISOString(),
      job: {
        ...jobOf(last, timeOf(this.sinceAt, nowMs)),
        ...(this.cameUpAt !== undefined && { cameUpAtMs: timeOf(this.cameUpAt, nowMs) }),
      },
      restarts: this.restarts(),
      ...(last.cause && { cause: last.cause }),
      ...(last.checkpoints && { checkpoints: this.checkpointsOf(last.checkpoints, nowMs) }),
      pods: observed,
      ...(trouble && { podTrouble: trouble }),
      missing,
      changed,
      ...(standstill && { standstill }),
      ...(this.untold && { untold: untoldOf(this.untold, nowMs) }),
    });
  }

  /**
   * Whether answers have only just begun not to come. Where many are asked at once they are late, and each would be told twice: that
   * it is silent, and that it is not. Kubernetes says by itself where a JobManager has ended.
   */
  private isUnsure(jobManagersReady: number): boolean {
    const word = classOf(this.last);
    const sinceAt = word === 'silent' ? this.sinceAt : this.untoldAtFirst;
    return sinceAt !== undefined && jobManagersReady > 0 && performance.now() - sinceAt < unsureMs;
  }

  /** Since when a job that is up, and was never asked for everything with success, does not tell it. */
  private get untoldAtFirst(): number | undefined {
    return this.deep === undefined && classOf(this.last) === 'up' ? this.untold?.sinceAt : undefined;
  }

  /** Read at a time that goes with the others of an observation, whatever time it was then. */
  private checkpointsOf(checkpoints: CheckpointsObserved, nowMs: number): CheckpointsObserved {
    const { checkpointsReadAt: readAt } = this;
    return readAt === undefined ? checkpoints : { ...checkpoints, readAtMs: timeOf(readAt, nowMs) };
  }

  private restarts(): Observation['restarts'] {
    const recentMs = [...this.restartsAtMs].toSorted((one, other) => other - one);
    return { count: this.restartsAtMs.size + this.forgottenRestarts, recentMs };
  }
}

/** When it was, as the time of day goes now. @param at by the clock that nobody sets */
function timeOf(at: number, nowMs: number): number {
  return Math.round(nowMs - (performance.now() - at));
}

function untoldOf(
  { sinceAt, ...untold }: NonNullable<FlinkLook['untold']> & { sinceAt: number },
  nowMs: number,
): Untold {
  return { ...untold, sinceMs: timeOf(sinceAt, nowMs) };
}

function jobOf({ state, tasks, startedAtMs, silence }: FlinkLook, sinceMs: number): Observation['job'] {
  return {
    state,
    sinceMs,
    ...(tasks && { tasks }),
    ...(startedAtMs !== undefined && { startedAtMs }),
    ...(silence !== undefined && { silence }),
  };
}

function troubleOf(pods: readonly PodSeen[], { spec }: Generation) {
  const { schedule, imagePull } = spec.spec.deadlines;
  const clock = { now: Date.now(), scheduleMs: parseDurationMs(schedule), imagePullMs: parseDurationMs(imagePull) };
  return diagnosePods(pods, [], clock).failure;
}

/** Between which its time counts anew: up, not up, absent, silent, ended. */
export function classOf(look: FlinkLook | undefined): string {
  if (!look) return '';
  const { state, tasks } = look;
  if (state === 'absent' || state === 'silent' || isFinalState(state)) return state;
  return state === 'RUNNING' && tasks !== undefined && tasks.total > 0 && tasks.running === tasks.total ? 'up' : 'down';
}
