/** The end of an operation, as far as it concerns what was wrong with the job. */
import type { Failure, FailureCode } from '../failure.ts';
import { activeAmong } from '../generation.ts';
import type { JobState, QueuedOperation, Revision } from '../job-state.ts';
import { waitingChange } from '../job-changes.ts';
import { leavesJobAlone } from '../operation-kinds.ts';
import type { StepName } from '../steps.ts';
import type { GivenParallelism } from '../scaling/given-parallelism.ts';
import { shorten } from '../spec/problem.ts';
import { withAttempt, type RecoveryAttempt } from './budget.ts';
import type { ActingAction, Finding, Retry } from './finding.ts';
import { recoveryAborted, rolledBack, withoutRoom } from './giving-up.ts';
import type { Trouble } from './trouble.ts';

/** What ran before memory was raised. */
export interface Former extends Revision {
  /** What was given then; absent where a release before this one has noted it. */
  readonly given?: GivenParallelism;
}

/** What an operation is to mend. */
export interface Mending extends Pick<Trouble, 'finding' | 'of' | 'since'> {
  readonly action: ActingAction;
  /** What it brings the job back with. */
  readonly revision: Revision;
  /** Whether it is to mend the candidate, and not the job. */
  readonly isCandidate?: true;
  /** What ran before, where the revision was made for this. */
  readonly former?: Former;
}

/** Characters of a message that an attempt is remembered by. */
const messageMax = 300;

/** Whether somebody canceled the job in Flink while it was brought back. @param state as the operation has left it */
export function isCanceledWhileMended({ phase }: JobState, { record, mends }: QueuedOperation): boolean {
  const isOfJob = mends !== undefined && !mends.isCandidate;
  return isOfJob && record.failure?.code === 'JOB_CANCELED_OUTSIDE' && phase === 'FAILED';
}

/** Whether the attempts go on to count after it: whoever scales by load has mended nothing, though it went well. */
export function keepsAttempts({ attempts = [] }: JobState, { record }: QueuedOperation): boolean {
  return attempts.length > 0 && record.requestedBy === 'autoscaler';
}

/** The first steps of what mends: before one of them is done, nothing was changed. */
const firstSteps: ReadonlySet<string> = new Set<StepName>(['clusterAsked', 'objectsHealed']);

/** Whether it mends, and has reached nobody: no agent took it up, or the cluster did not answer that one. */
export function isUnasked({ record: { failure, steps }, mends }: QueuedOperation): boolean {
  if (!mends || failure?.code !== 'CLUSTER_SILENT') return false;
  return !steps.some(({ name, state }) => state === 'done' && firstSteps.has(name));
}

/** How the end of an operation is taken. Releases before this one took none of it. */
export interface TakenAs {
  /** Whether a job that somebody canceled while it was brought back is left so; else that is judged, too. */
  readonly staysCanceled?: boolean;
  /** Whether the attempts made until now go on to count, though the operation went well. */
  readonly keepsAttempts?: boolean;
  /** Whether it has reached nobody: then it uses up nothing. */
  readonly isUnasked?: boolean;
}

/** Takes account of an operation that has ended. What was wrong with what it has replaced is over; the rest is judged anew. */
export function concludeTrouble(state: JobState, ended: QueuedOperation, taken: TakenAs = {}): void {
  const { record, mends } = ended;
  const { kind, failure } = record;
  if (!mends && leavesJobAlone(kind)) return;
  if (kind === 'discard' || (kind === 'promote' && failure)) return untouched(state);
  state.attempts = attemptsAfter(state, ended, taken);
  if (mends && failure) {
    const isLeft = taken.staysCanceled && isCanceledWhileMended(state, ended);
    return isLeft ? canceled(state, failure) : unmended(state, mends, failure);
  }
  // What has done nothing to a job that is to be brought back, though nothing of it may be there any more.
  if (!mends && state.phase === 'RECOVERING') return untouched(state);
  state.trouble = stillThere(state);
  if (mends?.action === 'rollBack') wentBack(state, record, mends);
}

function attemptsAfter(
  { attempts }: JobState,
  { record, mends }: QueuedOperation,
  { keepsAttempts: areKept, ...taken }: TakenAs,
): JobState['attempts'] {
  if (mends) return withAttempt(attempts ?? [], attemptOf(record, mends, taken));
  return record.failure || areKept ? attempts : [];
}

/** Why another revision runs now is still to be seen. One that has brought about no generation has found that the job had finished. */
function wentBack(state: JobState, { generation }: QueuedOperation['record'], { finding, revision }: Mending): void {
  const hasFinished = state.phase === 'FINISHED' && generation === undefined;
  if (!finding.failure || hasFinished) return;
  state.failure = rolledBack(finding.failure, revision.number);
  state.upgraded = undefined;
}

/** An attempt that has ended, as it is remembered. */
export function attemptOf(
  { requestedAt, endedAt, failure }: QueuedOperation['record'],
  mends: Mending,
  taken: Pick<TakenAs, 'isUnasked'> = {},
): RecoveryAttempt {
  const { finding, since, action } = mends;
  const hadNoRoom = failure !== undefined && foundNoRoom(mends, failure);
  return {
    sinceMs: Date.parse(since),
    atMs: Date.parse(requestedAt),
    ...(endedAt !== undefined && { endedAtMs: Date.parse(endedAt) }),
    hasSucceeded: !failure,
    reason: finding.reason,
    action,
    message: shorten(finding.failure?.message ?? finding.reason, messageMax),
    ...(hadNoRoom && { hadNoRoom }),
    ...(failure && { outcome: shorten(failure.message, messageMax) }),
    ...(taken.isUnasked && { unasked: 1 }),
  };
}

/** What is wrong with what runs the job, or last did. */
export function troubleOfActive({ trouble, generations }: JobState): Trouble | undefined {
  const active = activeAmong(generations);
  const isOfIt =
    active && trouble?.of.generation === active.identity.number && trouble.of.submission === active.submission;
  return isOfIt ? trouble : undefined;
}

/** Agents tell nothing twice: what is wrong with what still runs goes on to be wrong until they say otherwise. */
function stillThere(state: JobState): Trouble | undefined {
  const trouble = troubleOfActive(state);
  if (!trouble) return undefined;
  const { phase } = state;
  const { finding, of, since } = trouble;
  if (phase === 'RUNNING' || phase === 'DUAL_RUNNING' || phase === 'RECOVERING') return { finding, of, since };
  // What somebody wanted instead has failed, and Flink may still bring the job back: then it runs.
  const isTried = phase === 'FAILED' && finding.standing !== 'ended';
  return isTried ? { finding, of, since, isJudged: true, isGivenUp: true } : undefined;
}

/** What was only about the candidate, or has reached nobody, leaves what is wrong with the job: it is judged anew, unless it was given up. */
function untouched(state: JobState): void {
  if (!state.trouble || state.trouble.isGivenUp) return;
  const { finding, of, since, revision, goesBackTo } = state.trouble;
  state.trouble = { finding, of, since, ...(revision && { revision }), ...(goesBackTo && { goesBackTo }) };
}

/** What could not be brought back is judged again: nobody observes it now. */
function unmended(state: JobState, mends: Mending, failure: Failure): void {
  const { of, since, revision, finding, former } = mends;
  if (failure.code === 'ABORTED') return aborted(state, mends);
  const hasEnded = state.phase === 'FAILED' || state.phase === 'RECOVERING';
  const goesBackTo = hasEnded && foundNoRoom(mends, failure) ? former : undefined;
  const said = goesBackTo ? withoutRoom(failure, finding.memory) : failure;
  const next = hasEnded ? afterAttempt(finding, said) : afterRefusal(finding, failure);
  state.trouble = { finding: next, of, since, revision, ...(goesBackTo && { goesBackTo }) };
  if (state.phase === 'FAILED') state.phase = 'RECOVERING';
}

/** Somebody wanted the job to end while it was brought back. */
function canceled(state: JobState, failure: Failure): void {
  state.trouble = undefined;
  state.phase = 'CANCELED';
  state.failure = failure;
}

/** Whoever gave it up has something else in mind. */
function aborted(state: JobState, { finding, of, since, revision }: Mending): void {
  const next = waitingChange(state.queue);
  if (next) {
    // Where its candidate cannot take its place, the job is still to be brought back.
    state.trouble = next.record.kind === 'promote' ? { finding, of, since, revision } : undefined;
    return;
  }
  const isEnded = state.phase === 'FAILED' || state.phase === 'RECOVERING';
  state.trouble = { finding, of, since, isJudged: true, ...(isEnded && { isGivenUp: true }) };
  if (!isEnded || !finding.failure) return;
  state.phase = 'FAILED';
  state.failure = recoveryAborted(finding.failure, revision.spec);
}

/** Said where Kubernetes has no room for what a job asks for, or a quota allows no more. */
const noRoom: readonly FailureCode[] = ['NOT_SCHEDULABLE', 'OBJECTS_REFUSED'];

function foundNoRoom({ former }: Mending, { code }: Failure): boolean {
  return former !== undefined && noRoom.includes(code);
}

/** What an attempt that failed says of the next one. */
const retries: Partial<Record<FailureCode, Retry>> = {
  STATE_INCOMPATIBLE: 'useless',
  STATE_TOO_OLD: 'useless',
  STATE_GONE: 'useless',
  PARALLELISM_TOO_HIGH: 'useless',
  MAIN_METHOD_THREW: 'unlikely',
  ENTRY_CLASS_MISSING: 'unlikely',
  JAR_MISSING: 'unlikely',
  NO_JOB_SUBMITTED: 'unlikely',
};

/** What is wrong when an attempt has failed: only another one can bring it back. */
export function afterAttempt({ memory: _memory, ...finding }: Finding, failure: Failure): Finding {
  return { ...finding, action: 'restartCluster', standing: 'ended', failure, retry: retryAfter(finding, failure) };
}

/** What runs on was left alone, and where it would be again for the same reason, that is what its reader can mend. */
function afterRefusal(finding: Finding, { message, cure, ...refusal }: Failure): Finding {
  const retry = retryAfter(finding, refusal);
  const { failure } = finding;
  if (retry === finding.retry || !failure) return { ...finding, retry };
  return {
    ...finding,
    retry,
    failure: { ...failure, message: `${failure.message} It was left as it is: ${message}`, cure },
  };
}

function retryAfter({ retry }: Pick<Finding, 'retry'>, { code }: Pick<Failure, 'code'>): Retry {
  return retries[code] ?? retry;
}
