/** What an autoscaler remembers: its workflow and the agent each hold a part, and each knows some of it better. */
import { addWish } from '../autoscaler/delayed-scale-down.ts';
import type { DelayedScaleDown, Distrust, EngineMemory, JobScaling } from '../autoscaler/memory.ts';

/**
 * The memory to decide with. Scalings, and the memory given with them, are known to the workflow, which has them carried out; what is learned
 * from samples, and what waits to shrink, to the agent, which sees every sample. Wishes that one agent told and the next has lost are added.
 * @param held of the workflow; absent: it is new, and all that is known is what the agent has kept.
 */
export function mergedMemory(held: EngineMemory | undefined, seen: EngineMemory): EngineMemory {
  if (!held) return seen;
  const { memoryGiven: _seen, memoryTriedAtMs: _tried, memoryRefused: _refused, ...learned } = seen;
  return {
    ...learned,
    ...(held.memoryGiven && { memoryGiven: held.memoryGiven }),
    ...(held.memoryTriedAtMs !== undefined && { memoryTriedAtMs: held.memoryTriedAtMs }),
    ...(held.memoryRefused && { memoryRefused: held.memoryRefused }),
    scalings: held.scalings,
    jobScalings: held.jobScalings.map((one) => withRestart(one, seen.jobScalings)),
    distrusts: newestOf([...held.distrusts, ...seen.distrusts]),
    delayedScaleDowns: delaysOf(held, seen.delayedScaleDowns),
  };
}

/** What waits by what the agent sees: but for what began before the newest scaling, which has ended all waiting. */
function delaysOf(held: EngineMemory, seen: EngineMemory['delayedScaleDowns']): EngineMemory['delayedScaleDowns'] {
  const scaledMs = held.jobScalings.at(-1)?.atMs ?? -Infinity;
  const waiting = Object.entries(seen).filter(([, { sinceMs }]) => sinceMs > scaledMs);
  return Object.fromEntries(
    waiting.map(([id, delayed]) => [id, withWishes(delayed, held.delayedScaleDowns[id]?.wishes ?? [])]),
  );
}

/** With the wishes of that wait that others know of. More of them never lead further down: the largest counts. */
function withWishes({ sinceMs, wishes }: DelayedScaleDown, others: DelayedScaleDown['wishes']): DelayedScaleDown {
  const all = [...others.filter(({ atMs }) => atMs >= sinceMs), ...wishes].toSorted((one, two) => one.atMs - two.atMs);
  // How old they may be is the engine's to say, when it adds the next one.
  return all.reduce<DelayedScaleDown>((delayed, wish) => addWish(delayed, wish, Infinity), { sinceMs, wishes: [] });
}

/** How long a restart took is seen by whoever looks at the job first. */
function withRestart(scaling: JobScaling, seen: readonly JobScaling[]): JobScaling {
  const restartMs = scaling.restartMs ?? seen.find(({ decision }) => decision === scaling.decision)?.restartMs;
  return restartMs === undefined ? scaling : { ...scaling, restartMs };
}

/** Of each vertex, the one that was found last: it counts those before. */
function newestOf(all: readonly Distrust[]): readonly Distrust[] {
  const newest = new Map<string, Distrust>();
  for (const one of all) {
    const other = newest.get(one.vertex);
    if (!other || other.atMs < one.atMs) newest.set(one.vertex, one);
  }
  return [...newest.values()];
}
