/** What every decision begins with: whether the job may be judged now, and by which window of samples. */
import { collect, isSource, type Collected } from './collected.ts';
import type { AutoscalerInput, Reason } from './decision.ts';
import { jobAverage, jobNewest } from './memory-pressure.ts';
import type { EngineMemory } from './memory.ts';
import { ratesBefore, withObserved } from './observed-rates.ts';
import type { OperatorOptions } from './options.ts';
import { trackRestart } from './restart-time.ts';
import { windowAt } from './sample-window.ts';
import type { JobSample, JobVertex } from './samples.ts';
import { span } from './words.ts';

/** A window that may be judged; `waits` says why nothing may be done by it yet. */
export interface Prepared {
  readonly history: readonly Collected[];
  readonly memory: EngineMemory;
  readonly waits?: Reason;
}

/** Nothing is decided, and why; what is remembered goes on. */
export interface Stopped {
  readonly stopped: Reason;
  readonly memory: EngineMemory;
}

/** Since when the job runs, or why it is not looked at. */
export function whetherRunning(input: AutoscalerInput): { readonly sinceMs: number } | Stopped {
  const { job, policy } = input;
  if (policy.mode === 'off' || !policy.options.enabled)
    return { stopped: { code: 'OFF', text: 'The autoscaler is switched off.' }, memory: idle(input.memory) };
  if (job.state === 'RUNNING' && job.runningSinceMs !== undefined) return { sinceMs: job.runningSinceMs };
  return { stopped: { code: 'NOT_RUNNING', text: `The job is ${job.state}.` }, memory: input.memory };
}

/** The window, or why there is none. */
export function prepare(input: AutoscalerInput): Prepared | Stopped {
  const { job, nowMs, policy, samples } = input;
  const running = whetherRunning(input);
  if ('stopped' in running) return running;
  const runningSince = running.sinceMs;
  const taken = samples.filter(
    (sample) => sample.atMs >= runningSince && sample.atMs <= nowMs && isTaken(sample, job.vertices),
  );
  const collected = collect(taken, job.vertices, policy.options, {
    stableMs: runningSince + policy.options.stabilizationMs,
    rates: ratesBefore(input.memory, runningSince, taken[0]?.atMs ?? 0),
  });
  const memory = withObserved(upToDate(input), collected, runningSince);
  const window = windowAt(collected, { runningMs: runningSince, nowMs }, policy.options);
  if (window.state === 'stabilizing') {
    const text = `The job runs for ${span(nowMs - runningSince)}; it is judged after ${span(policy.options.stabilizationMs)}.`;
    return { stopped: { code: 'STABILIZING', text }, memory };
  }
  if (window.history.length < 2)
    return { stopped: { code: 'TOO_FEW_SAMPLES', text: 'There are not two samples yet.' }, memory };
  if (window.state === 'full') return { history: window.history, memory };
  const text = `The window of ${span(policy.options.windowMs)} is full in ${span(window.untilMs - nowMs)}.`;
  return { history: window.history, memory, waits: { code: 'WINDOW_NOT_FULL', text } };
}

/**
 * Whether the operator takes the sample: not before each source tells what it reads and what holds it up, though counters of
 * its task would do. Source: `ScalingMetricCollector.getFilteredVertexMetricNames`.
 */
function isTaken(sample: JobSample, vertices: readonly JobVertex[]): boolean {
  return vertices.every((vertex) => {
    if (!isSource(vertex) || vertex.finished === true) return true;
    const { backPressuredMsPerSecond, sourceRecordsIn, sourceRecordsInPerSecond } = sample.vertices[vertex.id] ?? {};
    return [backPressuredMsPerSecond, sourceRecordsIn, sourceRecordsInPerSecond].every((value) => value !== undefined);
  });
}

/** Metrics of the job as a whole, by the operator's names. */
export function jobMetrics(history: readonly Collected[]): Readonly<Record<string, number>> {
  return {
    NUM_TASK_SLOTS_USED: jobNewest(history, 'slotsUsed'),
    GC_PRESSURE: jobNewest(history, 'gcPressure'),
    HEAP_MAX_USAGE_RATIO: jobAverage(history, 'heapUsage'),
    HEAP_MEMORY_USED: jobAverage(history, 'heapUsed'),
    MANAGED_MEMORY_USED: jobAverage(history, 'managedUsed'),
    METASPACE_MEMORY_USED: jobAverage(history, 'metaspaceUsed'),
  };
}

/** What waited is forgotten; what was learned is not. */
function idle(memory: EngineMemory): EngineMemory {
  return { ...memory, delayedScaleDowns: {} };
}

/** Without what is too old, or of vertices that are no more. Source: `ScalingHistoryUtils.getTrimmedScalingHistory`. */
export function upToDate(
  { memory, job, nowMs, policy }: AutoscalerInput,
  { historyMaxAgeMs, historyMaxCount }: Pick<OperatorOptions, 'historyMaxAgeMs' | 'historyMaxCount'> = policy.options,
): EngineMemory {
  const vertices = new Set(job.vertices.map(({ id }) => id));
  const scalings = Object.entries(memory.scalings)
    .filter(([id]) => vertices.has(id))
    .map(
      ([id, all]) => [id, all.filter(({ atMs }) => atMs >= nowMs - historyMaxAgeMs).slice(-historyMaxCount)] as const,
    );
  const tracked = trackRestart(memory.jobScalings, job);
  const recent = tracked.filter(({ atMs }) => atMs >= nowMs - historyMaxAgeMs).slice(-historyMaxCount);
  return {
    ...memory,
    scalings: Object.fromEntries(scalings.filter(([, all]) => all.length > 0)),
    jobScalings: recent.length > 0 ? recent : tracked.slice(-1),
  };
}
