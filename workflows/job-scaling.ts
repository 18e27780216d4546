/** What a job's entity has to do with its autoscaler: takes its decisions, and tells it how they went, and that the job is gone. */
import { getExternalWorkflowHandle, patched } from '@temporalio/workflow';
import type { JobState, QueuedOperation } from '../core/job-state.ts';
import { judge } from '../core/judgement.ts';
import { autoscalerWorkflowId } from '../core/names.ts';
import { scaledByDecision } from '../core/scaling/given-parallelism.ts';
import { refusalOfScaling, revisionMeant } from '../core/scaling/scaling-refusal.ts';
import { scalingEnd } from '../core/scaling/scaling-end.ts';
import {
  jobRemovedName,
  scalingEndedName,
  type JobRemoved,
  type ScaleVerticesAnswer,
  type ScaleVerticesRequest,
  type ScalingEnded,
} from '../core/scaling/scaling-request.ts';
import { specHash } from '../core/spec/canonical.ts';
import { JobDesk, type EndedOperation } from './job-desk.ts';

export abstract class JobScaling extends JobDesk {
  /** Accepts a decision of the autoscaler: a revision with other parallelism, and the operation that brings it about. */
  scale(request: ScaleVerticesRequest): ScaleVerticesAnswer {
    const answered = this.answered(request, judge(this.state, this.onRevisionMeant(request)));
    if (answered) return { revision: answered.job.revision, ...numberOf(answered) };
    const state = this.known();
    const refusal = request.uid === state.uid ? refusalOfScaling(state) : anotherJob;
    if (refusal) throw this.refusal(refusal);
    const { revision, given: before = {} } = state;
    const { spec, given } = scaledByDecision({ spec: revision.spec, given: before }, request);
    const hash = specHash(spec);
    if (hash === revision.specHash) return { revision: revision.number };
    state.given = given;
    this.acceptedAs({ number: revision.number + 1, spec, specHash: hash }, request.requestedBy);
    const givesMemory = request.memoryBytes !== undefined && ({ givesMemory: true } as const);
    const scales = { decision: request.decision, before, ...givesMemory };
    const answer = this.enqueue(this.kindNow(state), request, request.reason, { scales });
    return { revision: answer.job.revision, ...numberOf(answer) };
  }

  private onRevisionMeant(request: ScaleVerticesRequest): ScaleVerticesRequest {
    const ifRevision = this.state ? revisionMeant(this.state, request.ifRevision) : request.ifRevision;
    if (ifRevision === request.ifRevision || !patched('decided-on-what-runs')) return request;
    return { ...request, ifRevision };
  }

  /** What an operation that carries out a decision means for the job when it has ended. */
  protected override concludeScaling(state: JobState, ended: EndedOperation, scales: QueuedOperation['scales']): void {
    if (!scales) return;
    const { failure, revision } = ended.record;
    const active = state.generations.at(-1)?.identity.number;
    const then = { revision: state.revision.number, generation: active, at: '' };
    const end = scalingEnd(scales.decision, ended.record, then);
    // Whoever applies the next spec shall not try again what has failed; what the job has is no such thing.
    if (failure && !ended.isBrought && revision === state.revision.number) this.takeBack(state, scales);
    this.tellAutoscaler(state, scalingEndedName, end);
  }

  /** The autoscaler ends with the job. */
  protected tellRemoved(state: JobState): void {
    if (state.isAutoscaled !== true || !patched('autoscaler-told')) return;
    this.tellAutoscaler(state, jobRemovedName, { uid: state.uid });
  }

  /** The revision before, as a new one: numbers only grow. What runs is that already, where the operation left it running. */
  private takeBack(state: JobState, { before, givesMemory }: NonNullable<QueuedOperation['scales']>): void {
    const active = state.generations.at(-1);
    // An upgrade that failed, and did not come back, leaves what it was to bring about.
    if (!active || (givesMemory && active.specHash === state.revision.specHash)) return;
    state.given = before;
    const { spec, specHash: hash } = active;
    this.acceptedAs({ number: state.revision.number + 1, spec, specHash: hash }, 'autoscaler');
    if (state.phase !== 'RUNNING' || state.queue.length > 0) return;
    const operation = this.newOperation('adjust', 'autoscaler', 'The parallelism that it could not have is taken back');
    state.queue = [operation];
    this.putOperation(operation);
  }

  /** It may have been ended by hand: then nobody is told. */
  private tellAutoscaler(state: JobState, name: string, told: ScalingEnded | JobRemoved): void {
    void getExternalWorkflowHandle(autoscalerWorkflowId(state))
      .signal(name, told)
      .catch(() => undefined);
  }
}

const anotherJob = { code: 'NO_SUCH_JOB', message: 'Another job has the name now.' } as const;

function numberOf({ operation }: { readonly operation?: { readonly number: number } }): { operation?: number } {
  return operation ? { operation: operation.number } : {};
}
