/**
 * Decides as profile `drey`: what has to grow grows at once, far enough and all in one rescale; what could shrink shrinks late,
 * and only where that frees slots; what does not help is not done again.
 */
import type { AutoscalerDecision, AutoscalerInput, Reason } from './decision.ts';
import { addWish, dueWish } from './delayed-scale-down.ts';
import type { DreyVertex } from './drey-evaluation.ts';
import { dreySettings } from './drey-settings.ts';
import { leftAlone, needOf, type VertexNeed } from './drey-vertex.ts';
import { uses, viewOf, type DreyView } from './drey-view.ts';
import { withFreeRoom } from './free-room.ts';
import { whyHeapTooSmall } from './heap-room.ts';
import { unchanged, type JudgedVertex } from './judged-vertex.ts';
import type { DelayedScaleDown, EngineMemory, VertexScaling } from './memory.ts';
import { whyHeld } from './operator-decision.ts';
import { jobMetrics } from './prepare.ts';
import { slotsOf } from './quota.ts';
import { patience } from './rescale-cost.ts';
import { report } from './report.ts';
import { distrust, distrusted, uselessScaleUp } from './trust.ts';
import { percent, span } from './words.ts';

type Parallelism = Readonly<Record<string, number>>;

export function decideDrey(input: AutoscalerInput): AutoscalerDecision {
  const view = viewOf(input);
  if ('stopped' in view) return report(input, { reasons: [view.stopped], memory: view.memory });
  const needs = view.vertices.map((seen) => ({ seen, alone: leftAlone(view, seen) }));
  const judged = needs.filter(({ alone }) => alone === undefined).map(({ seen }) => needOf(view, seen));
  const verdict = takenBack(view, judged) ?? grown(view, judged) ?? shrunk(view, judged);
  return told(view, judged, verdict);
}

/** What is to be done, and what is remembered of it. */
interface Verdict {
  readonly reason: Reason;
  readonly changes?: Parallelism;
  readonly delays: Readonly<Record<string, DelayedScaleDown>>;
  readonly memory: EngineMemory;
}

/** A scale-up that was of no use is undone, and not tried again for a while. */
function takenBack(view: DreyView, needs: readonly VertexNeed[]): Verdict | undefined {
  const { input, memory } = view;
  const { nowMs } = input;
  if (!uses(input, 'bottleneck')) return undefined;
  for (const { vertex, trueRate, loadNow } of view.vertices) {
    const tried = { id: vertex.id, parallelism: vertex.parallelism, trueRate, load: loadNow };
    const useless = uselessScaleUp(judgeable(view, vertex.id), tried);
    if (useless === undefined || distrusted(memory, tried, nowMs)) continue;
    const distrusts = distrust(memory, vertex.id, useless.from, nowMs);
    const text = `"${vertex.name}" does no more with ${useless.to} subtasks than with ${useless.from}: what holds it up is not its parallelism.`;
    const kept = { ...memory, distrusts };
    const changes = changed(input, { ...undone(view, needs, useless.atMs), [vertex.id]: useless.from });
    const saves = slotsOf(input.job.vertices, changes) < slotsOf(input.job.vertices, {});
    if (!uses(input, 'takeBack') || !saves)
      return { reason: { code: 'USELESS', text }, delays: memory.delayedScaleDowns, memory: kept };
    return { reason: { code: 'TAKEN_BACK', text }, changes, delays: {}, memory: kept };
  }
  return undefined;
}

/** What else grew in the same rescale, as it was before, or as much as it needs by now. */
function undone({ memory }: DreyView, needs: readonly VertexNeed[], atMs: number): Parallelism {
  const back = needs.flatMap(({ seen, down }) => {
    const { id, parallelism } = seen.vertex;
    const last = memory.scalings[id]?.at(-1);
    return last?.atMs === atMs && last.to === parallelism
      ? [[id, Math.min(parallelism, Math.max(last.from, down))] as const]
      : [];
  });
  return Object.fromEntries(back);
}

/** The scalings of a vertex by which the newest can be judged now: long enough ago, and not too long. */
function judgeable({ input, memory, windows }: DreyView, id: string): readonly VertexScaling[] {
  const history = memory.scalings[id] ?? [];
  const last = history.at(-1);
  const seenMs = input.nowMs - (windows.all[0]?.atMs ?? input.nowMs);
  const isNow =
    last !== undefined &&
    seenMs >= dreySettings.judgedByMs &&
    input.nowMs - last.atMs <= dreySettings.judgedWithinMs + input.policy.options.stabilizationMs;
  return isNow ? history : [];
}

/** Everything that has to grow does, with whatever has free room beside it. */
function grown(view: DreyView, needs: readonly VertexNeed[]): Verdict | undefined {
  const { input, memory } = view;
  const pressing = needs.filter(({ pressing: why }) => why !== undefined);
  const first = pressing[0];
  if (first === undefined) return undefined;
  const held = uses(input, 'bottleneck') ? bottleneck(view) : undefined;
  if (held) return { reason: held, delays: {}, memory };
  const rising = uses(input, 'cost') ? risingSource(view) : undefined;
  if (rising) return { reason: rising, delays: {}, memory };
  const changes = changed(input, sizes(view, needs));
  const why: Reason = {
    code: first.pressing?.code ?? '',
    text: `"${first.seen.vertex.name}": ${first.pressing?.text ?? ''}`,
  };
  if (Object.keys(changes).length > 0) return { reason: why, changes, delays: {}, memory };
  const note = pressing.flatMap(({ notes }) => notes)[0];
  const limit = pressing.flatMap(({ limits }) => limits)[0];
  return { reason: note ?? limit ?? { ...why, code: 'LIMITED' }, delays: {}, memory };
}

/** A source whose load still rises steeply: how far it has to grow is known in a moment. */
function risingSource({ vertices }: DreyView): Reason | undefined {
  const found = vertices.find(
    ({ vertex, risingRate, targetRate, lagShare }) =>
      vertex.inputs.length === 0 &&
      risingRate > dreySettings.stillRising * targetRate &&
      1000 * lagShare < dreySettings.patientMs * risingRate,
  );
  return found && { code: 'RISING', text: `The load of "${found.vertex.name}" still rises; its end is awaited.` };
}

/** The vertex that holds all others up, and that more subtasks do not help. */
function bottleneck({ input, memory, vertices }: DreyView): Reason | undefined {
  const found = vertices.find(
    ({ vertex, loadNow, targetRate, trueRate }) =>
      (loadNow >= dreySettings.saturated || targetRate > trueRate) && distrusted(memory, vertex, input.nowMs),
  );
  if (!found) return undefined;
  const until = distrusted(memory, found.vertex, input.nowMs)?.untilMs ?? input.nowMs;
  return {
    code: 'BOTTLENECK',
    text: `"${found.vertex.name}" holds the job up, and more subtasks did not help it; that is tried again in ${span(until - input.nowMs)}.`,
  };
}

function sizes(view: DreyView, needs: readonly VertexNeed[]): Parallelism {
  const wanted = needs.map((need) => {
    const { vertex } = need.seen;
    const grows = Math.max(vertex.parallelism, need.up);
    const parallelism = Math.min(grows, Math.max(need.bounds.max, 1), vertex.maxParallelism);
    return { vertex, parallelism, roomy: uses(view.input, 'cost') ? need.roomy : 0 };
  });
  return withFreeRoom(wanted);
}

function changed({ job }: AutoscalerInput, to: Parallelism): Parallelism {
  return Object.fromEntries(
    job.vertices
      .filter(({ id, parallelism }) => (to[id] ?? parallelism) !== parallelism)
      .map(({ id }) => [id, to[id] ?? 1]),
  );
}

/** What could be smaller for long enough is, where that frees enough slots to be worth a pause. */
function shrunk(view: DreyView, needs: readonly VertexNeed[]): Verdict {
  const { input, memory } = view;
  const usualMs = input.policy.options.scaleDownIntervalMs;
  const intervalMs = uses(input, 'cost') ? usualMs * patience(memory, input.nowMs) : usualMs;
  if (view.isBehind) return { reason: { code: 'BEHIND', text: 'Records wait: nothing shrinks.' }, delays: {}, memory };
  const wishes = needs
    .filter(({ seen, down }) => down < seen.vertex.parallelism)
    .map(({ seen, down }) => {
      const { id } = seen.vertex;
      const wish = { atMs: input.nowMs, parallelism: down, outside: true };
      return [id, addWish(memory.delayedScaleDowns[id], wish, intervalMs)] as const;
    });
  const delays = Object.fromEntries(wishes);
  const due = wishes.flatMap(([id, delayed]) => {
    const wish = dueWish(delayed, input.nowMs, intervalMs);
    return wish ? [[id, wish.parallelism] as const] : [];
  });
  return { ...smaller(view, needs, Object.fromEntries(due), wishes.length), delays, memory };
}

function smaller(
  { input, recent }: DreyView,
  needs: readonly VertexNeed[],
  due: Parallelism,
  waiting: number,
): Pick<Verdict, 'reason' | 'changes'> {
  const { vertices } = input.job;
  const before = slotsOf(vertices, {});
  const saving = (before - slotsOf(vertices, due)) / before;
  const least = uses(input, 'cost') ? dreySettings.leastSaving : 0;
  if (Object.keys(due).length === 0)
    return waiting > 0
      ? { reason: { code: 'SCALE_DOWN_DELAYED', text: `${waiting} vertices could be smaller; they wait for that.` } }
      : { reason: { code: 'AT_TARGET', text: 'Every vertex has the parallelism that its load asks for.' } };
  if (saving <= 0 || saving < least)
    return {
      reason: {
        code: 'NOT_WORTH_IT',
        text: `Smaller vertices would free ${percent(Math.max(0, saving))} of the slots, less than a pause is worth.`,
      },
    };
  const tooFull = uses(input, 'memory') ? whyHeapTooSmall(recent, before, slotsOf(vertices, due)) : undefined;
  if (tooFull) return { reason: tooFull };
  const wanted = needs.map(({ seen, roomy }) => ({
    vertex: seen.vertex,
    parallelism: due[seen.vertex.id] ?? seen.vertex.parallelism,
    roomy: uses(input, 'cost') ? Math.min(roomy, seen.vertex.parallelism) : 0,
  }));
  return {
    reason: {
      code: 'TOO_LARGE',
      text: `For ${span(input.policy.options.scaleDownIntervalMs)}, ${percent(saving)} of the slots were not needed.`,
    },
    changes: changed(input, withFreeRoom(wanted)),
  };
}

function told(view: DreyView, needs: readonly VertexNeed[], verdict: Verdict): AutoscalerDecision {
  const { input, windows } = view;
  const memory = { ...verdict.memory, delayedScaleDowns: verdict.delays };
  const judged = view.vertices.map((seen) => judgedVertex(view, seen, needs, verdict));
  const found = { memory, judged, metrics: jobMetrics(windows.now) };
  const { changes, reason } = verdict;
  if (changes === undefined || Object.keys(changes).length === 0) return report(input, { ...found, reasons: [reason] });
  const held = whyHeld(input, changes);
  if (held) return report(input, { ...found, reasons: [held, reason] });
  return report(input, { ...found, reasons: [reason], changes });
}

function judgedVertex(view: DreyView, seen: DreyVertex, needs: readonly VertexNeed[], verdict: Verdict): JudgedVertex {
  const need = needs.find((one) => one.seen === seen);
  const { vertex, trueRate } = seen;
  if (need === undefined)
    return unchanged(seen, leftAlone(view, seen) ?? verdict.reason, view.memory.delayedScaleDowns[vertex.id]);
  const target = verdict.changes?.[vertex.id] ?? vertex.parallelism;
  const recommended = target !== vertex.parallelism ? target : need.pressing ? need.up : need.down;
  const reasons = [...(need.pressing ? [need.pressing] : []), ...need.notes];
  return {
    evaluated: seen,
    recommended,
    expectedRate: target === vertex.parallelism ? Number.NaN : (trueRate / vertex.parallelism) * target,
    limits: need.limits,
    reasons: reasons.length > 0 ? reasons : [verdict.reason],
    arithmetic: need.arithmetic,
  };
}
