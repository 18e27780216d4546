/**
 * Part of feature `memory`: memory where nothing else is to be done. It costs a restart, so heaps must ask for it throughout a window, and less of
 * it comes only after a day. It ends between the two bounds, so that a constant load asks once.
 */
import type { MemoryAdvice, Reason } from './decision.ts';
import { memorySituation, type Verdict } from './drey-verdict.ts';
import type { DreyView } from './drey-view.ts';
import { dreySettings } from './drey-settings.ts';
import { numberOf } from './figure.ts';
import { heapFactor, heapsIn } from './heap-need.ts';
import { slotsOf } from './quota.ts';
import { atLeast, atMost, planned, refusal, type MemoryPlan, type Situation } from './memory-plan.ts';
import { aliveThroughout, collectingIn, wholeWindow } from './memory-watch.ts';
import type { JobSample } from './samples.ts';
import { percent, span } from './words.ts';

/** The verdict with memory that is given by itself, where it says to do nothing else. */
export function withMemoryAlone(view: DreyView, verdict: Verdict): Verdict {
  if (view.input.policy.memory?.isCarriedOut !== true || !isIdle(verdict)) return verdict;
  const situation = memorySituation(view);
  const plan = situation && planAlone(view, situation);
  const [reason] = plan?.advice.reasons ?? [];
  if (plan && reason) return { ...verdict, reason, plan };
  const refused = situation && whyRefused(view, situation);
  return refused ? { ...verdict, reason: refused } : verdict;
}

/** Said where the heaps ask for more memory, and there was no room for that. */
function whyRefused(view: DreyView, situation: Situation): Reason | undefined {
  const { input, refused } = situation;
  const { memory: policy } = input.policy;
  if (refused === undefined || policy === undefined) return undefined;
  const [wish] = planAlone(view, { ...situation, maxBytes: policy.maxBytes })?.advice.reasons ?? [];
  return wish && { code: 'MEMORY_REFUSED', text: `${wish.text} ${refusal(refused, input.nowMs)}` };
}

/** The same where it is only told. */
export function memoryAdvisedAlone(view: DreyView, verdict: Verdict): MemoryAdvice | undefined {
  const { memory: policy } = view.input.policy;
  if (policy === undefined || policy.isCarriedOut || !isIdle(verdict)) return undefined;
  const situation = memorySituation(view);
  return situation && planAlone(view, { ...situation, maxBytes: policy.maxBytes })?.advice;
}

function isIdle({ changes = {}, plan }: Verdict): boolean {
  return plan === undefined && Object.keys(changes).length === 0;
}

function planAlone(view: DreyView, situation: Situation): MemoryPlan | undefined {
  const { input, isBehind, memory } = view;
  if (input.policy.memory?.byRestart !== true || isBehind) return undefined;
  const window = wholeWindow(input);
  if (window === undefined) return undefined;
  return more(situation, window) ?? less(situation, window, memory);
}

function more(situation: Situation, window: readonly JobSample[]): MemoryPlan | undefined {
  const heaps = heapsIn(window);
  const collecting = Math.min(...collectingIn(window));
  const collects = collecting > dreySettings.mostGc;
  if (!collects && !(heaps.alive > dreySettings.fullestHeap)) return undefined;
  const sized = atMost(situation, heapFactor(heaps, 1, 1), situation.maxBytes);
  const least = (1 + dreySettings.leastMemoryMore) * situation.resources.memoryBytes;
  if (sized === undefined || sized.processBytes < least) return undefined;
  const text = collects
    ? `Garbage collection took ${percent(collecting)} of the time or more throughout a window: the heaps are too small.`
    : `${percent(heaps.alive)} of the heap or more were alive throughout a window: the heaps are too full.`;
  return planned(situation, sized, { code: collects ? 'GC_PRESSURE' : 'HEAP_TOO_FULL', text });
}

function less(
  situation: Situation,
  window: readonly JobSample[],
  { watched }: DreyView['memory'],
): MemoryPlan | undefined {
  const { input } = situation;
  const { alive, sinceMs = input.nowMs } = isOfNow(watched, situation) ? (watched ?? {}) : {};
  const isWatched = input.nowMs - sinceMs >= dreySettings.memoryWatchMs;
  const isCalm = collectingIn(window).every((share) => share <= dreySettings.usualGc);
  if (alive === undefined || !isWatched || !isCalm) return undefined;
  const fullest = Math.max(alive, aliveThroughout(window));
  const sized = atLeast(situation, fullest / dreySettings.aimedHeap, leastOf(situation, window));
  if (sized === undefined) return undefined;
  const text = `For ${span(input.nowMs - sinceMs)}, no more than ${percent(fullest)} of a heap were alive: less memory is enough.`;
  return planned(situation, sized, { code: 'HEAP_TOO_LARGE', text });
}

function isOfNow(watched: DreyView['memory']['watched'], { input, resources }: Situation): boolean {
  return watched?.bytes === resources.memoryBytes && watched.slots === slotsOf(input.job.vertices, {});
}

/** Managed memory shrinks along with the process: a state backend that uses it keeps what the user gave. */
function leastOf({ minBytes, usualBytes }: Situation, window: readonly JobSample[]): number {
  const isManagedUsed = window.some(({ taskManagers: seen }) => numberOf(seen?.managedUsedBytes?.max) > 0);
  return isManagedUsed ? Math.max(minBytes, usualBytes) : minBytes;
}
