/**
 * Decides as profile `drey`: what has to grow grows at once, far enough and all in one rescale; what could shrink shrinks late,
 * and only where that frees slots; what does not help is not done again.
 */
import { cutToQuotas } from './cut-to-quota.ts';
import type { AutoscalerDecision, AutoscalerInput, Reason } from './decision.ts';
import type { DreyVertex } from './drey-evaluation.ts';
import { grown } from './drey-growth.ts';
import { dreySettings } from './drey-settings.ts';
import { shrunk, shrunkBeside } from './drey-shrinking.ts';
import { leftAlone, needOf, type VertexNeed } from './drey-vertex.ts';
import type { Verdict } from './drey-verdict.ts';
import { uses, viewOf, type DreyView } from './drey-view.ts';
import { unchanged, type JudgedVertex } from './judged-vertex.ts';
import { memoryAdvised } from './memory-advice.ts';
import { memoryAdvisedAlone, withMemoryAlone } from './memory-alone.ts';
import { planAfterLoss, situationOf } from './memory-plan.ts';
import type { EngineMemory, VertexScaling } from './memory.ts';
import { whyHeld } from './operator-decision.ts';
import { outsideLimit } from './outside-limit.ts';
import { jobMetrics, whetherRunning, type Stopped } from './prepare.ts';
import { isOfProgram } from './program-change.ts';
import { report, type Findings } from './report.ts';
import { distrust, distrusted, uselessScaleUp } from './trust.ts';

export function decideDrey(input: AutoscalerInput): AutoscalerDecision {
  const view = viewOf(input);
  const loss = afterLoss(input, view.memory);
  if ('stopped' in view) return stopped(input, view, loss);
  const needs = view.vertices.map((seen) => ({ seen, alone: leftAlone(view, seen) }));
  const judged = needs.filter(({ alone }) => alone === undefined).map(({ seen }) => needOf(view, seen));
  if (loss?.plan) return told(view, judged, loss);
  // Where it may be given no more memory, more TaskManagers hold less each: it may grow, and not shrink.
  const growth = useless(view) ?? grown(view, judged);
  const isStuck = growth?.isStuck ?? hasNoRoom(input, growth);
  const done = growth && isStuck && !loss ? shrunkBeside(view, judged, growth) : growth;
  const verdict = done ?? loss ?? shrunk(view, judged);
  return told(view, judged, withMemoryAlone(view, verdict));
}

/** Nothing is known of its load: what was lost is answered all the same. */
function stopped(input: AutoscalerInput, { stopped: why, memory }: Stopped, loss?: Verdict): AutoscalerDecision {
  if (loss === undefined) return report(input, { reasons: [why], memory });
  if (loss.plan) return carriedOut(input, { memory }, loss);
  const memoryAdvice = memoryAdvised(input, [], false);
  return report(input, { reasons: [loss.reason, why], memory, ...(memoryAdvice && { memoryAdvice }) });
}

/** What is to be done where a TaskManager was lost for want of memory: that needs no window. */
function afterLoss(input: AutoscalerInput, memory: EngineMemory): Verdict | undefined {
  if (!uses(input, 'memory') || 'stopped' in whetherRunning(input)) return undefined;
  const situation = situationOf(input, [], memory);
  const answer = situation && planAfterLoss(situation);
  if (answer === undefined) return undefined;
  const [reason] = 'code' in answer ? [answer] : answer.advice.reasons;
  return reason && { reason, ...('code' in answer ? {} : { plan: answer }), delays: {}, memory };
}

/** A scale-up that was of no use is not tried again for a while. */
function useless(view: DreyView): Verdict | undefined {
  const { input, memory } = view;
  const { nowMs } = input;
  if (!uses(input, 'bottleneck')) return undefined;
  for (const { vertex, trueRate, loadNow } of view.vertices) {
    const tried = { id: vertex.id, parallelism: vertex.parallelism, trueRate, load: loadNow };
    const found = uselessScaleUp(judgeable(view, vertex.id), tried);
    if (found === undefined || distrusted(memory, tried, nowMs)) continue;
    const look = outsideLimit(vertex, input.job.vertices);
    const text = `"${vertex.name}" does no more with ${found.to} subtasks than with ${found.from}: what holds it up is not its parallelism. ${look}.`;
    const distrusts = distrust(memory, vertex.id, found.from, nowMs);
    return {
      reason: { code: 'USELESS', text },
      delays: memory.delayedScaleDowns,
      memory: { ...memory, distrusts },
    };
  }
  return undefined;
}

/** The scalings of a vertex by which the newest can be judged now: long enough ago, and not too long. */
function judgeable({ input, memory, windows }: DreyView, id: string): readonly VertexScaling[] {
  const history = memory.scalings[id] ?? [];
  const last = history.at(-1);
  const seenMs = input.nowMs - (windows.all[0]?.atMs ?? input.nowMs);
  const isNow =
    last !== undefined &&
    isOfProgram(memory, last.atMs) &&
    seenMs >= dreySettings.judgedByMs &&
    input.nowMs - last.atMs <= dreySettings.judgedWithinMs + input.policy.options.stabilizationMs;
  return isNow ? history : [];
}

function told(view: DreyView, needs: readonly VertexNeed[], found: Verdict): AutoscalerDecision {
  const { input, windows } = view;
  const verdict = withinQuotas(input, found);
  const memory = { ...verdict.memory, delayedScaleDowns: verdict.delays };
  const judged = view.vertices.map((seen) => judgedVertex(view, seen, needs, verdict));
  const memoryAdvice = memoryAdvised(input, view.recent, isPressed(needs)) ?? memoryAdvisedAlone(view, verdict);
  const findings = { memory, judged, metrics: jobMetrics(windows.now), ...(memoryAdvice && { memoryAdvice }) };
  return carriedOut(input, findings, verdict);
}

/** What a tenant and a cluster have left is taken; the rest waits. */
function withinQuotas({ job, policy }: AutoscalerInput, verdict: Verdict): Verdict {
  const cut = verdict.changes && cutToQuotas(job, verdict.changes, policy.quotas);
  return cut ? { ...verdict, changes: cut.changes, cut } : verdict;
}

/** Whether a quota leaves nothing of the changes: what becomes smaller beside them makes room. */
function hasNoRoom(input: AutoscalerInput, growth: Verdict | undefined): boolean {
  if (growth?.changes === undefined || growth.plan) return false;
  const { changes = {} } = withinQuotas(input, growth);
  return Object.keys(changes).length === 0 || whyHeld(input, changes)?.code === 'QUOTA_REACHED';
}

function isPressed(needs: readonly VertexNeed[]): boolean {
  return needs.some(({ pressing }) => pressing !== undefined);
}

/** Unless there is nothing to do, or something holds it. What is only advised is told in any case. */
function carriedOut(
  input: AutoscalerInput,
  found: Omit<Findings, 'reasons'>,
  { changes = {}, cut, plan, reason: wished }: Verdict,
): AutoscalerDecision {
  const advice = plan?.advice ?? found.memoryAdvice;
  const isHeld = cut !== undefined && Object.keys(changes).length === 0;
  const reason = isHeld ? cut.reason : wished;
  const why = (first: Reason): Findings['reasons'] => [
    first,
    ...[wished, ...(cut ? [cut.reason] : []), ...(advice?.reasons ?? [])].filter(({ text }) => text !== first.text),
  ];
  if (Object.keys(changes).length === 0 && plan === undefined) return report(input, { ...found, reasons: why(reason) });
  const held = whyHeld(input, changes, plan?.processBytes);
  if (held) return report(input, { ...found, reasons: plan ? [held, reason] : why(held) });
  const given = plan && { memoryAdvice: plan.advice, memoryGiven: plan.given };
  return report(input, { ...found, reasons: why(reason), changes, ...given });
}

function judgedVertex(view: DreyView, seen: DreyVertex, needs: readonly VertexNeed[], verdict: Verdict): JudgedVertex {
  const need = needs.find((one) => one.seen === seen);
  const { vertex, trueRate } = seen;
  if (need === undefined)
    return unchanged(seen, leftAlone(view, seen) ?? verdict.reason, view.memory.delayedScaleDowns[vertex.id]);
  const target = verdict.changes?.[vertex.id] ?? vertex.parallelism;
  const recommended = target !== vertex.parallelism ? target : need.pressing ? need.up : Math.max(need.down, need.step);
  const reasons = [...(need.pressing ? [need.pressing] : []), ...need.notes];
  return {
    evaluated: seen,
    recommended,
    expectedRate: target === vertex.parallelism ? Number.NaN : (trueRate / vertex.parallelism) * target,
    limits: [...need.limits, ...[verdict.cut?.limits[vertex.id] ?? []].flat()],
    reasons: reasons.length > 0 ? reasons : [whyAsItIs(verdict, vertex.id)],
    arithmetic: need.arithmetic,
  };
}

/** What waits to shrink says so, whatever holds up the job. */
function whyAsItIs({ changes = {}, delays, reason }: Verdict, id: string): Reason {
  const [wish] = Object.keys(changes).length === 0 ? (delays[id]?.wishes ?? []) : [];
  return wish ? { code: 'SCALE_DOWN_DELAYED', text: `${wish.parallelism} subtasks would do; that waits.` } : reason;
}
