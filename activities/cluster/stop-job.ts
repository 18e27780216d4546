/**
 * Ends a generation's job so that another may go on from its state: by stop-with-savepoint where it runs, else by cancel
 * and its newest retained checkpoint. Never leaves two jobs, never loses a savepoint whose answer was lost.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import type { CheckpointRecord, Checkpoints, FlinkCallOptions, FlinkClient } from '../../clients/flink/client.ts';
import { FlinkRestError, FlinkUnreachable } from '../../clients/flink/errors.ts';
import { diagnoseSavepointFailure } from '../../core/diagnosis/job-failure.ts';
import type { Failure } from '../../core/failure.ts';
import { hasDurableStorage, type Generation } from '../../core/generation.ts';
import { generationKey, renderAnchor } from '../../core/manifests/anchor.ts';
import {
  annotations,
  flinkJobId,
  highAvailabilityMapName,
  savepointDirectory,
  savepointTriggerId,
} from '../../core/names.ts';
import { decideStop, type PointSeen, type StopSeen } from '../../core/stopping.ts';
import { clean, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import type { ClusterDependencies, GenerationInput } from './dependencies.ts';
import { findAnchor, noteOnAnchor } from './anchor.ts';
import { applyReferredTo } from './apply-referred-to.ts';
import { endPods } from './end-pods.ts';
import { firstJobManager, hasNeverRun } from './first-job-manager.ts';
import { podSelector } from './pod-trouble.ts';
import { newestRestorePoint } from './restore-point.ts';

export interface StopJobInput extends GenerationInput {
  /** Names the request: the uid of the job whose operation it is, and the operation's number. */
  readonly requester: { readonly uid: string; readonly operation: number };
  /** Whether to take a savepoint; else the job is cancelled and its newest checkpoint counts. */
  readonly how: 'savepoint' | 'cancel';
  /** The time that the stop gets of each attempt, in milliseconds: then the pods are ended and the storage is read. */
  readonly withinMs: number;
  /** The generation that comes next: its anchor owns the storage pod when this one's is gone. */
  readonly next?: Generation;
}

export interface StoppedJob {
  readonly restorePoint?: string;
  readonly detail: string;
  /** It had finished by itself: what comes next starts from the beginning. */
  readonly finished?: boolean;
  /** Why the job runs on, untouched: its savepoint failed. */
  readonly refused?: Failure;
}

/** How long a JobManager may be silent before its pods are ended and the storage is read instead: a restart takes less. */
const silenceMs = 45_000;

/**
 * The same once a stop was asked for: a JobManager that takes over would run the job again from an older checkpoint, and
 * commit again what the savepoint has committed. Kubernetes high availability needs 15 s for that.
 */
const silenceWhenAskedMs = 3_000;
const pollEveryMs = 30;

/** Half of the week after which Flink forgets a job that has ended (`jobstore.expiration-time` as Drey sets it). */
const forgetsAfterMs = 3.5 * 24 * 3_600_000;

/** A JobManager that hangs must be found silent well within the 15 s after which another one may lead. */
const callMs = 5_000;

/** After an answer that is an error: the next look is not urgent. */
const refusedMs = 500;

/** Repeatable at any point: every attempt sees what the one before it did. @throws STORAGE_UNUSABLE */
export function stopJob(dependencies: ClusterDependencies, input: StopJobInput): Promise<StoppedJob> {
  return withFailures(() => withHeartbeat((signal) => new Stop(dependencies, input, signal).run()));
}

class Stop {
  private readonly dependencies: ClusterDependencies;
  private readonly input: StopJobInput;
  private readonly generation: Generation;
  private readonly signal: AbortSignal;
  /** By this process's own clock, since the time in which no agent acted does not count. */
  private readonly deadline: number;
  private readonly flink: FlinkClient;
  private readonly jobId: string;
  private triggerId: string;
  /** The request of an operation that was lost: it may be under way. */
  private earlierTriggerId: string | undefined;
  /** Where this generation's stops write; absent where the spec has no place for savepoints. */
  private readonly folder: string | undefined;
  private noted = false;
  private hasRun = true;
  private restoreFrom: string | undefined;

  constructor(dependencies: ClusterDependencies, input: StopJobInput, signal: AbortSignal) {
    const { generation, requester } = input;
    const { identity, submission, spec } = generation;
    this.dependencies = dependencies;
    this.input = input;
    this.generation = generation;
    this.signal = signal;
    this.deadline = performance.now() + input.withinMs;
    this.flink = dependencies.flink(generation);
    this.jobId = flinkJobId(identity, submission);
    this.triggerId = savepointTriggerId(requester.uid, requester.operation, identity);
    const { savepoints } = spec.spec.storage;
    this.folder = savepoints === undefined ? undefined : savepointDirectory(savepoints, identity);
  }

  async run(): Promise<StoppedJob> {
    const anchor = await this.readAnchor();
    if (anchor === 'absent') return this.withoutAnchor();
    if (anchor === 'unused') return this.withoutJob();
    let heardAt = performance.now();
    for (;;) {
      try {
        const stopped = await this.next();
        if (stopped) return stopped;
        heardAt = performance.now();
      } catch (error) {
        const stopped = await this.withoutAnswer(error, performance.now() - heardAt);
        if (stopped) return stopped;
        if (error instanceof FlinkRestError) heardAt = performance.now();
      }
      await pause(pollEveryMs, undefined, { signal: this.signal });
    }
  }

  /** Undefined while it is worth asking again. @throws what is neither silence nor a refusal of Flink. */
  private async withoutAnswer(error: unknown, silentMs: number): Promise<StoppedJob | undefined> {
    if (error instanceof FlinkRestError) {
      if (this.timeIsUp()) return this.fromStorage('its JobManager refuses to tell');
      await pause(refusedMs, undefined, { signal: this.signal });
      return undefined;
    }
    if (!(error instanceof FlinkUnreachable)) throw error;
    if (!(await this.hasPods())) return this.fromStorage('no pod of it runs');
    if (await hasNeverRun(this.dependencies, this.generation)) return this.beforeItWasTaken();
    return silentMs >= this.patienceMs() ? this.fromStorage('its JobManager is silent') : undefined;
  }

  private call(): FlinkCallOptions {
    return { signal: this.signal, timeoutMs: callMs };
  }

  private timeIsUp(): boolean {
    return performance.now() > this.deadline;
  }

  /** What is only cleared away need not come back first: the storage tells the same. */
  private patienceMs(): number {
    if (this.input.how === 'cancel') return 0;
    return this.noted ? silenceWhenAskedMs : silenceMs;
  }

  /** One look and one step; undefined while something is under way. */
  private async next(): Promise<StoppedJob | undefined> {
    const step = decideStop(await this.look());
    switch (step.action) {
      case 'stopped':
        return step;
      case 'unchanged':
        return this.startedFrom(step.detail);
      case 'readStorage':
        return this.fromStorage(step.why, { elseFinished: step.elseFinished ?? false });
      case 'neverTaken':
        return this.beforeItWasTaken();
      case 'refuse':
        return this.refused(step.trace);
      case 'ask':
        await this.ask();
        return undefined;
      case 'cancel':
        await this.flink.cancel(this.jobId, this.call());
        return undefined;
      case 'wait':
        return undefined;
      default:
        return step satisfies never;
    }
  }

  /** Taken off the anchor: the next operation's request is the first one again. */
  private async refused(trace: string): Promise<StoppedJob> {
    await this.note(null);
    return { detail: 'it runs on', refused: clean(diagnoseSavepointFailure(trace, this.generation.spec.spec)) };
  }

  private async note(triggerId: string | null): Promise<void> {
    await noteOnAnchor(this.dependencies.kubernetes, this.generation, { [annotations.stopping]: triggerId });
  }

  private async look(): Promise<StopSeen> {
    const wantsSavepoint = this.folder !== undefined && this.input.how === 'savepoint';
    const request = wantsSavepoint ? await this.askedFor() : ({ state: 'unknown' } as const);
    // After the request: a job seen alive with an answer that is older would be taken for one that does not end.
    const job = (await this.flink.jobs(this.call())).find(({ id }) => id === this.jobId);
    const timeIsUp = this.timeIsUp();
    const base = { request, noted: this.noted, wantsSavepoint, timeIsUp, retainsCheckpoints: true, knowsAll: false };
    if (!job) return { ...base, knowsAll: await this.hasFirstJobManager(forgetsAfterMs) };
    const known = { ...base, job: { state: job.state, ended: job.endedAtMs !== undefined } };
    if (request.state === 'inProgress' || request.state === 'completed') return known;
    return { ...known, ...(await this.points()) };
  }

  private async askedFor(): Promise<StopSeen['request']> {
    const own = await this.statusOf(this.triggerId);
    if (own.state !== 'unknown' || this.earlierTriggerId === undefined) return own;
    // What a lost operation asked for is what this one would ask for; what was refused was taken off the anchor.
    this.triggerId = this.earlierTriggerId;
    this.earlierTriggerId = undefined;
    return this.statusOf(this.triggerId);
  }

  private async statusOf(triggerId: string): Promise<StopSeen['request']> {
    const answer = await this.flink.savepointStatus(this.jobId, triggerId, this.call());
    return answer.state === 'failed' ? { state: 'failed', trace: answer.cause.stackTrace } : answer;
  }

  private async points(): Promise<Pick<StopSeen, 'checkpoint' | 'stopSavepoint' | 'retainsCheckpoints' | 'knowsAll'>> {
    const [seen, config] = await Promise.all([
      this.flink.checkpoints(this.jobId, this.call()),
      this.flink.checkpointConfig(this.jobId, this.call()),
    ]);
    const checkpoint = kept(seen?.latestCompleted);
    const savepoint = kept(seen?.latestSavepoint);
    const isOurs = savepoint !== undefined && this.folder !== undefined && isBelow(savepoint.path, this.folder);
    const retainsCheckpoints = !hasDurableStorage(this.generation.spec) || config === undefined || config.retained;
    return {
      retainsCheckpoints,
      knowsAll: this.hasCompletedNothing(seen) && (await this.hasFirstJobManager()),
      ...(checkpoint && { checkpoint }),
      ...(isOurs && { stopSavepoint: savepoint }),
    };
  }

  private async hasFirstJobManager(ageMsMax?: number): Promise<boolean> {
    return (await firstJobManager(this.dependencies, this.generation, ageMsMax)) !== undefined;
  }

  private hasCompletedNothing(seen: Checkpoints | undefined): boolean {
    if (seen === undefined || seen.counts.completed > 0) return false;
    // A JobManager that lost its leadership and got it back has restored a checkpoint that it does not count.
    const restored = seen.latestRestored?.path;
    return restored === undefined || plain(restored) === plain(this.restoreFrom ?? '');
  }

  /** Noted before it is sent: whoever takes over knows that it may have been. */
  private async ask(): Promise<void> {
    await this.note(this.triggerId);
    this.noted = true;
    try {
      const targetDirectory = this.folder ?? '';
      const request = { triggerId: this.triggerId, targetDirectory };
      await this.flink.stopWithSavepoint(this.jobId, request, this.call());
    } catch (error) {
      // A job that has just ended or restarts is refused: the next look says what to do about it.
      if (!(error instanceof FlinkRestError)) throw error;
    }
  }

  /** Nobody can be asked: the pods are ended first, so that nothing newer can appear, then the storage is read. */
  private async fromStorage(
    why: string,
    { host = this.generation, elseFinished = false }: { host?: Generation; elseFinished?: boolean } = {},
  ): Promise<StoppedJob> {
    await endPods(this.dependencies, { generation: this.generation });
    if (!hasDurableStorage(this.generation.spec)) return { detail: `${why}; it keeps no state` };
    const found = await this.newestPoint(host);
    // A job that finishes by itself removes its checkpoints.
    if (found === undefined && elseFinished) return { finished: true, detail: 'it had finished' };
    const restorePoint = found ?? this.restoreFrom;
    return restorePoint === undefined
      ? { detail: `${why}; it has completed no checkpoint` }
      : { restorePoint, detail: `${why}; newest restore point ${restorePoint}` };
  }

  /**
   * Storage that cannot be read keeps no job from its next spec where nothing can be in it; else the next spec may be what
   * mends it.
   */
  private async newestPoint(host: Generation): Promise<string | undefined> {
    try {
      return await this.newestPointAs(host);
    } catch (error) {
      const { next } = this.input;
      if (!(error instanceof ApplicationFailure)) throw error;
      if (!this.hasRun && !(await this.hasPointers())) return undefined;
      if (!next || host === next) throw error;
      return this.newestPointAs(await this.withAnchor(next));
    }
  }

  private async newestPointAs(host: Generation): Promise<string | undefined> {
    await applyReferredTo(this.dependencies, host);
    const wanted = { generation: this.generation, folder: this.folder, host };
    return newestRestorePoint(this.dependencies, wanted, this.signal);
  }

  private async withAnchor(next: Generation): Promise<Generation> {
    await this.dependencies.kubernetes.apply(renderAnchor(next, this.input.requester.operation));
    return next;
  }

  /**
   * Its objects are gone or were never made; what it may have written is still its state. The next generation reads it,
   * with an image that it needs anyway.
   */
  private async withoutAnchor(): Promise<StoppedJob> {
    const { next } = this.input;
    const why = 'its objects are gone';
    if (!next || !hasDurableStorage(this.generation.spec)) return { detail: why };
    return this.fromStorage(why, { host: await this.withAnchor(next) });
  }

  /** Where Flink has completed nothing of its own, what it started from is still the newest point. */
  private startedFrom(detail: string): StoppedJob {
    return this.restoreFrom === undefined ? { detail } : { restorePoint: this.restoreFrom, detail };
  }

  /** A dedicated cluster to which nothing was submitted: it may wait for the point that its anchor names. */
  private async withoutJob(): Promise<StoppedJob> {
    await endPods(this.dependencies, { generation: this.generation });
    // An attempt of a lost operation may have submitted it in this moment.
    if ((await this.readAnchor()) === 'used') return this.fromStorage('it was submitted while it was given up');
    return this.startedFrom('no job was submitted to it');
  }

  /** A job that was taken in the last moment has left a pointer to each checkpoint that it completed. */
  private async beforeItWasTaken(): Promise<StoppedJob> {
    await endPods(this.dependencies, { generation: this.generation });
    if (await this.hasPointers()) return this.fromStorage('it was taken while it was given up');
    return this.startedFrom('its JobManager never had the job');
  }

  /** Flink's high availability keeps a pointer to each checkpoint of a job that has not ended. */
  private async hasPointers(): Promise<boolean> {
    const { namespace } = this.generation.spec.spec;
    const name = highAvailabilityMapName(this.generation.identity, this.jobId);
    const pointers = (await this.dependencies.kubernetes.get('ConfigMap', namespace, name))?.data ?? {};
    return Object.keys(pointers).some((key) => key.startsWith('checkpointID-'));
  }

  private async readAnchor(): Promise<'absent' | 'unused' | 'used'> {
    const stored = await findAnchor(this.dependencies.kubernetes, this.generation);
    if (!stored) return 'absent';
    this.restoreFrom = anchored.parse(JSON.parse(stored.data?.[generationKey] ?? '{}')).restoreFrom;
    const trigger = stored.metadata.annotations?.[annotations.stopping];
    this.noted = trigger !== undefined;
    this.hasRun = stored.metadata.annotations?.[annotations.ran] !== undefined;
    if (trigger !== this.triggerId) this.earlierTriggerId = trigger;
    return stored.metadata.annotations?.[annotations.submission] === undefined ? 'unused' : 'used';
  }

  private async hasPods(): Promise<boolean> {
    const selection = { labelSelector: podSelector(this.generation) };
    const pods = await this.dependencies.kubernetes.list('Pod', this.generation.spec.spec.namespace, selection);
    return pods.length > 0;
  }
}

const anchored = z.object({ restoreFrom: z.string().optional() });

/** A point that can be restored from: it lies somewhere, and is still there. */
function kept(record: CheckpointRecord | undefined): PointSeen | undefined {
  return record?.path === undefined || record.discarded ? undefined : { id: record.id, path: record.path };
}

function isBelow(path: string, folder: string): boolean {
  return plain(path).startsWith(`${plain(folder)}/`);
}

/** Flink writes `file:/x` where the specification has `file:///x`. */
function plain(uri: string): string {
  return uri.replace(/^([a-z0-9]+):\/+/i, '$1:/');
}
