/** What a new entity does about generations that it finds under its name: take them over, never deploy beside them. */
import type { Generation } from './generation.ts';
import { generationName } from './names.ts';

/** A generation found by its anchor. */
export interface FoundGeneration extends Generation {
  /** Whether its recorded submission runs now, as its JobManager says; undefined when it does not answer. */
  readonly running?: boolean;
  /** Whether its anchor is being deleted. */
  readonly leaving: boolean;
  /** Whether a stop was asked for and not refused. */
  readonly stopping: boolean;
  /** When its anchor was made, in Kubernetes's own words; numbers tell nothing between jobs of one name. */
  readonly madeAt: string;
}

export type Adoption =
  | { readonly action: 'deploy' }
  /** The very same spec runs already: it is taken over as it is. */
  | { readonly action: 'adopt'; readonly generation: Generation }
  /** Something else is there: it is stopped, with its state, before the new generation starts. */
  | { readonly action: 'replace'; readonly generations: readonly Generation[] };

/**
 * Decides about what was found. A generation that is leaving is replaced too: its removal is finished, not trusted.
 * The newest comes last, so that its restore point is the one used.
 */
export function decideAdoption(found: readonly FoundGeneration[], specHash: string): Adoption {
  if (found.length === 0) return { action: 'deploy' };
  const only = found.length === 1 ? found[0] : undefined;
  if (only && only.running === true && !only.leaving && !only.stopping && only.specHash === specHash) {
    return { action: 'adopt', generation: withoutFindings(only) };
  }
  return { action: 'replace', generations: newestLast(found) };
}

/**
 * Generations in the cluster that a job does not know of: an attempt that came late made them. They are ended like its own,
 * before those, so that its own restore points stay the newest.
 */
export function strangersAmong(found: readonly FoundGeneration[], known: readonly Generation[]): readonly Generation[] {
  const names = new Set(known.map(({ identity }) => generationName(identity)));
  return newestLast(found.filter(({ identity }) => !names.has(generationName(identity))));
}

/** One that runs counts as the newest. */
function newestLast(found: readonly FoundGeneration[]): readonly Generation[] {
  return found.toSorted(byAge).map(withoutFindings);
}

function byAge(a: FoundGeneration, b: FoundGeneration): number {
  return Number(a.running ?? false) - Number(b.running ?? false) || (a.madeAt < b.madeAt ? -1 : 1);
}

function withoutFindings({
  running: _running,
  leaving: _leaving,
  stopping: _stopping,
  madeAt: _madeAt,
  ...generation
}: FoundGeneration): Generation {
  return generation;
}
