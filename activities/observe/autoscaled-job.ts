/** What an agent holds of one job that is scaled by its load: samples, what its autoscaler remembers, and what was told of it. */
import type { AutoscalerInput } from '../../core/autoscaler/decision.ts';
import { emptyMemory, type EngineMemory } from '../../core/autoscaler/memory.ts';
import type { AutoscalerPolicy } from '../../core/autoscaler/policy.ts';
import { keepSamplesMs } from '../../core/autoscaler/sample-window.ts';
import type { AutoscaledJob as JobNow, JobSample } from '../../core/autoscaler/samples.ts';
import type { AutoscalerNote } from '../../core/autoscaler/signal.ts';
import { withSample } from '../../core/autoscaler-agent/kept-samples.ts';
import { jobPolicy } from '../../core/autoscaler-agent/job-policy.ts';
import { lostForMemory } from '../../core/autoscaler-agent/lost-for-memory.ts';
import { takenUp, type FailedWrites } from '../../core/autoscaler-agent/noted-memory.ts';
import { programDigest } from '../../core/autoscaler-agent/program-digest.ts';
import { taskManagerResources } from '../../core/autoscaler-agent/task-manager-resources.ts';
import { stillTold, toldNow, type ToldDecision } from '../../core/autoscaler-agent/telling.ts';
import type { PodSeen } from '../../core/diagnosis/pod-seen.ts';
import type { Generation } from '../../core/generation.ts';
import type { JobReading } from '../../core/metrics/job-reading.ts';
import { readAutoscalerNote } from '../../core/schema/autoscaler-note.ts';
import { autoscalerPolicy } from '../../core/schema/autoscaler.ts';
import type { FlinkJob, JobSpec } from '../../core/schema/flink-job.ts';
import type { SeenAnchor } from './cluster-view.ts';

/** When it is, and where else a job's memory may lie. */
export interface Moment {
  /** By this process's own clock. */
  readonly nowMs: number;
  /** When the job was read. */
  readonly readAtMs: number;
  /** What anchors of its other generations say. */
  others(): readonly string[];
}

export class AutoscaledJob {
  memory: EngineMemory = emptyMemory;
  /** Something of it is under way. */
  isBusy = false;
  seenAtMs = -Infinity;
  told: ToldDecision | undefined;
  answered: string | undefined;
  /** Before, nothing is told of it. */
  tellsAgainAtMs = -Infinity;
  written: { readonly memory: EngineMemory; readonly atMs: number } | undefined;
  failed: FailedWrites | undefined;
  private generation: Generation | undefined;
  private policy: { readonly of: JobSpec; readonly is: AutoscalerPolicy } | undefined;
  private program: { readonly of: FlinkJob; readonly is: string } | undefined;
  private samples: readonly JobSample[] = [];
  private job: JobNow | undefined;
  private noted: string | undefined;
  /** The anchor's version on which was written: until another one is seen, it shows what was there before. */
  private wroteOn: string | undefined;

  /** What it remembers, as it is written. */
  get note(): AutoscalerNote {
    const { memory, told, answered } = this;
    return {
      memory,
      ...(told !== undefined && { lastTold: told.digest, toldTimes: told.times }),
      ...(answered !== undefined && { answered }),
    };
  }

  /** Whether what it holds was measured of this generation's newest submission. */
  isOf({ identity, submission }: Generation): boolean {
    return this.generation?.identity.number === identity.number && this.generation.submission === submission;
  }

  /** Whether it knows what the anchor says: else writing there would undo what the workflow has noted. */
  hasTakenUp(anchor: SeenAnchor): boolean {
    return anchor.resourceVersion === this.wroteOn || anchor.autoscaler === this.noted;
  }

  /** Takes up what the anchor says that nobody here has written. Samples of another submission say nothing of this one. */
  isNow(generation: Generation, anchor: SeenAnchor, moment: Moment): void {
    const before = this.generation;
    if (!this.isOf(generation)) this.samples = [];
    this.generation = generation;
    this.seenAtMs = moment.nowMs;
    if (!before) return this.begin(anchor, moment);
    if (before.identity.number !== generation.identity.number) return this.goOnWith(anchor, moment);
    if (this.hasTakenUp(anchor)) return;
    this.wroteOn = undefined;
    this.takeUp(anchor.autoscaler, moment);
  }

  /** Where its own anchor says nothing, that of a generation before it may. */
  private begin(anchor: SeenAnchor, moment: Moment): void {
    this.takeUp(anchor.autoscaler ?? moment.others()[0], moment);
    if (anchor.autoscaler === undefined) this.written = undefined;
  }

  /** What is remembered goes with the job to another generation, unless that knows of a scaling since. */
  private goOnWith(anchor: SeenAnchor, moment: Moment): void {
    [this.written, this.wroteOn, this.noted] = [undefined, undefined, anchor.autoscaler];
    const note = readAutoscalerNote(anchor.autoscaler);
    if (note && lastScalingMs(note.memory) > lastScalingMs(this.memory)) this.takeUp(anchor.autoscaler, moment);
  }

  private takeUp(text: string | undefined, { nowMs, readAtMs }: Moment): void {
    this.noted = text;
    const note = readAutoscalerNote(text);
    if (!note) return;
    const { memory, lastTold, toldTimes = 1, answered } = note;
    this.memory = takenUp(memory, readAtMs);
    this.written = { memory, atMs: nowMs };
    this.answered = answered ?? this.answered;
    if (lastTold !== undefined && lastTold !== this.told?.digest)
      this.told = { digest: lastTold, atMs: nowMs, times: toldTimes };
  }

  /** With one more reading, and its pods. @returns by what is decided. @throws where no policy is. */
  took({ job, sample }: JobReading, pods: Iterable<PodSeen>): AutoscalerInput {
    const { spec } = this.known();
    const { options } = this.policyOf(spec.spec);
    this.samples = withSample(this.samples, sample, keepSamplesMs(options));
    const outOfMemory = lostForMemory(pods);
    const given = { program: this.programOf(spec), taskManagers: taskManagerResources(spec.spec) };
    this.job = { ...job, ...given, ...(outOfMemory && { outOfMemory }) };
    this.told = stillTold(this.told, job.vertices);
    const input = this.input();
    if (!input) throw new Error('there is no sample, though one was taken');
    return input;
  }

  /** By what would be decided now; undefined where nothing was measured yet. */
  input(): AutoscalerInput | undefined {
    const { job, samples, memory } = this;
    const last = samples.at(-1);
    if (!job || !last) return undefined;
    const policy = this.policyOf(this.known().spec.spec);
    return { policy, nowMs: last.atMs, job, samples, memory };
  }

  /** The workflow was told. @param digest undefined where nothing would be done. */
  hasTold(digest: string | undefined, asked: string | undefined, nowMs: number): void {
    if (digest !== undefined) this.told = toldNow(digest, this.told, nowMs);
    if (asked !== undefined) this.answered = asked;
  }

  /** This was written on an anchor as it was seen. */
  hasWritten(
    anchor: SeenAnchor,
    text: string,
    written: { readonly memory: EngineMemory; readonly atMs: number },
  ): void {
    this.noted = text;
    this.wroteOn = anchor.resourceVersion;
    this.written = written;
    this.failed = undefined;
  }

  /** It could not be written. */
  hasNotWritten(nowMs: number): void {
    this.failed = { times: (this.failed?.times ?? 0) + 1, atMs: nowMs };
  }

  private known(): Generation {
    if (!this.generation) throw new Error('no generation was seen');
    return this.generation;
  }

  private policyOf(spec: JobSpec): AutoscalerPolicy {
    if (!spec.autoscaler) throw new Error('the spec says nothing of an autoscaler');
    if (this.policy?.of !== spec) this.policy = { of: spec, is: jobPolicy(autoscalerPolicy(spec.autoscaler), spec) };
    return this.policy.is;
  }

  private programOf(spec: FlinkJob): string {
    if (this.program?.of !== spec) this.program = { of: spec, is: programDigest(spec) };
    return this.program.is;
  }
}

function lastScalingMs({ jobScalings }: EngineMemory): number {
  return jobScalings.at(-1)?.atMs ?? -Infinity;
}
