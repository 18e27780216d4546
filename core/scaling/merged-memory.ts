/** What an autoscaler remembers: its workflow and the agent each hold a part, and each knows some of it better. */
import type { Distrust, EngineMemory, JobScaling } from '../autoscaler/memory.ts';

/**
 * The memory to decide with. Scalings, and the memory given with them, are known to the workflow, which has them carried out; what is learned
 * from samples, and what waits to shrink, to the agent, which sees every sample.
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
  };
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
