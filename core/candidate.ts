/** A candidate: the next revision of a job, which runs beside the active one until it is promoted or discarded. */
import type { Generation } from './generation.ts';
import type { CandidateVerdict, JobPhase } from './job.ts';
import type { Refusal } from './job-changes.ts';
import type { JobState } from './job-state.ts';
import { parseDurationMs } from './spec/duration.ts';

type Waiting = Pick<JobState, 'phase' | 'generations' | 'candidateSince' | 'candidateIsStuck'>;

type Markable = Pick<Generation, 'candidate'>;

/** The one that waits for a verdict; undefined while none does. */
export function waitingCandidate<One extends Markable>({
  phase,
  generations,
}: {
  readonly phase: JobPhase;
  readonly generations: readonly One[];
}): One | undefined {
  return phase === 'DUAL_RUNNING' ? candidateAmong(generations) : undefined;
}

/** The one that was not promoted. */
export function candidateAmong<One extends Markable>(generations: readonly One[]): One | undefined {
  return generations.find(({ candidate }) => candidate);
}

/** The same generation, as the active one. */
export function promoted({ candidate: _candidate, ...generation }: Generation): Generation {
  return generation;
}

/** What becomes of it by itself, and when (ISO 8601), as its spec says; undefined where it waits for a person. */
export function candidateDue(
  state: Waiting,
): { readonly operation: CandidateVerdict; readonly at: string } | undefined {
  const { promoteAfter, discardAfter } = waitingCandidate(state)?.spec.spec.upgrade ?? {};
  const [operation, after] =
    promoteAfter === undefined ? (['discard', discardAfter] as const) : (['promote', promoteAfter] as const);
  if (after === undefined || state.candidateSince === undefined || state.candidateIsStuck) return undefined;
  return { operation, at: new Date(Date.parse(state.candidateSince) + parseDurationMs(after)).toISOString() };
}

/** While a candidate waits for its verdict, or that is carried out. */
const besideCandidate: readonly JobPhase[] = ['DUAL_RUNNING', 'PROMOTING', 'DISCARDING'];

/** Why no other spec is taken; undefined when it is. */
export function refusalBesideCandidate({ name, phase }: Pick<JobState, 'name' | 'phase'>): Refusal | undefined {
  if (!besideCandidate.includes(phase)) return undefined;
  return {
    code: 'CANDIDATE_WAITS',
    message: `A candidate runs beside job ${name}, and is neither promoted nor discarded yet.`,
  };
}

/** Why there is nothing to promote or discard. */
export function noCandidate({ name, phase }: Pick<JobState, 'name' | 'phase'>): Refusal {
  return { code: 'NO_CANDIDATE', message: `No candidate runs beside job ${name}: it is ${phase}.` };
}
