/**
 * Part of feature `cost`: subtasks that cost nothing. The widest vertex of a slot sharing group decides how many slots there are;
 * the others get as many subtasks as make them less busy, so that they need no rescale of their own soon.
 */
import type { JobVertex } from './samples.ts';

export interface Wanted {
  readonly vertex: JobVertex;
  readonly parallelism: number;
  /** What it may have without costing more. */
  readonly roomy: number;
}

/** By vertex id: each as large as it wants, or as roomy as its group's slots let it be. */
export function withFreeRoom(wanted: readonly Wanted[]): Readonly<Record<string, number>> {
  const groups = new Map<string, number>();
  for (const { vertex, parallelism } of wanted) {
    const group = vertex.slotSharingGroup ?? 'default';
    groups.set(group, Math.max(groups.get(group) ?? 0, parallelism));
  }
  const slots = (vertex: JobVertex) => groups.get(vertex.slotSharingGroup ?? 'default') ?? 0;
  return Object.fromEntries(
    wanted.map(({ vertex, parallelism, roomy }) => [
      vertex.id,
      Math.max(parallelism, Math.min(roomy, slots(vertex), vertex.maxParallelism)),
    ]),
  );
}
