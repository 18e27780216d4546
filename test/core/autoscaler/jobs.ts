/** A job with a source and a sink under a given load, sampled as Flink would show it, and decisions over it. */
import { decide } from '../../../core/autoscaler/decide.ts';
import type { AutoscalerDecision, AutoscalerInput } from '../../../core/autoscaler/decision.ts';
import { emptyMemory } from '../../../core/autoscaler/memory.ts';
import { operatorDefaults, type OperatorOptions } from '../../../core/autoscaler/options.ts';
import { defaultPolicy, type AutoscalerPolicy } from '../../../core/autoscaler/policy.ts';
import type { Aggregate, AutoscaledJob, JobSample, VertexSample } from '../../../core/autoscaler/samples.ts';
import { vertex } from './fixtures.ts';

export const minute = 60_000;

const evenly = (value: number): Aggregate => ({ min: value, max: value, avg: value, sum: value });

/** A steady load: records a second, and how much of its time each vertex is busy with them. */
export interface Load {
  readonly rate: number;
  readonly busy: { readonly source: number; readonly work: number };
  /** Share of its time that the source is back-pressured. */
  readonly backPressured?: number;
  readonly lag?: number;
  readonly lagGrowth?: number;
  readonly parallelism?: number;
}

/** The job, running since time 0. */
export const jobOf = (parallelism = 4, other: Partial<AutoscaledJob> = {}): AutoscaledJob => ({
  id: 'j',
  name: 'orders',
  state: 'RUNNING',
  runningSinceMs: 0,
  vertices: [vertex('source', [], { parallelism }), vertex('work', ['source:HASH'], { parallelism })],
  taskManagers: { slots: 2, cpuCores: 1, memoryBytes: 2 ** 30 },
  ...other,
});

/** Samples each minute from 0 to the last. */
export function samplesOf(load: Load, lastMs: number, everyMs = minute): JobSample[] {
  const count = Math.floor(lastMs / everyMs) + 1;
  return Array.from({ length: count }, (_, index) => sampleAt(load, index * everyMs));
}

function sampleAt({ rate, busy, backPressured = 0, lag = 0, lagGrowth = 0 }: Load, atMs: number): JobSample {
  const seconds = atMs / 1000;
  const of = (share: number): VertexSample => ({
    busyMsPerSecond: evenly(share * 1000),
    idleMsPerSecond: evenly((1 - share) * 1000),
    backPressuredMsPerSecond: evenly(0),
    accumulatedBusyMs: share * 1000 * seconds,
    recordsOut: rate * seconds,
    recordsInPerSecond: rate,
    complete: true,
  });
  const source = {
    ...of(busy.source),
    backPressuredMsPerSecond: evenly(backPressured * 1000),
    recordsIn: 0,
    sourceRecordsIn: rate * seconds,
    sourceRecordsInPerSecond: rate,
    pendingRecords: Math.max(0, lag + lagGrowth * seconds),
  };
  return { atMs, runningSinceMs: 0, vertices: { source, work: { ...of(busy.work), recordsIn: rate * seconds } } };
}

/** An input at a time; the policy's options as given, over the defaults. */
export function inputOf(
  load: Load,
  nowMs: number,
  policy: Partial<AutoscalerPolicy> = {},
  options: Partial<OperatorOptions> = {},
): AutoscalerInput {
  return {
    policy: {
      ...defaultPolicy,
      profile: 'flink-operator-main',
      options: { ...operatorDefaults, enabled: true, ...options },
      ...policy,
    },
    nowMs,
    job: jobOf(load.parallelism),
    samples: samplesOf(load, nowMs),
    memory: emptyMemory,
  };
}

/** The code of the reason that settled a decision. */
export const codeOf = (input: AutoscalerInput): string => decide(input).reasons[0].code;

/** The parallelism of `work` that is decided on; undefined where nothing is to be done. */
export const workOf = ({ parallelism }: AutoscalerDecision): number | undefined => parallelism?.['work'];
