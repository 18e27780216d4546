/**
 * What is asked about jobs of this name that were removed: their savepoints go, one operation after the other, and none
 * beside an operation of the job that has the name now.
 */
import { proxyLocalActivities } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/control/control-activities.ts';
import { refusalOfKey, type Refusal } from '../core/job-changes.ts';
import { lostOperation } from '../core/job-outcome.ts';
import type { JobState } from '../core/job-state.ts';
import { disposalOfRemoved, type RecalledJob, type RemovedDisposal } from '../core/removed-job.ts';
import { refusalOfDisposal, refusalOfStart, startsOf } from '../core/removed-savepoints.ts';
import { now } from './job-book.ts';
import type { ChangeAnswer, ChangeRequest, DisposeRemovedRequest, FlinkJobInput } from './messages.ts';
import type { Outbox } from './outbox.ts';
import { carryOut } from './run-operation.ts';

/** Answers while the caller waits, or not at all: who asks again asks anew. */
const { recallRemoved } = proxyLocalActivities<Pick<ControlActivities, 'recallRemoved'>>({
  startToCloseTimeout: '2s',
  retry: { initialInterval: '200ms', maximumAttempts: 2 },
});

interface Waiting extends RemovedDisposal, Pick<ChangeRequest, 'key' | 'bodyHash'> {
  readonly recalled: RecalledJob;
}

export class RemovedJobs {
  private queue: readonly Waiting[] = [];
  private running: Waiting | undefined;
  /** The newest operation of each job that was taken here: its record may still be under way. */
  private readonly newest = new Map<string, number>();
  private readonly ref: FlinkJobInput;
  private readonly outbox: Outbox;

  constructor({ tenant, name }: FlinkJobInput, outbox: Outbox) {
    this.ref = { tenant, name };
    this.outbox = outbox;
  }

  hasWork(): boolean {
    return this.queue.length > 0;
  }

  /**
   * Accepts that savepoints go.
   * @param living the job that has the name when the records have answered.
   */
  async dispose(request: DisposeRemovedRequest, living: () => JobState | undefined): Promise<ChangeAnswer | Refusal> {
    const recalled = await this.recall(request);
    if ('code' in recalled) return recalled;
    const repeated = this.pending.find(({ key }) => key === request.key);
    if (repeated) return refusalOfKey(repeated, request) ?? answerOf(repeated);
    const refusal = refusalOfDisposal(recalled, startsOf(living()), this.queue.length);
    return refusal ?? answerOf(this.enqueue(recalled, request));
  }

  /** Why no job may start from there now; undefined when it may. */
  refusalOfStart(...points: readonly (string | undefined)[]): Refusal | undefined {
    const going = this.pending.flatMap(({ recalled }) => recalled.savepoints);
    return refusalOfStart(going, points);
  }

  /** Carries out the next one. */
  async next(): Promise<void> {
    const [next, ...queue] = this.queue;
    if (!next) return;
    this.queue = queue;
    this.running = next;
    const result = await carryOut(next.input, () => undefined);
    this.running = undefined;
    if (result) return this.outbox.put(...result.unwritten);
    this.put(next.input.uid, lostOperation(next, now()));
  }

  private get pending(): readonly Waiting[] {
    return this.running ? [this.running, ...this.queue] : this.queue;
  }

  private async recall({ uid, numbers }: DisposeRemovedRequest): Promise<RecalledJob | Refusal> {
    try {
      const { recalled } = await recallRemoved({ ...this.ref, uid, numbers });
      return recalled ?? { code: 'NO_SUCH_JOB', message: `No job ${this.ref.name} with uid ${uid} was removed.` };
    } catch {
      return { code: 'RECORDS_AWAY', message: 'PostgreSQL, which remembers the removed job, did not answer.' };
    }
  }

  private enqueue(recalled: RecalledJob, { key, bodyHash, requestedBy }: DisposeRemovedRequest): Waiting {
    const { uid } = recalled.job;
    const number = 1 + Math.max(recalled.lastOperation, this.newest.get(uid) ?? 0, this.outbox.newestOperation(uid));
    this.newest.set(uid, number);
    const waiting = { ...disposalOfRemoved(recalled, { number, requestedBy, now: now() }), recalled, key, bodyHash };
    this.queue = [...this.queue, waiting];
    this.put(uid, waiting);
    return waiting;
  }

  private put(uid: string, { record, recordSeq }: Pick<RemovedDisposal, 'record' | 'recordSeq'>): void {
    this.outbox.put({ kind: 'operation', uid, seq: recordSeq, operation: record });
  }
}

function answerOf({ recalled, record, recordSeq }: Waiting): ChangeAnswer {
  const { job, jobSeq } = recalled;
  return { changed: true, job, jobSeq, operation: record, operationSeq: recordSeq };
}
