/** What profile `drey` sees before it decides: whole samples, two windows, what was learned, what is ahead. */
import { learnCapacity } from './capacity-curve.ts';
import { collect, isSource, type Collected } from './collected.ts';
import { wholeSamples } from './completeness.ts';
import type { AutoscalerInput, Reason } from './decision.ts';
import { evaluateDrey, type DreyVertex, type DreyWindows } from './drey-evaluation.ts';
import { dreySettings } from './drey-settings.ts';
import { watched } from './memory-watch.ts';
import type { EngineMemory } from './memory.ts';
import type { OperatorOptions } from './options.ts';
import type { Feature } from './policy.ts';
import { ofProgram } from './program-change.ts';
import { upToDate, whetherRunning, type Stopped } from './prepare.ts';
import { restartTimeMs } from './restart-time.ts';
import type { JobSample } from './samples.ts';
import { expectedWithin, learnSeason } from './season.ts';
import { lastingShare, learnUsual, noiseOf } from './usual-load.ts';
import { span } from './words.ts';

export interface DreyView {
  readonly input: AutoscalerInput;
  readonly vertices: readonly DreyVertex[];
  readonly windows: DreyWindows;
  /** The samples of the last minutes. */
  readonly recent: readonly JobSample[];
  readonly memory: EngineMemory;
  readonly restartMs: number;
  readonly catchUpMs: number;
  /** The largest load to be expected, over the present one: soon, and within the horizon. At least 1. */
  readonly ahead: { readonly soon: number; readonly later: number };
  /** The load that will last, over the present one; at most 1. */
  readonly lasting: number;
  /** How much the load wanders: its standard deviation over its level. */
  readonly noise: number;
  /** Records wait for longer than is usual. */
  readonly isBehind: boolean;
}

/** Whether a feature is switched on. */
export function uses({ policy }: Pick<AutoscalerInput, 'policy'>, feature: Feature): boolean {
  return !policy.without.includes(feature);
}

/** The view, or why nothing is decided by it. */
export function viewOf(input: AutoscalerInput): DreyView | Stopped {
  const running = whetherRunning(input);
  if ('stopped' in running) return running;
  const { job, nowMs, policy } = input;
  const recalled = upToDate(input, {
    historyMaxAgeMs: dreySettings.capacityAgeMs,
    historyMaxCount: dreySettings.scalingsKept,
  });
  const memory = ofProgram(recalled, job.program, nowMs);
  const since = running.sinceMs;
  const seen = input.samples.filter(({ atMs }) => atMs >= since && atMs <= nowMs);
  const inWindow = covering(seen, nowMs - policy.options.windowMs);
  const whole = uses(input, 'completeness') ? wholeSamples(inWindow, job) : { samples: inWindow };
  if ('problem' in whole && whole.problem) return { stopped: whole.problem, memory };
  const windows = windowsOf(input, whole.samples, since);
  if ('code' in windows) return { stopped: windows, memory };
  const restartMs = restartOf(input, memory);
  const catchUpMs = catchUpOf(input);
  const vertices = evaluateDrey(job.vertices, windows, restartMs, { ...policy.options, catchUpMs });
  if (vertices === undefined)
    return { stopped: { code: 'NO_INPUT_RATE', text: 'What the sources take in is not known.' }, memory };
  const rate = sourceRate(vertices);
  const recent = whole.samples.slice(-windows.now.length);
  const ahead = uses(input, 'forecast') ? aheadOf(memory, rate, nowMs) : { soon: 1, later: 1 };
  const learned = { ...memory, ...learn(input, vertices, windows, memory), ...watched(input, memory) };
  return {
    input,
    vertices,
    windows,
    recent,
    memory: learned,
    restartMs,
    catchUpMs,
    ahead,
    lasting: lastingShare(memory.usual, rate, nowMs),
    noise: noiseOf(memory.usual, nowMs),
    isBehind: isBehind(vertices),
  };
}

/** How long after its start a job is judged, and by how much of its past at least: what the options say, and no longer than `drey` has to wait. */
export function dreyTimes({ stabilizationMs, windowMs }: Times): Times {
  return {
    stabilizationMs: Math.min(stabilizationMs, dreySettings.settleMs),
    windowMs: Math.min(windowMs, dreySettings.demandWindowMs),
  };
}

type Times = Pick<OperatorOptions, 'stabilizationMs' | 'windowMs'>;

/** The samples since then, and the last one before: without it, a span as long as the window would never be covered. */
function covering(samples: readonly JobSample[], sinceMs: number): readonly JobSample[] {
  const first = samples.findLastIndex(({ atMs }) => atMs <= sinceMs);
  return samples.slice(Math.max(0, first));
}

function windowsOf(
  { job, nowMs, policy }: AutoscalerInput,
  samples: readonly JobSample[],
  since: number,
): DreyWindows | Reason {
  const { options } = policy;
  const { stabilizationMs, windowMs: length } = dreyTimes(options);
  const settledMs = since + stabilizationMs;
  if (nowMs < settledMs)
    return { code: 'STABILIZING', text: `The job is judged when it has run for ${span(stabilizationMs)}.` };
  const all = collect(samples, job.vertices, options).filter(({ atMs }) => atMs >= settledMs);
  const now = lastMinutes(all, nowMs, length);
  if (now.length > 0) return { all, now };
  return { code: 'WINDOW_NOT_FULL', text: `The last ${span(length)} are not yet covered by samples.` };
}

/** The shortest span of at least so long that has samples enough; none where there is none. */
function lastMinutes(all: readonly Collected[], nowMs: number, length: number): readonly Collected[] {
  const first = all.findLastIndex(
    ({ atMs }, index) => nowMs - atMs >= length && all.length - index >= dreySettings.demandSamples,
  );
  return first < 0 ? [] : all.slice(first);
}

/**
 * What this job's rescales took, the longest of those remembered, up to the limit: after one that was held up, no load would be worth a
 * pause. A minute at most is assumed before, where the user says nothing.
 */
function restartOf(input: AutoscalerInput, memory: EngineMemory): number {
  const { options } = input.policy;
  if (!uses(input, 'cost')) return restartTimeMs(memory.jobScalings, options);
  const seen = memory.jobScalings.flatMap(({ pauseMs, restartMs }) => pauseMs ?? restartMs ?? []);
  if (seen.length === 0) return Math.min(options.restartMs, dreySettings.restartMs);
  return Math.min(Math.max(...seen), options.restartTrackingLimitMs);
}

function catchUpOf(input: AutoscalerInput): number {
  const { catchUpWithinMs, options } = input.policy;
  if (!uses(input, 'catchUp')) return options.catchUpMs;
  return catchUpWithinMs ?? Math.min(options.catchUpMs, dreySettings.catchUpMs);
}

function sourceRate(vertices: readonly DreyVertex[]): number {
  return vertices.filter(({ vertex }) => isSource(vertex)).reduce((sum, { targetRate }) => sum + targetRate, 0);
}

function aheadOf({ season }: EngineMemory, rate: number, nowMs: number): DreyView['ahead'] {
  const within = (ms: number) => (expectedWithin(season, rate, nowMs, ms) ?? rate) / Math.max(rate, 1);
  return { soon: Math.max(1, within(dreySettings.leadMs)), later: Math.max(1, within(dreySettings.horizonMs)) };
}

function learn(
  input: AutoscalerInput,
  vertices: readonly DreyVertex[],
  { all }: DreyWindows,
  memory: EngineMemory,
): Pick<EngineMemory, 'capacity' | 'season' | 'usual'> {
  const { nowMs } = input;
  const spanMs = nowMs - (all[0]?.atMs ?? nowMs);
  const enough = spanMs >= Math.min(dreySettings.judgedByMs, input.policy.options.windowMs / 2);
  const learned = vertices.map((one) => {
    const points = memory.capacity[one.vertex.id] ?? [];
    const measured = { parallelism: one.vertex.parallelism, trueRate: one.trueRate, load: one.load };
    return [one.vertex.id, enough ? learnCapacity(points, measured, nowMs, spanMs) : points] as const;
  });
  return {
    capacity: Object.fromEntries(learned),
    season: learnSeason(memory.season, sourceRate(vertices), nowMs),
    usual: learnUsual(memory.usual, sourceRate(vertices), nowMs),
  };
}

/** Whether records wait in one of the sources for longer than is usual. */
export function isBehind(vertices: readonly DreyVertex[]): boolean {
  return vertices.some(
    ({ vertex, lagShare, targetRate }) =>
      isSource(vertex) && lagShare > (dreySettings.behindMs / 1000) * Math.max(targetRate, 1),
  );
}
