/** Savepoints of which some cannot be deleted: when the rest is still tried, and what is said then. */
import type { Failure } from './failure.ts';

/** A storage pod starts soon or not at all; what took longer than this would do so for each of them. */
const promptMs = 60_000;

/** Whether the next may go all the same: one that the storage refuses is no other's fault. An agent that is silent, or a volume that is not mounted, is the same for each. */
export function mayOthersGo({ code }: Failure, tookMs: number): boolean {
  return code === 'STORAGE_UNUSABLE' && tookMs <= promptMs;
}

/**
 * Why not all are gone.
 * @param all the numbers of those that were to go.
 * @param gone those of them that are gone.
 */
export function notAllGone(first: Failure, all: readonly number[], gone: readonly number[]): Failure {
  if (all.length <= 1) return first;
  const left = all.filter((number) => !gone.includes(number));
  const what = `Still there: ${left.join(', ')}. Gone: ${gone.join(', ') || 'none'}.`;
  return { ...first, message: `${first.message} ${what}` };
}
