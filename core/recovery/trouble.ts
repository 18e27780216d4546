/** What is wrong with a job: heard of, judged, acted on, and over. Each function takes one of these into the entity's state. */
import { countedCandidate } from '../candidate.ts';
import { countsAfter, isNewer } from '../observation/order.ts';
import type { Observation } from '../observation/observation.ts';
import type { JobObservedSignal, ObjectsGoneSignal } from '../observation/signal.ts';
import { noteFinished } from '../finished-job.ts';
import { activeAmong, type Generation } from '../generation.ts';
import { runs, type JobPhase } from '../job.ts';
import type { JobState, Revision } from '../job-state.ts';
import { leavesJobAlone } from '../operation-kinds.ts';
import type { RecoveryDecision, RecoveryInput } from './decision.ts';
import { generationName } from '../names.ts';
import { withoutRaise, type ActingAction, type Finding } from './finding.ts';
import type { Former } from './mending.ts';
import { goneFinding } from './object-rows.ts';
import { dropUnplaced, keepUnplaced, placedNow } from './unplaced.ts';

/** The Flink job that something is wrong with. */
interface Subject {
  readonly generation: number;
  readonly submission: number;
}

export interface Trouble {
  readonly finding: Finding;
  readonly of: Subject;
  /** When it was first heard of; ISO 8601, of the workflow's clock. */
  readonly since: string;
  /** Whether what is done about it was decided. */
  readonly isJudged?: true | undefined;
  /** What was decided, where that is to act. */
  readonly action?: ActingAction | undefined;
  /** When that is begun (ISO 8601); absent once it was. */
  readonly dueAt?: string | undefined;
  /** What the job is brought back with; absent: with what ran. */
  readonly revision?: Revision | undefined;
  /** What ran before memory was raised in vain: the next attempt makes a new revision of it. */
  readonly goesBackTo?: Former | undefined;
  /** A spec that is to be a new revision for it. */
  readonly brings?: Pick<Revision, 'spec' | 'specHash'> | undefined;
  /** Whether nothing more is done about it, unless the job comes back by itself. */
  readonly isGivenUp?: true | undefined;
}

/** What releases before this one did not hear. Each is asked only where it makes a difference. */
export interface Hears {
  /** A job that was given up runs again though something is wrong with it: they left it FAILED. */
  readonly mayRise: () => boolean;
  /** A job is well again while an operation runs that leaves it alone: they left it RECOVERING, and heard of it no more. */
  readonly isUpBeside: () => boolean;
}

const hearsAll: Hears = { mayRise: () => true, isUpBeside: () => true };

/**
 * Takes what an agent has seen: of the submission that runs the job, and newer than what is known.
 * @returns whether it is news.
 */
export function heardOf(state: JobState, seen: JobObservedSignal, now: string, hears: Hears = hearsAll): boolean {
  const { observation, finding } = seen;
  const active = subjectOf(state, observation);
  if (!active) keepUnplaced(state, seen);
  if (!active || !isListening(state, active, hears)) return false;
  dropUnplaced(state, observation);
  if (!isNewer({ order: observation.order }, state.heard && { order: state.heard })) return false;
  state.heard = observation.order;
  noteCheckpoint(state, active, observation);
  if (!finding) return (!state.running || isOf(state.trouble, active)) && isOver(state, hears);
  return heardOfTrouble(state, active, finding, { now, hears });
}

/**
 * Takes what was seen of what runs the job now, while an operation ran that brought it about: the job did not know it then. What was heard
 * since was of other generations. @returns whether it is news.
 */
export function heardUnplaced(state: JobState, now: string, hears: Hears = hearsAll): boolean {
  const [seen, order] = [placedNow(state), state.heard];
  state.unplaced = undefined;
  if (!seen) return false;
  delete state.heard;
  const isNews = heardOf(state, seen, now, hears);
  if (order && isNewer({ order }, state.heard && { order: state.heard })) state.heard = order;
  return isNews;
}

interface Hearing {
  readonly now: string;
  readonly hears: Hears;
}

function heardOfTrouble(state: JobState, active: Generation, finding: Finding, { now, hears }: Hearing): boolean {
  const known = isOf(state.trouble, active) ? state.trouble : undefined;
  if (known && isNoNews(known, finding, hears)) return false;
  if (known?.isGivenUp && finding.standing === 'running') isUpAgain(state, hears);
  const of = { generation: active.identity.number, submission: active.submission };
  state.trouble = { finding, of, since: sinceOf(known, finding) ?? now };
  return true;
}

/** The same again; and of what was given up all but its end, and that it runs. */
function isNoNews(known: Trouble, finding: Finding, { mayRise }: Hears): boolean {
  if (isSame(known.finding, finding)) return true;
  if (!known.isGivenUp || isAccepted(finding)) return false;
  return finding.standing !== 'running' || !mayRise();
}

/**
 * What was only shown of a job that ran is not what has ended it, nor the fault of its revision: until now it has lasted. So that counts anew
 * which went away while something else was shown, and comes again: agents tell of one trouble at a time.
 */
function sinceOf(known: Trouble | undefined, { standing, isOfRevision }: Finding): string | undefined {
  const isShown = known?.finding.standing === 'running' && !known.finding.isOfRevision;
  return isShown && (standing !== 'running' || isOfRevision) ? undefined : known?.since;
}

/** The anchor says so, too, and may be gone when it is asked for. */
function noteCheckpoint(
  state: JobState,
  { identity: { uid, number }, submission }: Generation,
  { checkpoints }: Observation,
): void {
  if (!checkpoints?.newest) return;
  state.generations = state.generations.map((one) =>
    one.identity.uid === uid && one.identity.number === number ? { ...one, checkpointedBy: submission } : one,
  );
}

/**
 * What the observation is about, if it counts: what runs the job; and while an operation runs also what that brings about, for agents tell
 * nothing twice, and it may break before the operation has ended. Then the newest submission counts: the others are being ended.
 */
function subjectOf({ generations, running, trouble }: JobState, observation: Observation): Generation | undefined {
  const active = activeAmong(generations);
  if (!running) return active && countsAfter(observation, { generation: active }) ? active : undefined;
  const { uid, generation, submission } = observation;
  const one = generations.find(({ identity }) => identity.uid === uid && identity.number === generation);
  const isBehind = submission < Math.max(one?.submission ?? 0, trouble?.of.submission ?? 0);
  // A candidate is not the job. A rollback submits anew to a generation that is known with its earlier submission.
  return !one || one.candidate || isBehind ? undefined : { ...one, submission };
}

/**
 * Takes it that nothing of a job is there that is to run: what an operation does at this moment is none of it.
 * @param gone what was not found; agents of older releases do not say so, and mean what runs now
 * @returns whether it is news.
 */
export function heardGone(state: JobState, gone: ObjectsGoneSignal | undefined, now: string): boolean {
  const active = activeAmong(state.generations);
  if (gone && (gone.uid !== state.uid || gone.generation !== active?.identity.number)) return false;
  const isKnown = state.trouble?.finding.reason === 'OBJECTS_DELETED' && !hasLostSome(state);
  if (!active || state.running || !runs(state.phase) || isKnown) return false;
  const { identity, submission, spec } = active;
  const finding = goneFinding(generationName(identity), spec.spec.namespace);
  state.trouble = { finding, of: { generation: identity.number, submission }, since: now };
  return true;
}

/** Whether some of its objects are known to be deleted, and not all: releases before this one did not hear of the rest then. */
export function hasLostSome({ trouble }: JobState): boolean {
  return trouble?.finding.reason === 'OBJECTS_DELETED' && trouble.finding.standing !== 'ended';
}

/** While an operation runs it counts, too: the next look may say the same, and that is not told again. */
function isListening(state: JobState, active: Generation, { isUpBeside }: Hears): boolean {
  const { phase, running, trouble } = state;
  if (running || runs(phase)) return true;
  if (isLeftRecovering(state)) return isUpBeside();
  const isBeingMended = phase === 'RECOVERING' || (phase === 'FAILED' && trouble?.isGivenUp);
  // What is left of an attempt that failed tells nothing of the job.
  return Boolean(isBeingMended && isOf(trouble, active));
}

function isOf(trouble: Trouble | undefined, { identity, submission }: Generation): boolean {
  return trouble?.of.generation === identity.number && trouble.of.submission === submission;
}

/** What is only waited for is to be acted on with time. */
export function isSame(one: Finding, other: Finding): boolean {
  return wordsOf(one) === wordsOf(other);
}

function wordsOf({ reason, action, standing, failure }: Finding): string {
  return [reason, action, standing, failure?.code].join();
}

function isAccepted({ action }: Finding): boolean {
  return action === 'acceptCanceled' || action === 'acceptFinished';
}

/** Nothing is wrong any more, and nothing is done: an earlier release heard of that while an operation ran, and left it so. */
function isLeftRecovering({ phase, running, trouble }: JobState): boolean {
  return phase === 'RECOVERING' && !running && !trouble;
}

/** The job is well, whatever brought it back. */
function isOver(state: JobState, hears: Hears): boolean {
  if (!state.trouble && !isLeftRecovering(state)) return false;
  state.trouble = undefined;
  isUpAgain(state, hears);
  return true;
}

/** Whatever has brought it back. While an operation runs that changes the job, that says what the job is. */
function isUpAgain(state: JobState, { isUpBeside }: Hears): void {
  const { running } = state;
  if (state.phase !== 'RECOVERING' && state.phase !== 'FAILED') return;
  if (running && !(leavesJobAlone(running.record.kind) && isUpBeside())) return;
  state.phase = runningPhase(state);
  state.failure = undefined;
}

/** The phase of a job that runs. */
export function runningPhase(state: JobState): JobPhase {
  return countedCandidate(state) ? 'DUAL_RUNNING' : 'RUNNING';
}

/** Whether something is wrong with a job that is not being changed, and what to do about it is not decided. */
export function isToBeJudged({ trouble, phase, running }: JobState): boolean {
  if (!trouble || trouble.isJudged || running) return false;
  return runs(phase) || phase === 'RECOVERING' || phase === 'FAILED';
}

/** What the decision is made of. */
export function judgementOf(state: JobState, trouble: Trouble, nowMs: number): RecoveryInput {
  const { upgraded, attempts = [] } = state;
  const { number, spec } = trouble.goesBackTo ?? broughtBack(state, trouble);
  // A rollback that failed is tried again within the budget, and not as another rollback.
  const isBack = upgraded?.from.number === number;
  return {
    finding: countedCandidate(state) ? withoutRaise(trouble.finding) : trouble.finding,
    spec,
    attempts,
    sinceMs: Date.parse(trouble.since),
    ...(upgraded && !isBack && { upgraded: { atMs: Date.parse(upgraded.at), from: upgraded.from.spec } }),
    nowMs,
  };
}

/** What the job is brought back with: what ran, though another revision may have been accepted since and have failed. */
export function broughtBack(state: JobState, { revision }: Trouble): Revision {
  const active = activeAmong(state.generations);
  if (revision) return revision;
  return active ? { number: active.revision, spec: active.spec, specHash: active.specHash } : state.revision;
}

/** Takes in what was decided. */
export function takeDecision(state: JobState, trouble: Trouble, decision: RecoveryDecision): void {
  const judged = { ...trouble, isJudged: true } as const;
  switch (decision.step) {
    case 'act':
      return toAct(state, judged, decision);
    case 'fail':
      state.trouble = { ...judged, isGivenUp: true };
      state.phase = 'FAILED';
      state.failure = decision.failure;
      return;
    case 'accept':
      state.trouble = undefined;
      state.phase = decision.phase;
      state.failure = decision.failure;
      if (decision.phase === 'FINISHED') noteFinished(state);
      return;
    case 'show':
    case 'wait':
      state.trouble = judged;
      if (state.phase === 'RECOVERING' && trouble.finding.standing !== 'ended') state.phase = runningPhase(state);
      return;
    default:
      decision satisfies never;
  }
}

function toAct(state: JobState, judged: Trouble, decision: Extract<RecoveryDecision, { step: 'act' }>): void {
  const { action, atMs, made } = decision;
  const goesBackTo = action === 'rollBack' ? undefined : judged.goesBackTo;
  const brings = goesBackTo ? { spec: goesBackTo.spec, specHash: goesBackTo.specHash } : decision.brings;
  state.attempts = made;
  const revision = action === 'rollBack' ? state.upgraded?.from : judged.revision;
  state.trouble = { ...judged, action, dueAt: new Date(atMs).toISOString(), revision, brings };
  if (judged.finding.standing === 'running') return;
  state.phase = 'RECOVERING';
  state.failure = undefined;
}

/** Nothing more is done about it: its operation was lost again and again. */
export function giveUpTrouble(state: JobState): void {
  if (state.trouble) state.trouble = { ...state.trouble, isJudged: true, isGivenUp: true, dueAt: undefined };
}
