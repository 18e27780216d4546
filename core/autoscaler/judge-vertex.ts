/** Decides on one vertex as the Apache operator does. Source: `JobVertexScaler.computeScaleTargetParallelism`. */
import type { Reason } from './decision.ts';
import { addWish, dueWish } from './delayed-scale-down.ts';
import { ineffectiveScaleUp } from './effectiveness.ts';
import type { Evaluated } from './evaluate.ts';
import { isOutside, unchanged, type JudgedVertex } from './judged-vertex.ts';
import type { DelayedScaleDown, VertexScaling } from './memory.ts';
import type { OperatorOptions } from './options.ts';
import type { Rules } from './rules.ts';
import { scalingCoefficient } from './scaling-coefficient.ts';
import { targetCapacity } from './target-capacity.ts';
import type { Bounds } from './vertex-bounds.ts';
import { recommend, type Recommended } from './vertex-parallelism.ts';
import { perSecond, percent, short, span } from './words.ts';

/** All that a vertex is judged by. */
export interface VertexCase {
  readonly evaluated: Evaluated;
  readonly options: OperatorOptions;
  readonly rules: Rules;
  readonly bounds: Bounds;
  readonly history: readonly VertexScaling[];
  readonly delayed: DelayedScaleDown | undefined;
  readonly restartMs: number;
  readonly nowMs: number;
}

const rateUnknown: Reason = { code: 'RATE_UNKNOWN', text: 'What it can process, or shall process, is not known.' };

/** What shall become of the vertex, were it alone. */
export function judgeVertex(one: VertexCase): JudgedVertex {
  const { evaluated, options, restartMs } = one;
  const { trueRate, vertex } = evaluated;
  const capacity = targetCapacity(evaluated, options.utilizationTarget, restartMs, options);
  if (Number.isNaN(trueRate) || Number.isNaN(capacity)) return unchanged(evaluated, rateUnknown, one.delayed);
  const coefficient = options.observedScalability ? scalingCoefficient(one.history, options) : 1;
  const recommended = recommend(vertex, capacity / trueRate / coefficient, boundsFor(one), options, one.rules);
  const judged = { ...judgement(one, recommended), arithmetic: arithmeticOf(one, capacity, coefficient) };
  if (recommended.parallelism === vertex.parallelism) return judged;
  return recommended.parallelism > vertex.parallelism ? scaleUp(one, judged) : scaleDown(one, judged);
}

/** The operator's bounds never move a vertex that is beyond them already. */
function boundsFor({ bounds, evaluated, rules }: VertexCase): Bounds {
  const { parallelism } = evaluated.vertex;
  if (!rules.boundsMayBeLeft) return bounds;
  return { min: Math.min(parallelism, bounds.min), max: Math.max(parallelism, bounds.max) };
}

/** Without a change yet: none is wished, or it is still to be judged. */
function judgement({ evaluated, rules }: VertexCase, { parallelism, factor, limits }: Recommended): JudgedVertex {
  const { trueRate, vertex } = evaluated;
  const isSame = parallelism === vertex.parallelism;
  const expected = rules.expectsWhatWasCapped ? trueRate * factor : (trueRate / vertex.parallelism) * parallelism;
  return {
    evaluated,
    recommended: parallelism,
    expectedRate: isSame ? Number.NaN : expected,
    limits,
    reasons: isSame ? [{ code: 'AT_TARGET', text: 'It has the parallelism that its load asks for.' }] : [],
    arithmetic: [],
  };
}

function scaleUp(one: VertexCase, judged: JudgedVertex): JudgedVertex {
  const { evaluated, options } = one;
  const now = { parallelism: evaluated.vertex.parallelism, trueRate: evaluated.trueRate };
  const useless = ineffectiveScaleUp(one.history, now, options.effectivenessThreshold);
  const outside = isOutside(evaluated);
  if (!useless)
    return { ...judged, change: { parallelism: judged.recommended, outside }, reasons: [why(evaluated, outside)] };
  const told: Reason = {
    code: 'INEFFECTIVE_SCALING',
    text: `The last scale-up should have gained ${perSecond(useless.expected)}, and gained ${perSecond(useless.gained)}.`,
  };
  if (options.effectivenessDetection) return { ...judged, reasons: [told] };
  return {
    ...judged,
    change: { parallelism: judged.recommended, outside },
    reasons: [why(evaluated, outside), told],
  };
}

function scaleDown(one: VertexCase, judged: JudgedVertex): JudgedVertex {
  const { evaluated, nowMs, options } = one;
  const outside = isOutside(evaluated);
  const intervalMs = options.scaleDownIntervalMs;
  if (intervalMs <= 0)
    return { ...judged, change: { parallelism: judged.recommended, outside }, reasons: [why(evaluated, outside)] };
  const delayed = addWish(one.delayed, { atMs: nowMs, parallelism: judged.recommended, outside }, intervalMs);
  const due = dueWish(delayed, nowMs, intervalMs);
  if (due) return { ...judged, delayed, change: due, reasons: [why(evaluated, due.outside)] };
  const text = `A scale-down to ${judged.recommended} waits for ${span(delayed.sinceMs + intervalMs - nowMs)} more.`;
  return { ...judged, delayed, reasons: [{ code: 'SCALE_DOWN_DELAYED', text }] };
}

function why({ trueRate, up, down, load }: Evaluated, outside: boolean): Reason {
  const rates = `It can process ${perSecond(trueRate)} and is busy ${percent(load)} of its time`;
  if (!outside)
    return { code: 'WITHIN_THRESHOLDS', text: `${rates}, which is between ${perSecond(up)} and ${perSecond(down)}.` };
  return trueRate < up
    ? { code: 'TOO_SMALL', text: `${rates}; it needs ${perSecond(up)} at least.` }
    : { code: 'TOO_LARGE', text: `${rates}; ${perSecond(down)} would do.` };
}

function arithmeticOf({ evaluated, options, restartMs }: VertexCase, capacity: number, coefficient: number): string[] {
  const { targetRate, catchUpRate, trueRate, vertex } = evaluated;
  const catchUpS = Math.floor(options.catchUpMs / 1000);
  const restart = catchUpS === 0 ? 0 : (targetRate * Math.floor(restartMs / 1000)) / catchUpS;
  const factor = capacity / trueRate / coefficient;
  return [
    `capacity wanted = ${perSecond(targetRate)} / ${options.utilizationTarget} + restart ${perSecond(restart)} + catch-up ${perSecond(catchUpRate)} = ${perSecond(capacity)}`,
    `factor = ${perSecond(capacity)} / ${perSecond(trueRate)}${coefficient === 1 ? '' : ` / ${coefficient}`} = ${short(factor)}`,
    `parallelism = ⌈${short(factor)} × ${vertex.parallelism}⌉ = ${short(Math.ceil(factor * vertex.parallelism))}`,
  ];
}
