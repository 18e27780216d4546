/** Parts of a job between which no record passes, as a set of SQL statements makes them: what holds one up leaves the others as they are. */
import type { JobVertex } from './samples.ts';

/** By vertex id, the name of its pipeline. */
export function pipelinesOf(vertices: readonly JobVertex[]): ReadonlyMap<string, string> {
  const names = new Map(vertices.map(({ id }) => [id, id]));
  for (const { id, inputs } of vertices)
    for (const input of inputs) rename(names, names.get(input.id), names.get(id) ?? id);
  return names;
}

function rename(names: Map<string, string>, from: string | undefined, to: string): void {
  for (const [id, name] of names) if (name === from) names.set(id, to);
}
