/**
 * Part of feature `bottleneck`: where to look for what holds a vertex up, once more subtasks were of no use to it. Flink measures nothing
 * outside of itself, so it is told by the place of the vertex in the job's graph: what ends a pipeline writes, what begins one reads.
 */
import { outputsOf } from './edges.ts';
import type { JobVertex } from './samples.ts';

type Place = 'sink' | 'source' | 'between';

const suspects: Readonly<Record<Place, string>> = {
  sink: 'It holds a sink: look at what that writes to',
  source: 'It is a source: look at what it reads from',
  between: 'Look at services that it calls, and for a key that most records have',
};

/** What a connector's writer is called in the name of a vertex that has others chained to it, or a committer after it. */
const sinkName = /\bsink\b|\bwriter\b/iu;

/** A sentence without its full stop. @param vertices all of the job. */
export function outsideLimit(vertex: JobVertex, vertices: readonly JobVertex[]): string {
  return suspects[placeOf(vertex, vertices)];
}

/** A job of one vertex writes and reads; that it writes is where more subtasks are mostly of no use. */
function placeOf({ id, name, inputs }: JobVertex, vertices: readonly JobVertex[]): Place {
  if (outputsOf(id, vertices) === 0 || sinkName.test(name)) return 'sink';
  return inputs.length === 0 ? 'source' : 'between';
}
