/** A candidate: the next revision of a job, which runs beside the active one until it is promoted or discarded. */
import type { Generation } from './generation.ts';
import { runs, type CandidateVerdict, type JobPhase } from './job.ts';
import type { Refusal } from './job-changes.ts';
import type { JobState } from './job-state.ts';
import { generationName } from './names.ts';
import { parseDurationMs } from './spec/duration.ts';

type Waiting = Pick<JobState, 'phase' | 'generations' | 'candidateSince' | 'candidateIsStuck' | 'candidateHealth'>;

type Markable = Pick<Generation, 'candidate'>;

/** What of a job tells whether it has a candidate. */
export interface Beside<One extends Markable = Markable> {
  readonly phase: JobPhase;
  readonly generations: readonly One[];
  /** Absent where what is marked as one was never stable: an upgrade has failed, and could not clear it away. */
  readonly candidateSince?: string | undefined;
}

/** While nothing is done about it. The job itself may be in trouble, and its candidate is well. */
const waitsIn: readonly JobPhase[] = ['DUAL_RUNNING', 'RECOVERING', 'FAILED'];

/** The one that waits for a verdict; undefined while none does. */
export function waitingCandidate<One extends Markable>(job: Beside<One>): One | undefined {
  return waitsIn.includes(job.phase) ? countedCandidate(job) : undefined;
}

/** The one that came up beside the job, and was neither promoted nor discarded yet. */
export function countedCandidate<One extends Markable>({
  generations,
  candidateSince,
}: Omit<Beside<One>, 'phase'>): One | undefined {
  return candidateSince === undefined ? undefined : candidateAmong(generations);
}

/** The one that was not promoted. Where an operation that was lost has left several, the newest comes last. */
export function candidateAmong<One extends Markable>(generations: readonly One[]): One | undefined {
  return generations.findLast(({ candidate }) => candidate);
}

/**
 * The one that a verdict is about. An operation that was lost may have promoted it: then nothing marks it any more, and where it is silent the
 * job beside it seems to be the newest.
 * @param known what the job had when that operation began.
 */
export function toPromote(now: readonly Generation[], known: readonly Generation[]): Generation | undefined {
  const was = candidateAmong(known)?.identity;
  const unmarked = was && now.find(({ identity }) => generationName(identity) === generationName(was));
  return candidateAmong(now) ?? unmarked ?? now.at(-1);
}

/** Whether an operation that was lost has promoted it: its anchor marks it no more. @param known what the job had before. */
export function wasPromoted({ identity, candidate }: Generation, known: readonly Generation[]): boolean {
  const was = candidateAmong(known)?.identity;
  return !candidate && was !== undefined && generationName(was) === generationName(identity);
}

/** What was found beside a candidate that nobody has decided about to the end: a promotion that failed may have taken its mark. */
export function markedAsKnown<One extends Generation>(
  found: readonly One[],
  known: readonly Generation[],
): readonly One[] {
  return found.map((one) => (wasPromoted(one, known) ? { ...one, candidate: true } : one));
}

/** With the savepoint that its candidate may need again. */
export function withCandidateFrom(state: JobState): JobState & { readonly candidateFrom?: string | undefined } {
  return { ...state, candidateFrom: countedCandidate(state)?.restoreFrom };
}

/** The same generation, as the active one. */
export function promoted({ candidate: _candidate, ...generation }: Generation): Generation {
  return generation;
}

/**
 * What becomes of it by itself, and when (ISO 8601), as its spec says; undefined where it waits for a person. What something is wrong
 * with is not promoted by itself, nor is it before it has been well again for as long as its upgrade asks for.
 */
export function candidateDue(
  state: Waiting,
): { readonly operation: CandidateVerdict; readonly at: string } | undefined {
  const { candidateSince, candidateIsStuck, candidateHealth: health } = state;
  const { promoteAfter, discardAfter, stableAfter } = waitingCandidate(state)?.spec.spec.upgrade ?? {};
  if (candidateSince === undefined || candidateIsStuck) return undefined;
  if (promoteAfter === undefined) {
    // While the job itself does not run, its candidate may be what a person wants.
    const isToGo = discardAfter !== undefined && runs(state.phase);
    return isToGo ? { operation: 'discard', at: later(candidateSince, discardAfter) } : undefined;
  }
  if (health?.trouble) return undefined;
  const steadyAt = health?.wellSince === undefined ? '' : later(health.wellSince, stableAfter ?? '0s');
  return { operation: 'promote', at: [later(candidateSince, promoteAfter), steadyAt].toSorted().at(-1) ?? '' };
}

function later(since: string, span: string): string {
  return new Date(Date.parse(since) + parseDurationMs(span)).toISOString();
}

/** While its verdict is carried out. */
const deciding: readonly JobPhase[] = ['PROMOTING', 'DISCARDING'];

/** Why no other spec is taken; undefined when it is. */
export function refusalBesideCandidate(job: Beside & Pick<JobState, 'name'>): Refusal | undefined {
  const { name, phase } = job;
  if (!waitingCandidate(job) && !deciding.includes(phase)) return undefined;
  return {
    code: 'CANDIDATE_WAITS',
    message: `A candidate runs beside job ${name}, and is neither promoted nor discarded yet.`,
  };
}

/** Why there is nothing to promote or discard. */
export function noCandidate({ name, phase }: Pick<JobState, 'name' | 'phase'>): Refusal {
  return { code: 'NO_CANDIDATE', message: `No candidate runs beside job ${name}: it is ${phase}.` };
}
