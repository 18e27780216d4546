/**
 * Ends a generation's job so that another may go on from its state: by stop-with-savepoint where it runs, else by cancel
 * and its newest retained checkpoint. Never leaves two jobs, never loses a savepoint whose answer was lost.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { FlinkRestError, FlinkUnreachable } from '../../clients/flink/errors.ts';
import { diagnoseSavepointFailure } from '../../core/diagnosis/job-failure.ts';
import { savepointNotAsked } from '../../core/diagnosis/savepoint-not-asked.ts';
import { stateTooOld } from '../../core/diagnosis/state-age.ts';
import { hasCheckpoint, hasDurableStorage, ranSince } from '../../core/generation.ts';
import type { StoredPoint } from '../../core/newest-point.ts';
import { annotations, flinkJobId, savepointDirectory, savepointTriggerId } from '../../core/names.ts';
import { decideStop, type PointSeen, type StateAge, type StopSeen, type StopStep } from '../../core/stopping.ts';
import { clean, failed, isFinalRefusal, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { outlivedCache } from '../outlived-cache.ts';
import { noteOnAnchor } from './anchor.ts';
import type { ClusterDependencies } from './dependencies.ts';
import { endPods } from './end-pods.ts';
import { silentJobManager } from './first-job-manager.ts';
import { notesOfLastWords } from './last-words.ts';
import { PollPace } from './poll-pace.ts';
import { SeenEnd } from './seen-end.ts';
import { Silence } from './silence.ts';
import {
  checkpointTimeout,
  hasPods,
  isStarting,
  isToBeProved,
  listedJob,
  neverHadJob,
  pointsOf,
  savepointFacts,
  type StopSubject,
} from './stop-look.ts';
import type { StopJobInput, StoppedJob } from './stop-shapes.ts';
import { ranSinceMs, readStopNotes, type StopNotes } from './stop-notes.ts';
import { StopRequest } from './stop-request.ts';
import { goneOnFrom, hasPointers, newestStored } from './stop-storage.ts';
import * as limits from './stop-limits.ts';

/** Repeatable at any point: every attempt sees what the one before it did. @throws STORAGE_UNUSABLE, STATE_GONE */
export function stopJob(dependencies: ClusterDependencies, input: StopJobInput): Promise<StoppedJob> {
  return withFailures(() =>
    withHeartbeat(async (signal) => {
      const notes = await readStopNotes(dependencies, input.generation);
      const stop = new Stop(dependencies, input, signal, notes);
      const stopped = await stop.run();
      return stop.podsEnded ? { ...stopped, podsEnded: true } : stopped;
    }),
  );
}

class Stop {
  podsEnded = false;
  private readonly input: StopJobInput;
  private readonly signal: AbortSignal;
  private readonly subject: StopSubject;
  /** By this process's own clock, since the time in which no agent acted does not count. */
  private deadline: number;
  private knowsTimeout = false;
  private hasSavepoint = false;
  private readonly startedAt = performance.now();
  private readonly silence = new Silence();
  /** Since when no look has come to its end: one that answers may still never tell all that is to be known. */
  private readonly unseen = new Silence();
  private readonly pace = new PollPace(limits.pollEveryMsMax);
  private readonly notes: StopNotes | undefined;
  private readonly triggerId: string;
  private readonly request: StopRequest;
  private readonly end: SeenEnd;
  /** When it was first seen to have ended, by this process's own clock. */
  private endSeenAt: number | undefined;
  /** The newest checkpoint that its JobManager has told of, where the storage can prove it. */
  private told: PointSeen | undefined;

  constructor(
    dependencies: ClusterDependencies,
    input: StopJobInput,
    signal: AbortSignal,
    notes: StopNotes | undefined,
  ) {
    const { generation, requester } = input;
    const { identity, submission, spec } = generation;
    const { savepoints } = spec.spec.storage;
    this.input = input;
    this.signal = signal;
    this.notes = notes;
    this.told = notes?.lastWords.checkpoint;
    this.deadline = performance.now() + (input.withinMs ?? limits.withinMsDefault);
    this.subject = {
      dependencies,
      generation,
      flink: this.silence.endedBy(dependencies.flink(generation)),
      jobId: flinkJobId(identity, submission),
      folder: savepoints === undefined ? undefined : savepointDirectory(savepoints, identity, submission),
      call: { signal, timeoutMs: limits.callMs },
    };
    this.end = new SeenEnd(this.subject);
    this.triggerId = savepointTriggerId(requester.uid, requester.operation, identity, submission);
    this.request = new StopRequest(this.subject, this.triggerId, notes?.trigger);
  }

  async run(): Promise<StoppedJob> {
    return { ...(await this.stopped()), triggerId: this.notes?.trigger ?? this.triggerId };
  }

  private async stopped(): Promise<StoppedJob> {
    if (!this.notes) return this.withoutAnchor();
    if (!this.notes.isUsed) return this.withoutJob();
    for (;;) {
      try {
        const stopped = await this.next();
        if (stopped) return await this.withEnd(stopped);
        this.unseen.ends();
      } catch (error) {
        const stopped = await this.withoutAnswer(error);
        if (stopped) return await this.withEnd(stopped);
      }
      await pause(this.pace.nextMs(), undefined, { signal: this.signal });
    }
  }

  /** One look and one step; undefined while something is under way. */
  private async next(): Promise<StoppedJob | undefined> {
    const seen = await this.look();
    this.hear(seen.checkpoint);
    const step = decideStop(seen);
    switch (step.action) {
      case 'stopped':
        return this.stoppedAt(step);
      case 'unchanged':
        return this.input.aside === undefined ? this.startedFrom(step.detail, step.age) : this.fromStorage(step.detail);
      case 'tooOld':
        return this.tooOld(step.age, seen.job?.ended ?? false);
      case 'readStorage':
        return this.fromStorage(step.why, step.elseFinished);
      case 'neverTaken':
        return this.beforeItWasTaken();
      case 'refuse':
        return this.refused(step.trace);
      case 'ask':
        if (!this.request.isNoted) this.pace.beginAnew();
        await this.request.send(this.input.format);
        return undefined;
      case 'cancel':
        // With its end Flink takes its pointers away.
        if (!seen.knowsAll) await this.note({ [annotations.ran]: String(this.subject.generation.submission) });
        this.pace.beginAnew();
        await this.subject.flink.cancel(this.subject.jobId, this.subject.call);
        return undefined;
      case 'wait':
        return undefined;
      default:
        return step satisfies never;
    }
  }

  private async withEnd(stopped: StoppedJob): Promise<StoppedJob> {
    return { ...(await this.end.told(this.podsEnded)), ...stopped };
  }

  private hear(checkpoint: PointSeen | undefined): void {
    const point = { kind: 'checkpoint', restorePoint: checkpoint?.path } as const;
    if (isToBeProved(this.subject, point)) this.told = checkpoint;
  }

  private async stoppedAt(step: Extract<StopStep, { action: 'stopped' }>): Promise<StoppedJob> {
    if (this.input.provesPoint && isToBeProved(this.subject, step)) return this.fromStorage('it has ended');
    return { ...step, ...(step.kind === 'savepoint' && (await savepointFacts(this.subject, step.restorePoint))) };
  }

  /** Undefined while it is worth asking again. @throws what is neither silence nor a refusal of Flink. */
  private async withoutAnswer(error: unknown): Promise<StoppedJob | undefined> {
    const { dependencies, generation } = this.subject;
    if (error instanceof FlinkRestError) {
      this.unseen.ends();
      if (this.timeIsUp()) return this.fromStorage('its JobManager refuses to tell');
      await pause(limits.refusedMs, undefined, { signal: this.signal });
      return undefined;
    }
    if (!(error instanceof FlinkUnreachable)) throw error;
    this.silence.goesOn();
    this.unseen.goesOn();
    if (!(await hasPods(this.subject))) return this.fromStorage('no pod of it runs');
    const jobManager = await silentJobManager(dependencies, generation);
    if (jobManager === 'none') return this.fromStorage('it has no JobManager');
    if (jobManager === 'neverRan') return this.beforeItWasTaken();
    const isSilent = this.silence.isLongerThan(this.patienceMs());
    if (!isSilent && !this.tellsTooLittle()) return undefined;
    if (jobManager === 'ready' && this.needsSavepoint())
      return { detail: 'it runs on', refused: clean(savepointNotAsked(error.message, this.unseen.lastedMs)) };
    return this.fromStorage(isSilent ? 'its JobManager is silent' : 'its JobManager does not tell enough');
  }

  /** Whether one that answers is not waited for any longer. Once it is asked to stop the job, nothing takes that over while it answers. */
  private tellsTooLittle(): boolean {
    return this.timeIsUp() || (!this.request.isNoted && this.unseen.isLongerThan(limits.silenceMs));
  }

  /** Whether a job that may well run is left alone where no savepoint can be asked for. One that was asked for may be there. */
  private needsSavepoint(): boolean {
    const { how, whenSavepointFails } = this.input;
    const isAsked = this.request.isNoted || this.subject.folder === undefined;
    return how === 'savepoint' && !isAsked && whenSavepointFails !== 'checkpoint';
  }

  private timeIsUp(): boolean {
    return performance.now() > this.deadline;
  }

  private patienceMs(): number {
    const { how, maxStateAgeMs } = this.input;
    if (this.request.isNoted) return limits.silenceWhenAskedMs;
    // It may have to be left alone, which only its JobManager can tell.
    const mayStay = how === 'savepoint' || (how === 'cancel' && maxStateAgeMs !== undefined);
    return mayStay ? limits.silenceMs : limits.silenceWhenCanceledMs;
  }

  private async look(): Promise<StopSeen> {
    const wantsSavepoint = this.subject.folder !== undefined && this.input.how === 'savepoint';
    const request = wantsSavepoint ? await this.request.state() : ({ state: 'unknown' } as const);
    const askedAt = performance.now();
    // After the request: a job seen alive with an answer that is older would be taken for one that does not end.
    const job = await listedJob(this.subject);
    const base = { ...this.ofOurselves(), request, wantsSavepoint };
    this.end.see(job, askedAt);
    if (!job) return { ...base, knowsAll: await neverHadJob(this.subject) };
    const { state, endedAtMs } = job;
    const startedAtMs = this.runsSince(job.startedAtMs);
    const tasksStarting =
      performance.now() - this.startedAt < limits.startingMs && (await isStarting(this.subject, job));
    const known = { ...base, tasksStarting, job: { state, startedAtMs, ended: endedAtMs !== undefined } };
    if (request.state === 'inProgress' && !this.knowsTimeout) await this.waitForFlink();
    if (request.state === 'completed' && !this.hasSavepoint) this.waitForItsEnd();
    if (request.state === 'inProgress' || request.state === 'completed') return known;
    // Then the storage says what there is; but there nothing tells of somebody who has stopped it.
    if (known.job.ended && !(await this.tellsOfTheEnd()) && state !== 'FINISHED') return known;
    const points = await pointsOf(this.subject, job, this.notes);
    return { ...known, ...points, mayRepeat: request.state === 'unknown' && (await this.request.mayRepeat()) };
  }

  private tellsOfTheEnd(): Promise<boolean> {
    return outlivedCache(this.subject.generation.spec, (this.endSeenAt ??= performance.now()), this.signal);
  }

  /** A JobManager that was replaced knows only since when it has run the job itself. */
  private runsSince(startedAtMs: number): number {
    return Math.min(startedAtMs, ranSinceMs(this.subject.generation, this.notes) ?? startedAtMs);
  }

  /** What needs no answer of Flink, and what is taken of the job until there is one. */
  private ofOurselves() {
    return {
      noted: this.request.isNoted,
      mayRepeat: false,
      timeIsUp: this.timeIsUp(),
      checkpointMayDo: this.input.whenSavepointFails === 'checkpoint',
      oldestMs: this.oldestMs(),
      tasksStarting: false,
      retainsCheckpoints: true,
      knowsAll: false,
      isRestored: false,
    };
  }

  /** Flink's own end of a savepoint must come first: a stop cannot be withdrawn. */
  private async waitForFlink(): Promise<void> {
    const timeoutMs = Math.min(limits.savepointMsMax, (await checkpointTimeout(this.subject)) ?? 0);
    this.knowsTimeout = true;
    this.deadline = Math.max(this.deadline, this.startedAt + timeoutMs + limits.marginMs);
  }

  /** It ends within moments, and nothing is processed any more. */
  private waitForItsEnd(): void {
    this.hasSavepoint = true;
    this.deadline = Math.min(this.deadline, performance.now() + limits.endingMs);
    this.pace.beginAnew();
  }

  private oldestMs(): number {
    const { maxStateAgeMs, how } = this.input;
    return maxStateAgeMs === undefined || how === 'discard' ? 0 : Date.now() - maxStateAgeMs;
  }

  private async refused(trace: string): Promise<StoppedJob> {
    await this.request.takeBack();
    return { detail: 'it runs on', refused: clean(diagnoseSavepointFailure(trace, this.subject.generation.spec.spec)) };
  }

  /** A running job is left alone; of one that has ended the caller must say that its state may be that old. */
  private async tooOld({ sinceMs, from }: StateAge, hasEnded: boolean): Promise<StoppedJob> {
    const { generation, maxStateAgeMs: limitMs = 0 } = this.input;
    const whose = generation.candidate ? 'candidate' : hasEnded ? 'ended' : 'left';
    const failure = stateTooOld({ from, ageMs: Date.now() - sinceMs, limitMs }, whose);
    if (hasEnded) throw failed(failure);
    await this.request.takeBack();
    return { detail: 'it runs on', refused: failure };
  }

  private async note(notes: Readonly<Record<string, string | null>>): Promise<void> {
    await noteOnAnchor(this.subject.dependencies.kubernetes, this.subject.generation, notes);
  }

  private async noteLastWords(finished: true | undefined): Promise<void> {
    const { told: checkpoint } = this;
    const words = { ...(checkpoint && { checkpoint }), ...(finished && { finished }) };
    const notes = notesOfLastWords(this.subject.generation.submission, words);
    if (notes) await this.note(notes);
  }

  /** Nobody can be asked: the pods are ended first, so that nothing newer can appear, then the storage is read. */
  private async fromStorage(why: string, elseFinished = this.notes?.lastWords.finished): Promise<StoppedJob> {
    const { generation } = this.subject;
    await this.noteLastWords(elseFinished);
    await this.endPods();
    if (!hasDurableStorage(generation.spec)) return { detail: `${why}; it keeps no state` };
    // Nobody goes back to it.
    if (this.input.how === 'discard' && !this.input.next) return { detail: why };
    try {
      const found = await this.newestStored();
      // A job that finishes by itself removes its checkpoints.
      if (found === undefined && elseFinished) return { finished: true, detail: 'it had finished' };
      const { stateMayBeGone = false, maxStateAgeMs } = this.input;
      const limit = { hadPoint: this.hadPoint(), stateMayBeGone, maxStateAgeMs, oldestMs: this.oldestMs() };
      return goneOnFrom(found, { generation, notes: this.notes, told: this.told, why, ...limit });
    } catch (error) {
      if (this.input.how !== 'discard' || !(error instanceof ApplicationFailure || isFinalRefusal(error))) throw error;
      return { isStateUnknown: true, detail: `${why}; its state is not known: ${error.message}` };
    }
  }

  private newestStored(): Promise<StoredPoint | undefined> {
    const { next, requester, generation, aside } = this.input;
    const standIn = next ?? (this.notes ? undefined : generation);
    return newestStored(this.subject, {
      hasRun: this.request.isNoted || this.hadPoint() || (this.notes?.hasRun ?? true),
      hasAnchor: this.notes !== undefined,
      hasCheckpoint: this.hadPoint(),
      ...(aside && { aside }),
      ...(standIn && { standIn: { generation: standIn, operation: requester.operation } }),
      signal: this.signal,
    });
  }

  private hadPoint(): boolean {
    return this.told !== undefined || this.hasCheckpoint();
  }

  /** As its anchor says, or, where that is gone, the job's workflow. */
  private hasCheckpoint(): boolean {
    return this.notes?.hasCheckpoint === true || hasCheckpoint(this.subject.generation);
  }

  private async endPods(): Promise<void> {
    const { dependencies, generation } = this.subject;
    await endPods(dependencies, { generation });
    this.podsEnded = true;
  }

  /**
   * What it may have written is still its state. The next generation reads it, with an image that it needs anyway. Where
   * none comes, it is read only when there may be something: its objects may never have been made.
   */
  private async withoutAnchor(): Promise<StoppedJob> {
    const why = 'its objects are gone';
    const { generation } = this.subject;
    const mayHaveRun = generation.restoreFrom !== undefined || ranSince(generation) !== undefined;
    const isToBeRead = this.input.next || this.hasCheckpoint() || mayHaveRun || (await hasPointers(this.subject));
    return isToBeRead ? this.fromStorage(why) : { detail: why };
  }

  /** Where Flink has completed nothing of its own, what it started from is still the newest point. */
  private startedFrom(detail: string, age?: StateAge): StoppedJob {
    const restorePoint = this.notes?.restoreFrom;
    return restorePoint === undefined ? { detail } : { restorePoint, detail, ...(age && { age }) };
  }

  /** A dedicated cluster to which nothing was submitted: it may wait for the point that its anchor names. */
  private async withoutJob(): Promise<StoppedJob> {
    const { dependencies, generation } = this.subject;
    await this.endPods();
    // An attempt of a lost operation may have submitted it in this moment.
    const notes = await readStopNotes(dependencies, generation);
    if (notes?.isUsed) return this.fromStorage('it was submitted while it was given up');
    // Its anchor was made anew, after the one that knew its submission was deleted.
    if (this.hasCheckpoint() || ranSince(generation) !== undefined)
      return this.fromStorage('its objects were made anew');
    return this.startedFrom('no job was submitted to it');
  }

  /** A job that was taken in the last moment has left a pointer to each checkpoint that it completed. */
  private async beforeItWasTaken(): Promise<StoppedJob> {
    await this.endPods();
    if (await hasPointers(this.subject)) return this.fromStorage('it was taken while it was given up');
    return this.startedFrom('its JobManager never had the job');
  }
}
