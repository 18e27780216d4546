/**
 * How a candidate is: heard of, judged and brought back beside the job and apart from it, by the same table and with a budget of its
 * own. Each function takes one of these into the entity's state.
 */
import { candidateAmong, countedCandidate } from './candidate.ts';
import { cutEvidence, type Failure } from './failure.ts';
import type { Generation } from './generation.ts';
import { runs, type CandidateSeen } from './job.ts';
import type { JobState, QueuedOperation, Revision } from './job-state.ts';
import type { Observation, ObservationOrder } from './observation/observation.ts';
import { isNewer } from './observation/order.ts';
import type { JobObservedSignal } from './observation/signal.ts';
import { thatReached, withAttempt, type RecoveryAttempt } from './recovery/budget.ts';
import type { RecoveryDecision, RecoveryInput } from './recovery/decision.ts';
import { withoutRaise } from './recovery/finding.ts';
import { afterAttempt, attemptOf, concludeTrouble, type Mending, type TakenAs } from './recovery/mending.ts';
import { isSame, type Trouble } from './recovery/trouble.ts';
import { counted } from './recovery/words.ts';

export interface CandidateHealth {
  /** The number of the generation that it is about. */
  readonly generation: number;
  /** The order of the newest observation that was heard of. */
  readonly heard?: ObservationOrder;
  readonly seen?: CandidateSeen;
  readonly trouble?: Trouble;
  /** How it was brought back until now, the oldest first. */
  readonly attempts?: readonly RecoveryAttempt[];
  /** Since when it has been well again; ISO 8601, of the workflow's clock. Absent where it always was. */
  readonly wellSince?: string;
  /** Why it is given up: the job shows that when the candidate has gone. */
  readonly lost?: Failure;
}

/** Whether an agent has seen a candidate, and not what runs the job. */
export function isOfCandidate({ generations }: Pick<JobState, 'generations'>, observation: Observation): boolean {
  return candidateSeen(generations, observation) !== undefined;
}

function candidateSeen(generations: readonly Generation[], { uid, generation, submission }: Observation) {
  return generations.find(
    (one) =>
      one.candidate && one.identity.uid === uid && one.identity.number === generation && one.submission === submission,
  );
}

/** Takes what an agent has seen of it, also while an operation brings it up: agents tell nothing twice. @returns whether it is news. */
export function heardOfCandidate(state: JobState, { observation, finding }: JobObservedSignal, now: string): boolean {
  const { generation, order } = observation;
  const known: CandidateHealth = state.candidateHealth ?? { generation };
  // What is being replaced says nothing of what comes.
  if (!isOfCandidate(state, observation) || generation < known.generation) return false;
  if (!isNewer({ order }, known.heard && { order: known.heard })) return false;
  const isWell = !finding || finding.action === 'acceptFinished';
  const next = isWell ? wellAgain(known, now) : inTrouble(known, finding, observation, now);
  state.candidateHealth = { ...next, generation, heard: order, seen: seenIn(observation) };
  return true;
}

function wellAgain({ trouble, lost: _lost, ...known }: CandidateHealth, now: string): CandidateHealth {
  return trouble ? { ...known, wellSince: now } : known;
}

function inTrouble(
  { trouble, lost, wellSince: _since, ...known }: CandidateHealth,
  finding: Trouble['finding'],
  { generation, submission }: Observation,
  now: string,
): CandidateHealth {
  const before = trouble?.of.generation === generation ? trouble : undefined;
  if (before && (before.isGivenUp || isSame(before.finding, finding)))
    return { ...known, trouble: before, ...(lost && { lost }) };
  return { ...known, trouble: { finding, of: { generation, submission }, since: before?.since ?? now } };
}

function seenIn({ seenAt, job, restarts, checkpoints, cause }: Observation): CandidateSeen {
  const newest = checkpoints?.newest;
  return {
    at: seenAt,
    state: job.state,
    restarts: restarts.count,
    ...(newest && {
      checkpoint: {
        id: newest.id,
        ...(newest.path !== undefined && { path: newest.path }),
        completedAt: new Date(newest.completedAtMs).toISOString(),
      },
    }),
    ...(cause && { failure: cause.failure }),
  };
}

/** Whether something is wrong with it that nothing was decided about. The job itself comes first where it is to be brought back. */
export function isCandidateToBeJudged(state: JobState): boolean {
  const { candidateHealth, phase, running } = state;
  if (!candidateHealth?.trouble || candidateHealth.trouble.isJudged || running) return false;
  return countedCandidate(state) !== undefined && (runs(phase) || phase === 'FAILED');
}

/** What the decision is made of. It is never rolled back: the job runs what was before. */
export function candidateJudgement(state: JobState, trouble: Trouble, nowMs: number): RecoveryInput {
  const { attempts = [] } = state.candidateHealth ?? {};
  const { spec } = candidateRevision(state);
  return { finding: withoutRaise(trouble.finding), spec, attempts, sinceMs: Date.parse(trouble.since), nowMs };
}

/** What it is brought back with. */
function candidateRevision(state: JobState): Revision {
  const candidate = candidateAmong(state.generations);
  if (!candidate) throw new Error('the job has no candidate');
  return { number: candidate.revision, spec: candidate.spec, specHash: candidate.specHash };
}

/** Takes in what was decided. @returns whether it is given up, and is to be discarded. */
export function takeCandidateDecision(state: JobState, trouble: Trouble, decision: RecoveryDecision): boolean {
  const health = state.candidateHealth;
  if (!health) return false;
  const judged = { ...trouble, isJudged: true } as const;
  switch (decision.step) {
    case 'act': {
      const { action, atMs, made } = decision;
      const dueAt = new Date(atMs).toISOString();
      state.candidateHealth = { ...health, attempts: made, trouble: { ...judged, action, dueAt } };
      return false;
    }
    case 'fail':
    case 'accept': {
      // Who wants nothing done wants to look at it.
      const isToGo = candidateRevision(state).spec.spec.recovery.policy !== 'never';
      const lost = isToGo ? { lost: lostFailure(state, trouble, decision.failure) } : {};
      state.candidateHealth = { ...health, ...lost, trouble: { ...judged, isGivenUp: true } };
      return isToGo;
    }
    case 'show':
    case 'wait':
      state.candidateHealth = { ...health, trouble: judged };
      return false;
    default:
      return decision satisfies never;
  }
}

function lostFailure(state: JobState, { finding }: Trouble, final: Failure | undefined): Failure {
  const { number } = candidateRevision(state);
  const tried = thatReached(state.candidateHealth?.attempts ?? []).length;
  const told = finding.failure ?? { message: finding.reason, cure: 'See what has ended it.' };
  const why = tried === 0 ? '' : `${counted(tried, 'attempt')} to bring it back did not last. `;
  return {
    code: final?.code ?? 'NOT_BROUGHT_BACK',
    message: `The candidate of revision ${number} was discarded; the job itself was not touched. ${why}${told.message}`,
    cure: `${told.cure} Then apply the spec again: that brings up another candidate.`,
    ...(final?.evidence !== undefined && { evidence: cutEvidence(final.evidence) }),
  };
}

/** What is to be mended now. Its time is over then. */
export function candidateMending(state: JobState): Mending | undefined {
  const health = state.candidateHealth;
  if (!health?.trouble?.action) return undefined;
  const { finding, of, since, action } = health.trouble;
  state.candidateHealth = { ...health, trouble: { ...health.trouble, dueAt: undefined } };
  return { finding, of, since, action, revision: candidateRevision(state), isCandidate: true };
}

/** When an operation has ended, and what that means by then. */
interface Conclusion extends TakenAs {
  /** ISO 8601, of the workflow's clock. */
  readonly now: string;
}

/** Takes account of an operation that has ended, as far as it concerns what was wrong with the job or with its candidate. */
export function concludeMending(state: JobState, ended: QueuedOperation, { now, ...taken }: Conclusion): void {
  if (ended.mends?.isCandidate) concludeCandidate(state, ended.record, ended.mends, { now, ...taken });
  else concludeTrouble(state, ended, taken);
}

function concludeCandidate(
  state: JobState,
  record: QueuedOperation['record'],
  mends: Mending,
  { now, isUnasked }: Conclusion,
): void {
  const { candidateHealth: health } = state;
  const number = candidateAmong(state.generations)?.identity.number;
  if (!health || number === undefined) return;
  const { failure } = record;
  const { action, finding, of, since } = mends;
  const attempts = withAttempt(health.attempts ?? [], attemptOf(record, mends, { isUnasked: isUnasked ?? false }));
  if (failure?.code === 'ABORTED') {
    // Nothing was found out: something else came first.
    state.candidateHealth = { ...health, trouble: { finding, of, since } };
  } else if (failure) {
    // What is left of the attempt may be observed by nobody.
    const left = action === 'heal' ? finding : afterAttempt(finding, failure);
    state.candidateHealth = { ...health, attempts, trouble: { finding: left, of, since } };
  } else {
    const { trouble: _mended, ...known } = health;
    const still = troubleOf(health, number);
    state.candidateHealth = {
      ...known,
      generation: number,
      attempts,
      wellSince: now,
      ...(still && { trouble: still }),
    };
    state.candidateIsStuck = undefined;
  }
}

/** What is wrong with that generation, to be judged anew: agents tell nothing twice. */
function troubleOf(health: CandidateHealth | undefined, generation: number | undefined): Trouble | undefined {
  const { trouble } = health ?? {};
  if (!trouble || trouble.of.generation !== generation) return undefined;
  const { finding, of, since } = trouble;
  return { finding, of, since };
}

/** What is wrong with the candidate that was promoted is wrong with the job. */
export function promotedTrouble({ candidateHealth, generations }: JobState): Trouble | undefined {
  return troubleOf(candidateHealth, generations.at(-1)?.identity.number);
}
