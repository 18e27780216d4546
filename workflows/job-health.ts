/**
 * What a job's entity does about what agents see of it: it notes what is wrong, lets a local activity judge it (so that its answer is
 * in the history, and a changed rule breaks no replay), and acts when the time for that has come.
 */
import { patched, proxyLocalActivities } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/control/control-activities.ts';
import { leavesCluster } from '../core/finished-job.ts';
import type { JobState, QueuedOperation, Revision } from '../core/job-state.ts';
import type { JobObservedSignal, ObjectsGoneSignal } from '../core/observation/signal.ts';
import {
  broughtBack,
  heardGone,
  heardOf,
  isToBeJudged,
  judgementOf,
  takeDecision,
  type Trouble,
} from '../core/recovery/trouble.ts';
import type { Mending } from '../core/recovery/mending.ts';
import { recoveryPlan, recoveryReason } from '../core/recovery/recovery-plan.ts';
import { now } from './job-book.ts';
import { JobScaling } from './job-scaling.ts';

const { judgeTrouble } = proxyLocalActivities<Pick<ControlActivities, 'judgeTrouble'>>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '100ms', maximumInterval: '2s' },
});

export abstract class JobHealth extends JobScaling {
  /** Takes what an agent has seen. */
  observed(seen: JobObservedSignal): void {
    if (this.state && heardOf(this.state, seen, now())) this.publish();
  }

  /** Takes it that an agent has found nothing of the job in its cluster. */
  lostObjects(gone: ObjectsGoneSignal | undefined): void {
    if (this.state && heardGone(this.state, gone, now())) this.publish();
  }

  protected hasTrouble(): boolean {
    return this.state !== undefined && isToBeJudged(this.state);
  }

  protected async judge(state: JobState): Promise<void> {
    const { trouble } = state;
    if (!trouble) return;
    const decision = await judgeTrouble(judgementOf(state, trouble, Date.now()));
    // Meanwhile it may have gone, or become another one.
    if (state.trouble !== trouble || !isToBeJudged(state)) return;
    takeDecision(state, trouble, decision);
    if (leavesCluster(state) && patched('finished-is-cleaned-up')) this.enqueueCleanUp(state);
    this.publish();
  }

  /** As for a job of which an operation waited for the end. */
  private enqueueCleanUp(state: JobState): void {
    const operation = this.newOperation('cleanup', 'drey', 'The job has finished, and spec.cleanup.finished is remove');
    state.queue = [...state.queue, operation];
    this.putOperation(operation);
  }

  /** Begins what was decided, since its time has come. */
  protected enqueueRecovery(state: JobState): void {
    const { trouble } = state;
    if (!trouble?.action) return;
    const { finding, of, since, action } = trouble;
    const mends: Mending = { finding, of, since, action, revision: this.revisionFor(state, trouble) };
    state.trouble = { ...trouble, dueAt: undefined };
    const made = this.newOperation(action === 'heal' ? 'heal' : 'recover', 'drey', recoveryReason(mends));
    const record = { ...made.record, revision: mends.revision.number, plan: recoveryPlan(mends) };
    const operation: QueuedOperation = { ...made, record, mends };
    state.queue = [...state.queue, operation];
    this.putOperation(operation);
  }

  /** A spec that recovery has made is a revision like any other: people see it, and may go back. */
  private revisionFor(state: JobState, trouble: Trouble): Revision {
    if (!trouble.brings) return broughtBack(state, trouble);
    const revision = { ...trouble.brings, number: state.revision.number + 1 };
    this.acceptedAs(revision, 'drey');
    return revision;
  }
}
