/**
 * What a job's entity does about what agents see of it: it notes what is wrong, lets a local activity judge it (so that its answer is
 * in the history, and a changed rule breaks no replay), and acts when the time for that has come.
 */
import { patched, proxyLocalActivities } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/control/control-activities.ts';
import {
  candidateJudgement,
  candidateMending,
  heardOfCandidate,
  isCandidateToBeJudged,
  isOfCandidate,
  takeCandidateDecision,
} from '../core/candidate-health.ts';
import { leavesCluster } from '../core/finished-job.ts';
import { waitingChange } from '../core/job-changes.ts';
import type { JobState, QueuedOperation, Revision } from '../core/job-state.ts';
import type { JobObservedSignal, ObjectsGoneSignal } from '../core/observation/signal.ts';
import {
  broughtBack,
  hasLostSome,
  heardGone,
  heardOf,
  heardUnplaced,
  isToBeJudged,
  judgementOf,
  takeDecision,
  type Hears,
  type Trouble,
} from '../core/recovery/trouble.ts';
import type { Former, Mending } from '../core/recovery/mending.ts';
import { recoveryPlan, recoveryReason } from '../core/recovery/recovery-plan.ts';
import { placedNow } from '../core/recovery/unplaced.ts';
import { givenWithoutRaise, raisedByRecovery } from '../core/scaling/given-parallelism.ts';
import { now } from './job-book.ts';
import { JobScaling } from './job-scaling.ts';

const { judgeTrouble } = proxyLocalActivities<Pick<ControlActivities, 'judgeTrouble'>>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '100ms', maximumInterval: '2s' },
});

/** Each release says for itself what it hears: histories of those before it did without. */
const hears: Hears = {
  mayRise: () => patched('given-up-runs-again'),
  isUpBeside: () => patched('up-beside-operations'),
};

export abstract class JobHealth extends JobScaling {
  /** Whether something was seen by which another time may be the next: the loop that lives is woken by it. */
  protected isSeenAnew = false;

  /** Takes what an agent has seen. */
  observed(seen: JobObservedSignal): void {
    if (!this.state) return;
    if (isOfCandidate(this.state, seen.observation)) return this.candidateObserved(this.state, seen);
    if (!heardOf(this.state, seen, now(), hears)) return;
    this.jobFirst(this.state);
    this.publish();
  }

  /** Takes what was seen of what an operation has brought about, before it had said so. Releases before this one forgot it. */
  protected hearUnplaced(state: JobState): void {
    if (placedNow(state) && patched('unplaced-are-heard')) heardUnplaced(state, now(), hears);
    state.unplaced = undefined;
  }

  private candidateObserved(state: JobState, seen: JobObservedSignal): void {
    if (!patched('candidate-observed') || !heardOfCandidate(state, seen, now())) return;
    this.isSeenAnew = true;
    this.publish();
  }

  /** What has ended is brought back before its candidate is. */
  private jobFirst({ running, trouble }: JobState): void {
    if (running?.record.kind !== 'revive' || trouble?.finding.standing !== 'ended') return;
    this.abortion ??= { reason: 'the job itself is to be brought back first', isAsked: false };
  }

  /** Takes it that an agent has found nothing of the job in its cluster. */
  lostObjects(gone: ObjectsGoneSignal | undefined): void {
    if (!this.state || (hasLostSome(this.state) && !patched('gone-after-some'))) return;
    if (heardGone(this.state, gone, now())) this.publish();
  }

  protected hasTrouble(): boolean {
    return this.state !== undefined && (isToBeJudged(this.state) || isCandidateToBeJudged(this.state));
  }

  protected async judge(state: JobState): Promise<void> {
    const { trouble } = state;
    if (!trouble || !isToBeJudged(state)) return this.judgeCandidate(state);
    const decision = await judgeTrouble(judgementOf(state, trouble, Date.now()));
    // Meanwhile it may have gone, or become another one.
    if (state.trouble !== trouble || !isToBeJudged(state)) return;
    takeDecision(state, trouble, decision);
    if (isToBeCleanedUp(state)) this.enqueueCleanUp(state);
    this.publish();
  }

  private async judgeCandidate(state: JobState): Promise<void> {
    const { trouble } = state.candidateHealth ?? {};
    if (!trouble) return;
    const decision = await judgeTrouble(candidateJudgement(state, trouble, Date.now()));
    if (state.candidateHealth?.trouble !== trouble || !isCandidateToBeJudged(state)) return;
    if (takeCandidateDecision(state, trouble, decision)) this.enqueueLoss(state);
    this.publish();
  }

  /** What cannot be brought back goes. Whoever has decided about it in this very moment comes first. */
  private enqueueLoss(state: JobState): void {
    const { message = 'The candidate is lost', cure = '' } = state.candidateHealth?.lost ?? {};
    if (waitingChange(state.queue)) return;
    const operation = this.newOperation('discard', 'drey', `${message} ${cure}`.trim());
    state.queue = [...state.queue, operation];
    this.putOperation(operation);
  }

  /** Begins to bring the candidate back, since its time has come. */
  protected enqueueRevival(state: JobState): void {
    const mends = candidateMending(state);
    if (mends) this.enqueueMending(state, mends.action === 'heal' ? 'heal' : 'revive', mends);
  }

  private enqueueMending(state: JobState, kind: 'heal' | 'recover' | 'revive', mends: Mending): void {
    const made = this.newOperation(kind, 'drey', recoveryReason(mends));
    const record = { ...made.record, revision: mends.revision.number, plan: recoveryPlan(mends) };
    const operation: QueuedOperation = { ...made, record, mends };
    state.queue = [...state.queue, operation];
    this.putOperation(operation);
  }

  /** As for a job of which an operation waited for the end. */
  private enqueueCleanUp(state: JobState): void {
    const why =
      state.phase === 'CANCELED'
        ? 'The job was canceled in Flink, and spec.cleanup.canceled is remove'
        : 'The job has finished, and spec.cleanup.finished is remove';
    const operation = this.newOperation('cleanup', 'drey', why);
    state.queue = [...state.queue, operation];
    this.putOperation(operation);
  }

  /** Begins what was decided, since its time has come. */
  protected enqueueRecovery(state: JobState): void {
    const { trouble } = state;
    if (!trouble?.action) return;
    const { finding, of, since, action } = trouble;
    const former = formerOf(state, trouble);
    const revision = this.revisionFor(state, trouble);
    const mends: Mending = { finding, of, since, action, revision, ...(former && { former }) };
    state.trouble = { ...trouble, dueAt: undefined };
    this.enqueueMending(state, action === 'heal' ? 'heal' : 'recover', mends);
  }

  /** A spec that recovery has made is a revision like any other: people see it, and may go back. */
  private revisionFor(state: JobState, trouble: Trouble): Revision {
    if (!trouble.brings) return broughtBack(state, trouble);
    const revision = { ...trouble.brings, number: state.revision.number + 1 };
    const before = { spec: state.revision.spec, given: state.given ?? {} };
    const { given: formerly } = trouble.goesBackTo ?? {};
    const given = formerly ? givenWithoutRaise(before.given, formerly) : raisedByRecovery(revision.spec, before);
    if (given !== before.given) state.given = given;
    this.acceptedAs(revision, 'drey');
    return revision;
  }
}

function isToBeCleanedUp(state: JobState): boolean {
  if (!leavesCluster(state)) return false;
  return patched(state.phase === 'CANCELED' ? 'canceled-is-cleaned-up' : 'finished-is-cleaned-up');
}

/** What is gone back to where memory that is raised now finds no room. */
function formerOf(state: JobState, trouble: Trouble): Former | undefined {
  if (!trouble.brings || trouble.goesBackTo || !patched('goes-back-without-room')) return undefined;
  return { ...broughtBack(state, trouble), given: state.given ?? {} };
}
