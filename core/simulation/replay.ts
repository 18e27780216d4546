/**
 * A policy run over a job's recorded past, in order of time. Each decision is made on what was measured, at the parallelism that the job
 * had then: what would have been measured after another decision nobody knows. So what is remembered of scalings are those that were
 * carried out; what is learned from samples, and what waits to shrink, goes on from decision to decision.
 */
import { decide } from '../autoscaler/decide.ts';
import type { AutoscalerDecision, AutoscalerInput } from '../autoscaler/decision.ts';
import type { EngineMemory } from '../autoscaler/memory.ts';
import type { AutoscalerPolicy } from '../autoscaler/policy.ts';
import { rememberScaling } from '../autoscaler/remember.ts';
import { keepSamplesMs } from '../autoscaler/sample-window.ts';
import type { AutoscaledJob, JobSample } from '../autoscaler/samples.ts';
import type { DecisionRecord } from '../scaling/decision-record.ts';
import type { RecordedMoment } from './recorded-moment.ts';

/** A job's past. */
export interface RecordedPast {
  /** In order of time. */
  readonly moments: readonly RecordedMoment[];
  /** What the job was like, by decisions: the oldest first, and at least one. */
  readonly inputs: readonly [AutoscalerInput, ...AutoscalerInput[]];
  /** Decisions that were carried out, the oldest first. */
  readonly carriedOut: readonly DecisionRecord[];
  /** What was remembered when the past begins, and since when that holds. */
  readonly memory: EngineMemory;
  readonly beginsMs: number;
}

/** What the policy says of one moment. */
export interface Judged {
  readonly atMs: number;
  readonly job: AutoscaledJob;
  readonly decision: AutoscalerDecision;
}

/** The decisions, one for each moment. It gives them one by one, since many take a while. */
export function* replay(past: RecordedPast, policy: AutoscalerPolicy): Generator<Judged> {
  let { memory } = past;
  let scalings = past.carriedOut.filter(({ at }) => Date.parse(at) >= past.beginsMs);
  let samples: readonly JobSample[] = [];
  let [before, sinceMs]: [RecordedMoment | undefined, number] = [undefined, 0];
  const keepMs = keepSamplesMs(policy.options);
  for (const moment of past.moments) {
    const { sample } = moment;
    const { atMs } = sample;
    sinceMs = runningSince(moment, before, sinceMs);
    before = moment;
    samples = [...samples.filter((one) => one.atMs >= atMs - keepMs), sample];
    if (atMs < past.beginsMs) continue;
    const done = scalings.filter(({ at }) => Date.parse(at) < atMs);
    scalings = scalings.slice(done.length);
    memory = done.reduce(remembered, memory);
    const job = jobAt(past.inputs, moment, sinceMs);
    const seen = samples.map(({ runningSinceMs: _since, ...one }) => one);
    const decision = decide({ policy, nowMs: atMs, job, samples: seen, memory });
    memory = decision.memory;
    yield { atMs, job, decision };
  }
}

function remembered(memory: EngineMemory, { pauseMs, ...scaling }: DecisionRecord): EngineMemory {
  const done = { atMs: Date.parse(scaling.at), ...(pauseMs !== undefined && { pauseMs }) };
  return rememberScaling({ ...scaling, memory }, done);
}

/** Since when the tasks run. Where no sample says it: since the first one that shows other tasks than the one before. */
function runningSince(moment: RecordedMoment, before: RecordedMoment | undefined, sinceMs: number): number {
  const { runningSinceMs, atMs } = moment.sample;
  if (runningSinceMs !== undefined) return runningSinceMs;
  return before === undefined || hasRestarted(before, moment) ? atMs : sinceMs;
}

function hasRestarted(before: RecordedMoment, now: RecordedMoment): boolean {
  if (before.restarts !== undefined && now.restarts !== undefined && before.restarts !== now.restarts) return true;
  return Object.entries(now.sample.vertices).some(([id, seen]) => {
    const [was, is] = [before.parallelism[id], now.parallelism[id]];
    if (was !== undefined && is !== undefined && was !== is) return true;
    const earlier = before.sample.vertices[id];
    const falls = (key: 'recordsIn' | 'recordsOut') => (seen[key] ?? Infinity) < (earlier?.[key] ?? 0);
    return falls('recordsIn') || falls('recordsOut');
  });
}

/** As the newest decision before has it, or else the first one; with the parallelism that was measured. */
function jobAt(
  inputs: RecordedPast['inputs'],
  { sample, parallelism, restarts }: RecordedMoment,
  runningSinceMs: number,
): AutoscaledJob {
  const { atMs } = sample;
  const { outOfMemory, ...known } = (inputs.findLast(({ nowMs }) => nowMs <= atMs) ?? inputs[0]).job;
  return {
    ...known,
    state: 'RUNNING',
    runningSinceMs,
    ...(restarts !== undefined && { restarts }),
    ...(outOfMemory && outOfMemory.atMs <= atMs && { outOfMemory }),
    vertices: known.vertices.map((vertex) => ({
      ...vertex,
      parallelism: parallelism[vertex.id] ?? vertex.parallelism,
    })),
  };
}
