/**
 * What an autoscaler believes once another program has taken the job's place (another image, other arguments …): what was measured of the
 * one before says little of this one. What is known of the load, of how long rescales take and of room in the cluster stays.
 */
import type { EngineMemory } from './memory.ts';

/** Capacities are forgotten, and heaps watched anew. Findings of a vertex or a size stay, and count by when they were made. */
export function ofProgram(memory: EngineMemory, digest: string | undefined, nowMs: number): EngineMemory {
  const { program, watched, ...kept } = memory;
  if (digest === undefined || program?.digest === digest) return memory;
  if (program === undefined) return { ...memory, program: { digest, sinceMs: 0 } };
  const { alive: _alive, ...size } = watched ?? {};
  return {
    ...kept,
    capacity: {},
    ...('bytes' in size && { watched: { ...size, sinceMs: nowMs } }),
    program: { digest, sinceMs: nowMs },
  };
}

/** Whether what was found at a time was found of the program that runs. */
export function isOfProgram({ program }: Pick<EngineMemory, 'program'>, atMs: number): boolean {
  return program === undefined || atMs >= program.sinceMs;
}
