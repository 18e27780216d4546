/** Downwards: what could be smaller for long enough is, where that frees enough slots to be worth a pause. */
import type { AutoscalerInput, Reason } from './decision.ts';
import { addWish, dueWish } from './delayed-scale-down.ts';
import { dreySettings } from './drey-settings.ts';
import type { DreyVertex } from './drey-evaluation.ts';
import type { VertexNeed } from './drey-vertex.ts';
import { backAlong, changed, memorySituation, type Parallelism, type Verdict } from './drey-verdict.ts';
import { isBehind, uses, type DreyView } from './drey-view.ts';
import { withFreeRoom } from './free-room.ts';
import { planForFewer, withHeapRoom } from './memory-plan.ts';
import { pipelinesOf } from './pipelines.ts';
import { slotsOf } from './quota.ts';
import { patience } from './rescale-cost.ts';
import { percent, span } from './words.ts';

type Judgement = Pick<Verdict, 'reason' | 'changes' | 'plan'>;

export function shrunk(view: DreyView, needs: readonly VertexNeed[]): Verdict {
  const { input } = view;
  const { fallingSinceMs = input.nowMs, ...memory } = view.memory;
  const usualMs = input.policy.options.scaleDownIntervalMs;
  const intervalMs = uses(input, 'cost') ? usualMs * patience(memory, input.nowMs) : usualMs;
  if (view.isBehind) return { reason: { code: 'BEHIND', text: 'Records wait: nothing shrinks.' }, delays: {}, memory };
  const wishes = needs
    .filter((need) => nextOf(need) < need.seen.vertex.parallelism)
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
  const judgement = smaller(view, needs, Object.fromEntries(due), wishes.length);
  const isFalling = judgement.reason.code === 'FALLING';
  return { ...judgement, delays, memory: isFalling ? { ...memory, fallingSinceMs } : memory };
}

/**
 * Where nothing that has to grow can: the pipelines in which nothing has to, and nothing waits, shrink as ever. The others stay whole: what is
 * wide beside the vertex that holds them up is to work off what waits once that can do more, and a pause makes a late pipeline later.
 */
export function shrunkBeside(view: DreyView, needs: readonly VertexNeed[], stuck: Verdict): Verdict {
  const pipelines = pipelinesOf(view.input.job.vertices);
  const held = new Set(needs.filter(({ pressing }) => pressing).map(({ seen }) => pipelines.get(seen.vertex.id)));
  const isBeside = ({ vertex }: DreyVertex) => !held.has(pipelines.get(vertex.id));
  const others = needs.filter(({ seen }) => isBeside(seen));
  if (others.length === 0) return stuck;
  const beside = { input: keepingMemory(view.input), isBehind: isBehind(view.vertices.filter(isBeside)) };
  const less = shrunk({ ...view, ...beside }, others);
  return less.changes ? less : { ...stuck, delays: less.delays, memory: less.memory };
}

/** A job that has to grow is not stopped for memory where that takes an upgrade: what shrinks does so with the memory that there is. */
function keepingMemory(input: AutoscalerInput): AutoscalerInput {
  const { memoryBytes } = input.job.taskManagers ?? {};
  const { memory } = input.policy;
  if (memory?.byRestart !== true || memoryBytes === undefined) return input;
  return { ...input, policy: { ...input.policy, memory: { ...memory, minBytes: memoryBytes, maxBytes: memoryBytes } } };
}

/** @param due all that could go: whether that is worth a pause is judged by where it leads, in however many steps. */
function smaller(view: DreyView, needs: readonly VertexNeed[], due: Parallelism, waiting: number): Judgement {
  const reason = whyNotSmaller(view, needs, due, waiting);
  if (reason) return { reason };
  const { input } = view;
  const situation = memorySituation(view);
  const next = oneStep(needs, due);
  const plan = situation && planForFewer(situation, next);
  if (plan && 'code' in plan) {
    const roomier = situation && withHeapRoom(situation, next);
    const less = roomier && smaller(view, needs, roomier, waiting);
    return less?.changes ? less : { reason: plan };
  }
  const wanted = input.job.vertices.map((vertex) => {
    const { roomy = 0 } = needs.find(({ seen }) => seen.vertex === vertex) ?? {};
    return {
      vertex,
      parallelism: next[vertex.id] ?? vertex.parallelism,
      roomy: uses(input, 'cost') ? Math.min(roomy, vertex.parallelism) : 0,
    };
  });
  const text = `For ${span(input.policy.options.scaleDownIntervalMs)}, ${percent(savingOf(view, due))} of the slots were not needed.`;
  return {
    reason: { code: 'TOO_LARGE', text },
    changes: changed(input, withFreeRoom(wanted)),
    ...(plan ? { plan } : backAlong(situation, next)),
  };
}

/** As far down as one step may lead. */
function oneStep(needs: readonly VertexNeed[], due: Parallelism): Parallelism {
  const steps = needs.map(({ seen, step }) => [seen.vertex.id, step] as const);
  const least = Object.fromEntries(steps);
  return Object.fromEntries(
    Object.entries(due).map(([id, parallelism]) => [id, Math.max(parallelism, least[id] ?? 1)]),
  );
}

function nextOf({ down, step }: VertexNeed): number {
  return Math.max(down, step);
}

function whyNotSmaller(
  view: DreyView,
  needs: readonly VertexNeed[],
  due: Parallelism,
  waiting: number,
): Reason | undefined {
  const heedsCost = uses(view.input, 'cost');
  if (Object.keys(due).length === 0)
    return waiting > 0
      ? { code: 'SCALE_DOWN_DELAYED', text: `${waiting} vertices could be smaller; they wait for that.` }
      : { code: 'AT_TARGET', text: 'Every vertex has the parallelism that its load asks for.' };
  const saving = savingOf(view, due);
  if (saving <= 0 || saving < (heedsCost ? dreySettings.leastSaving : 0))
    return {
      code: 'NOT_WORTH_IT',
      text: `Smaller vertices would free ${percent(Math.max(0, saving))} of the slots, less than a pause is worth.`,
    };
  return heedsCost && stillFalls(view, needs, due)
    ? { code: 'FALLING', text: 'The load still falls; its end is awaited.' }
    : undefined;
}

/** The share of the job's slots that becomes free. */
function savingOf({ input }: DreyView, to: Parallelism): number {
  const before = slotsOf(input.job.vertices, {});
  return (before - slotsOf(input.job.vertices, to)) / before;
}

/** Whether the vertices could be much smaller by now than at any time of the interval: then one step later saves two. */
function stillFalls({ input, memory }: DreyView, needs: readonly VertexNeed[], due: Parallelism): boolean {
  const { vertices } = input.job;
  if (input.nowMs - (memory.fallingSinceMs ?? input.nowMs) >= dreySettings.fallingMs) return false;
  const present = Object.fromEntries(
    needs.map((need) => [need.seen.vertex.id, Math.min(nextOf(need), need.seen.vertex.parallelism)]),
  );
  return slotsOf(vertices, present) < (1 - dreySettings.stillFalling) * slotsOf(vertices, oneStep(needs, due));
}
