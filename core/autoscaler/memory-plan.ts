/**
 * Feature `memory`: more memory before more parallelism, where memory is the trouble; and fewer TaskManagers only with heaps that
 * hold what is alive. Both ways: what was given beyond the usual goes back with the next rescale that leaves room, never by a
 * rescale of its own. Nothing is given unless the user says how much at most.
 *
 * With a (the share of a heap that is alive), g (the share of the time that garbage collection takes) and S → S′ slots, the heap becomes
 * max(a / 0.65, 1.25 where g > 1/13) · S / S′ times as large. That what is alive comes together on fewer TaskManagers is the operator's scale-down
 * compensation (`MemoryTuning`, S / S′ there being TaskManagers); the 1/13 is G1's own aim (`-XX:GCTimeRatio=12`). What else is a
 * number has its reason in drey-settings.ts: `aimedHeap` 0.65, `leastMoreHeap` 1.25, `fullestHeap` 0.8, `mostGc` 0.2. A loss
 * for want of memory is answered as `spec.recovery` does, by half as much again.
 */
import type { AutoscalerInput, MemoryAdvice, Reason } from './decision.ts';
import { dreySettings } from './drey-settings.ts';
import {
  areTooSmall,
  collectsTooMuch,
  gainOfMemory,
  heapFactor,
  heapsIn,
  leastSlots,
  type Heaps,
} from './heap-need.ts';
import { heapOf, roundedDown, withHeap, withHeapAsDivided, withProcess, type SizedTaskManager } from './heap-size.ts';
import { isGiven, memoryBounds, type MemoryBounds } from './memory-bounds.ts';
import type { EngineMemory, MemoryGiven, MemoryRefused } from './memory.ts';
import { slotsOf } from './quota.ts';
import type { JobSample, TaskManagerResources } from './samples.ts';
import { percent, short, span } from './words.ts';

type Parallelism = Readonly<Record<string, number>>;

/** Memory that is to be given with a rescale. */
export interface MemoryPlan {
  readonly advice: MemoryAdvice;
  readonly processBytes: number;
  /** What the engine remembers once it is given. */
  readonly given: MemoryGiven;
}

/** What a plan is made by. */
export interface Situation extends MemoryBounds {
  readonly input: AutoscalerInput;
  readonly resources: TaskManagerResources & { readonly memoryBytes: number };
  readonly heaps: Heaps;
}

/** Undefined where nothing is known of the TaskManagers' size. */
export function situationOf(
  input: AutoscalerInput,
  recent: readonly JobSample[],
  memory: EngineMemory,
): Situation | undefined {
  const { taskManagers: resources } = input.job;
  if (resources?.memoryBytes === undefined) return undefined;
  const { memoryBytes } = resources;
  return {
    input,
    resources: { ...resources, memoryBytes },
    heaps: heapsIn(recent),
    ...memoryBounds(input, memoryBytes, memory),
  };
}

/**
 * More memory for a job that is too slow since it collects garbage (g > 1/13), and how many times as much it will do: (1 − 1/13) / (1 − g),
 * for what is not collected is worked.
 */
export function planForPressure(
  situation: Situation,
): { readonly plan: MemoryPlan; readonly gain: number } | undefined {
  const { heaps, input } = situation;
  if (!collectsTooMuch(heaps)) return undefined;
  const sized = atMost(situation, heapFactor(heaps, 1, 1), situation.maxBytes);
  if (sized === undefined || sized.processBytes <= situation.resources.memoryBytes) return undefined;
  const then = isGiven(input) ? 'more memory comes before more parallelism' : 'give the TaskManagers more memory';
  const text = `Garbage collection takes ${percent(heaps.collecting)} of the time: ${then}.`;
  return { plan: planned(situation, sized, { code: 'GC_PRESSURE', text }), gain: gainOfMemory(heaps) };
}

/**
 * What fewer slots need of memory: nothing else than now where a · S / S′ ≤ 0.8 and g ≤ 0.2; or a plan; or, where that is more than there may be
 * or saves too little, why nothing shrinks.
 */
export function planForFewer(situation: Situation, to: Parallelism): MemoryPlan | Reason | undefined {
  const { heaps, input, resources } = situation;
  const [before, after] = [slotsOf(input.job.vertices, {}), slotsOf(input.job.vertices, to)];
  if (!areTooSmall(heaps, before, after)) return undefined;
  const factor = heapFactor(heaps, before, after);
  const sized = sizedFor(situation, factor);
  if (sized === undefined || sized.processBytes > situation.maxBytes) return heapTooSmall(heaps, factor);
  if (!isStillWorthIt(before, after, sized.processBytes / resources.memoryBytes)) return heapTooSmall(heaps, factor);
  const text = `${percent(heaps.alive)} of the heap are alive; fewer TaskManagers get more memory each.`;
  return planned(situation, sized, { code: 'MEMORY_COMPENSATED', text });
}

/** The same on so many slots, ⌈a · S / 0.8⌉ at least, that their heaps hold what is alive; undefined where they do anyway. */
export function withHeapRoom({ heaps, input }: Situation, to: Parallelism): Parallelism | undefined {
  const { vertices } = input.job;
  const least = leastSlots(heaps, slotsOf(vertices, {}));
  const roomier = vertices.map(
    ({ id, parallelism }) => [id, Math.max(to[id] ?? parallelism, Math.min(parallelism, least))] as const,
  );
  const found = Object.fromEntries(roomier);
  return slotsOf(vertices, found) > slotsOf(vertices, to) ? found : undefined;
}

/**
 * Whether 1 − S′/S · (½ + ½ · M′/M) is at least `leastSaving`, M → M′ being bytes of a TaskManager. Half of what a slot costs is taken for its
 * memory: at the clouds' prices it is a third with 4 GB to a core, and half with 8.
 */
function isStillWorthIt(before: number, after: number, more: number): boolean {
  return 1 - (after / before) * (0.5 + 0.5 * more) >= dreySettings.leastSaving;
}

function heapTooSmall({ alive, collecting }: Heaps, factor: number): Reason {
  const text =
    collecting > dreySettings.mostGc
      ? `Nothing shrinks: garbage collection takes ${percent(collecting)} of the time; give the TaskManagers more memory.`
      : `Nothing shrinks: ${percent(alive)} of the heap are alive, and fewer TaskManagers would need ${percent(factor - 1)} more heap each.`;
  return { code: 'HEAP_TOO_SMALL', text };
}

/**
 * What was given beyond the usual and is not needed any more, back along with a rescale: the heap of the formula above, where no more is collected
 * than is usual and that frees a fifth of a TaskManager (`leastMemoryBack`) or more.
 */
export function planToGiveBack(situation: Situation, to: Parallelism): MemoryPlan | undefined {
  const { heaps, input, resources, usualBytes } = situation;
  const minBytes = Math.max(usualBytes, situation.minBytes);
  if (resources.memoryBytes <= minBytes || !Number.isFinite(heaps.alive) || collectsTooMuch(heaps)) return undefined;
  const { vertices } = input.job;
  const [before, after] = [slotsOf(vertices, {}), slotsOf(vertices, to)];
  // A job that has to grow is not stopped for memory that it does not need.
  if (after >= before && input.policy.memory?.byRestart === true) return undefined;
  const enough = atLeast(situation, heapFactor(heaps, before, after), minBytes);
  if (enough === undefined) return undefined;
  const text = `${percent(heaps.alive)} of the heap are alive: less memory is enough.`;
  return planned(situation, enough, { code: 'MEMORY_GIVEN_BACK', text });
}

/** Why more is not given now, in a sentence. */
export function refusal({ bytes, untilMs }: MemoryRefused, nowMs: number): string {
  return `There was no room for ${short(bytes / 2 ** 30)} GiB; more is tried again in ${span(untilMs - nowMs)}.`;
}

const giveMore = 'give the TaskManagers more';

/**
 * More memory, 1.5 · M and no more than the bound, after a TaskManager was lost for want of it; the reason alone where the bound leaves nothing.
 * Undefined where none was lost, within the last hour (`judgedWithinMs`) and with no less than M, or that was answered by a scaling since.
 */
export function planAfterLoss(situation: Situation): MemoryPlan | Reason | undefined {
  const { input, resources, maxBytes, refused } = situation;
  const { job, memory, nowMs } = input;
  const lost = job.outOfMemory;
  if (lost === undefined || lost.memoryBytes < resources.memoryBytes) return undefined;
  const isAnswered = lost.atMs <= (memory.jobScalings.at(-1)?.atMs ?? -Infinity);
  if (isAnswered || nowMs - lost.atMs > dreySettings.judgedWithinMs) return undefined;
  const wanted = roundedDown(Math.min(resources.memoryBytes * dreySettings.moreAfterLoss, maxBytes));
  const ago = `A TaskManager was lost for want of memory ${span(nowMs - lost.atMs)} ago`;
  if (wanted <= resources.memoryBytes)
    return {
      code: 'OUT_OF_MEMORY',
      text: refused
        ? `${ago}. ${refusal(refused, nowMs)}`
        : isGiven(input)
          ? `${ago}, and it may be given no more.`
          : `${ago}: ${giveMore}.`,
    };
  const text = `${ago}: ${isGiven(input) ? 'it is given more' : giveMore}.`;
  return planned(situation, withProcess(wanted), { code: 'OUT_OF_MEMORY', text });
}

function sizedFor({ input, resources }: Situation, factor: number): SizedTaskManager | undefined {
  const heap = heapOf(resources);
  if (heap === undefined || !Number.isFinite(factor)) return undefined;
  const sized = input.policy.memory?.byRestart === true ? withHeapAsDivided : withHeap;
  return sized(resources, heap * factor);
}

/** As small as it should be, or as it may; undefined where that saves too little. */
export function atLeast(situation: Situation, factor: number, minBytes: number): SizedTaskManager | undefined {
  const sized = sizedFor(situation, factor);
  if (sized === undefined) return undefined;
  const enough = sized.processBytes < minBytes ? withProcess(minBytes) : sized;
  const isWorthIt = enough.processBytes <= (1 - dreySettings.leastMemoryBack) * situation.resources.memoryBytes;
  return isWorthIt ? enough : undefined;
}

/** As large as it should be, or as it may. */
export function atMost(situation: Situation, factor: number, maxBytes: number): SizedTaskManager | undefined {
  const sized = sizedFor(situation, factor);
  const heap = heapOf(situation.resources);
  if (sized === undefined || heap === undefined || sized.processBytes <= maxBytes) return sized;
  if (situation.input.policy.memory?.byRestart === true) return withProcess(roundedDown(maxBytes));
  const less = withHeap(situation.resources, heap * factor - (sized.processBytes - maxBytes));
  return less && less.processBytes <= maxBytes ? less : undefined;
}

export function planned(situation: Situation, sized: SizedTaskManager, why: Reason): MemoryPlan {
  const { input, kept, resources, usualBytes } = situation;
  const { options, processBytes, removed } = sized;
  const { configuration = {} } = resources;
  const tooSmall = why.code === 'GC_PRESSURE' ? { bytes: resources.memoryBytes, atMs: input.nowMs } : kept.tooSmall;
  const isLess = processBytes < resources.memoryBytes;
  const { byRestart: restarts = false, onlyTold } = input.policy.memory ?? {};
  return {
    processBytes,
    advice: {
      options,
      removed: removed.filter((key) => key in configuration),
      reasons: [why, ...(onlyTold ? [onlyTold] : [])],
    },
    given: {
      usualBytes,
      givenBytes: processBytes,
      ...(restarts && { ...kept, atMs: input.nowMs, ...(isLess && { isLess }), ...(tooSmall && { tooSmall }) }),
    },
  };
}
