/** What a new entity does about generations that it finds under its name: take them over, never deploy beside them. */
import { keepingKnown, type Generation } from './generation.ts';
import { generationName } from './names.ts';

/** A generation found by its anchor. */
export interface FoundGeneration extends Generation {
  /** Whether its recorded submission runs now, as its JobManager says; undefined when it does not answer. */
  readonly running?: boolean;
  /** Whether its anchor is being deleted. */
  readonly leaving: boolean;
  /** Whether a stop was asked for and not refused. */
  readonly stopping: boolean;
  /** Whether an operation has begun to change the job and has not said how that ended. */
  readonly rescaling?: boolean;
  /** Whether no job was ever submitted to it: there is no state in it. */
  readonly unused?: boolean;
  /** Whether its recorded submission was seen to complete a checkpoint. */
  readonly checkpointed?: boolean;
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
  if (only && isAsAnchored(only) && only.specHash === specHash) {
    return { action: 'adopt', generation: withoutFindings(only) };
  }
  return { action: 'replace', generations: newestLast(found) };
}

/** From where a generation runs that was not seen to complete a checkpoint since: it may need that again. */
export function stillNeeded(found: readonly FoundGeneration[], { identity }: Generation): string | undefined {
  const one = found.find((other) => generationName(other.identity) === generationName(identity));
  return one?.checkpointed ? undefined : one?.restoreFrom;
}

/** Whether it runs, and is what its anchor says. */
function isAsAnchored({ running, leaving, stopping, rescaling }: FoundGeneration): boolean {
  return running === true && !leaving && !stopping && !rescaling;
}

/**
 * What a job has, after its cluster was asked: what is written on an anchor is newer than what the job knows of it, since an
 * operation that was lost wrote it there before it acted. What is of another job comes first, then a candidate, then what no job was
 * submitted to, then by their submissions; what runs comes last, and else the one with the newest submission last, so that its restore point
 * is the one used. That holds for what the job did not know, too: a rollback that was lost may have made what runs now.
 */
export function reconciled(found: readonly FoundGeneration[], known: readonly Generation[]): readonly Generation[] {
  const seen = new Map(found.map((one) => [generationName(one.identity), one]));
  const rank = ({ identity }: Generation) => rankOf(seen.get(generationName(identity)));
  const names = new Set(known.map(({ identity }) => generationName(identity)));
  const uids = new Set(known.map(({ identity }) => identity.uid));
  const unknown = found.filter(({ identity }) => !names.has(generationName(identity)));
  const strangers = unknown.filter(({ identity }) => !uids.has(identity.uid));
  const forgotten = unknown.filter(({ identity }) => uids.has(identity.uid)).map(withoutFindings);
  const anchored = new Map(found.map((one) => [generationName(one.identity), withoutFindings(one)]));
  const own = keepingKnown(
    known.map((one) => anchored.get(generationName(one.identity)) ?? one),
    known,
  );
  return [
    ...newestLast(strangers),
    ...[...forgotten, ...own].toSorted(
      (one, other) => candidatesFirst(one, other) || rank(one) - rank(other) || one.submission - other.submission,
    ),
  ];
}

/** What runs is the job, whatever is known of others: of these not even the anchors may be there. */
function rankOf(seen: FoundGeneration | undefined): number {
  if (seen?.running) return 2;
  return seen?.unused ? 0 : 1;
}

/** What was not promoted never counts as the job. */
function candidatesFirst(a: Generation, b: Generation): number {
  return Number(b.candidate ?? false) - Number(a.candidate ?? false);
}

/** Those that the job knows of, and whose anchors are not there. */
export function unfound(known: readonly Generation[], found: readonly FoundGeneration[]): readonly Generation[] {
  const names = new Set(found.map(({ identity }) => generationName(identity)));
  return known.filter(({ identity }) => !names.has(generationName(identity)));
}

/** Candidates come first; one that runs counts as the newest. */
export function newestLast(found: readonly FoundGeneration[]): readonly Generation[] {
  return found.toSorted(byAge).map(withoutFindings);
}

function byAge(a: FoundGeneration, b: FoundGeneration): number {
  const candidates = candidatesFirst(a, b);
  if (candidates !== 0) return candidates;
  const runs = Number(a.running ?? false) - Number(b.running ?? false);
  if (runs !== 0) return runs;
  // Submissions of one job count on; those of two jobs of one name do not.
  if (a.identity.uid === b.identity.uid) return a.submission - b.submission;
  return a.madeAt < b.madeAt ? -1 : 1;
}

function withoutFindings({
  running: _running,
  leaving: _leaving,
  stopping: _stopping,
  rescaling: _rescaling,
  unused: _unused,
  checkpointed: _checkpointed,
  madeAt: _madeAt,
  ...generation
}: FoundGeneration): Generation {
  return generation;
}
