/** What a request changes in a job, decided on its state alone: refusals, unchanged specs, new revisions and their operations. */
import type { Failure } from './failure.ts';
import { activeAmong, type Generation } from './generation.ts';
import type { JobState, QueuedOperation } from './job-state.ts';
import { leavesJobAlone, type OperationKind } from './operation-kinds.ts';
import type { OperationRecord } from './operation.ts';
import type { FlinkJob } from './schema/flink-job.ts';
import { supersededWish, type Successor } from './superseded.ts';

export type RefusalCode =
  | 'PRECONDITION_FAILED'
  | 'KEY_REUSED'
  | 'BEING_REMOVED'
  | 'NO_SUCH_JOB'
  | 'IMMUTABLE_FIELD'
  | 'OPERATION_ENDED'
  | 'TOO_LATE'
  | 'QUEUE_FULL'
  | 'NO_SUCH_SAVEPOINT'
  | 'SAVEPOINT_IN_USE'
  | 'SAVEPOINT_NEEDED'
  | 'CANDIDATE_WAITS'
  | 'NO_CANDIDATE'
  | 'RECORDS_BEHIND'
  | 'RECORDS_AWAY';

export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
}

/** What of a request matters for whether it may be taken. */
export interface Asked {
  readonly key: string;
  readonly bodyHash: string;
  readonly ifRevision?: number;
  readonly spec?: FlinkJob;
  /** Whether the job shall be forgotten: that is taken also while it is being removed. */
  readonly forgets?: boolean;
}

/** What of a job decides whether a change may be taken, and whether it changes anything. */
export type JudgedJob = Pick<
  JobState,
  'name' | 'phase' | 'revision' | 'failure' | 'queue' | 'answered' | 'candidateSince'
> & {
  /** Whatever runs it; the active one is the last. */
  readonly generations: readonly Pick<Generation, 'revision' | 'candidate'>[];
  /** The operation under way. */
  readonly running?: Pick<QueuedOperation, 'record'>;
  /** The newest one that ended of those that change the job. */
  readonly newest?: Pick<QueuedOperation, 'record'>;
};

/** Why a change may not be taken now; undefined when it may. A key seen before is judged by its body only. */
export function refusalOf(state: JudgedJob | undefined, asked: Asked): Refusal | undefined {
  const known = state?.answered.find(({ key }) => key === asked.key);
  if (known) return refusalOfKey(known, asked);
  if (!state) return refusalOfNew(asked);
  if (isLeaving(state) && !(asked.forgets && state.phase !== 'REMOVED')) {
    return { code: 'BEING_REMOVED', message: `Job ${state.name} is being removed. Try again when it is gone.` };
  }
  const { ifRevision } = asked;
  if (ifRevision !== undefined && ifRevision !== state.revision.number)
    return notAtRevision(state.name, state.revision.number, ifRevision);
  return asked.spec ? movedElsewhere(state, asked.spec) : undefined;
}

function refusalOfNew({ spec, ifRevision }: Asked): Refusal | undefined {
  if (!spec) return { code: 'NO_SUCH_JOB', message: 'There is no such job.' };
  if (ifRevision === undefined || ifRevision === 0) return undefined;
  return { code: 'PRECONDITION_FAILED', message: `The job does not exist, so it is not at revision ${ifRevision}.` };
}

/** The refusal of a key that was seen before, unless it came with the same request. */
export function refusalOfKey(
  { bodyHash }: Pick<Asked, 'bodyHash'>,
  asked: Pick<Asked, 'key' | 'bodyHash'>,
): Refusal | undefined {
  if (bodyHash === asked.bodyHash) return undefined;
  return { code: 'KEY_REUSED', message: `Idempotency-Key ${asked.key} was used before with another request.` };
}

/** The refusal of a change that was made for another revision than the job's; 0: for a job that does not exist. */
export function notAtRevision(name: string, revision: number, wanted: number): Refusal {
  const message =
    wanted === 0
      ? `Job ${name} exists already, at revision ${revision}.`
      : `Job ${name} is at revision ${revision}, not ${wanted}.`;
  return { code: 'PRECONDITION_FAILED', message };
}

function movedElsewhere(state: JudgedJob, spec: FlinkJob): Refusal | undefined {
  const current = state.revision.spec.spec;
  for (const field of ['cluster', 'namespace'] as const) {
    if (spec.spec[field] !== current[field]) {
      const message = `spec.${field} is ${current[field]} and cannot be changed to ${spec.spec[field]} by an apply.`;
      return { code: 'IMMUTABLE_FIELD', message };
    }
  }
  return undefined;
}

function isLeaving(state: JudgedJob): boolean {
  return (
    state.phase === 'REMOVING' ||
    state.phase === 'REMOVED' ||
    state.queue.some(({ record }) => record.kind === 'remove')
  );
}

/** Whether a spec is what the job already has, or is about to have: then there is nothing to do, unless that failed. */
export function isUnchanged(state: JudgedJob, specHash: string): boolean {
  const isCurrent = state.revision.specHash === specHash && state.phase !== 'FAILED' && state.failure === undefined;
  return isCurrent && (isUnderWay(state) || isThere(state));
}

/** Whether what was to bring its revision about was given up, and it has finished with the one before. */
export function isLeftUndone(state: JudgedJob): boolean {
  const { phase, revision, newest } = state;
  const isGivenUp = newest?.record.state === 'aborted' && newest.record.revision === revision.number;
  return phase === 'FINISHED' && isGivenUp && !isUnderWay(state);
}

function isUnderWay({ queue, running }: JudgedJob): boolean {
  return waitingChange(queue) !== undefined || (running !== undefined && !leavesJobAlone(running.record.kind));
}

/** An operation that was given up leaves a revision that was accepted and never came about. */
function isThere({ phase, revision, generations }: JudgedJob): boolean {
  if (phase === 'SUSPENDED') return revision.spec.spec.state === 'suspended';
  if (phase === 'CANCELED') return revision.spec.spec.state === 'canceled';
  return (phase !== 'RUNNING' && phase !== 'RECOVERING') || activeAmong(generations)?.revision === revision.number;
}

/** How many operations that leave the job as it is may wait. */
const asideMax = 20;

/** Why one more cannot wait; undefined when it can. */
export function refusalOfAside({ name, queue }: Pick<JobState, 'name' | 'queue'>): Refusal | undefined {
  return refusalOfQueue(name, queue.filter(isAside).length);
}

/** The same for so many that wait. */
export function refusalOfQueue(name: string, waiting: number): Refusal | undefined {
  if (waiting < asideMax) return undefined;
  return { code: 'QUEUE_FULL', message: `${asideMax} operations of job ${name} wait already.` };
}

function isAside({ record }: QueuedOperation): boolean {
  return leavesJobAlone(record.kind);
}

/**
 * The queue with one more at its end. A newer wish for the job takes the place of those that wait; what leaves the job as it
 * is stays, and takes the place of nothing.
 */
export function enqueued(queue: readonly QueuedOperation[], operation: QueuedOperation, now: string) {
  if (isAside(operation)) return { queue: [...queue, operation], replaced: [] };
  const replaced = supersede(
    queue.filter((one) => !isAside(one)),
    operation,
    now,
  );
  return { queue: [...queue.filter(isAside), operation], replaced };
}

/** The operation that waits to change the job; there is at most one. */
export function waitingChange(queue: readonly QueuedOperation[]): QueuedOperation | undefined {
  return queue.find((one) => !isAside(one));
}

/**
 * What a wish that waits for others builds on. Where it takes the place of one that waits, it does what that was told to do, and waits for
 * no other than that did; else it builds on the change that runs. What leaves the job as it is may fail without it.
 */
export function builtOn({
  running,
  queue,
}: Pick<JobState, 'running' | 'queue'>): Pick<QueuedOperation, 'mode' | 'force' | 'restoreFrom' | 'waitsFor'> {
  const waiting = waitingChange(queue);
  if (!waiting) return running && !isAside(running) ? { waitsFor: running.record.number } : {};
  const { mode, force, restoreFrom, waitsFor } = waiting;
  return {
    ...(mode && { mode }),
    ...(force && { force }),
    ...(restoreFrom && { restoreFrom }),
    ...(waitsFor !== undefined && { waitsFor }),
  };
}

/** The queue after an operation that was lost: what mends that goes first. */
export function mendingFirst(queue: readonly QueuedOperation[], next: QueuedOperation): readonly QueuedOperation[] {
  return [next, ...queue.filter((one) => one.record.number !== next.record.number)];
}

/** A newer wish makes queued deploys pointless: they are marked as replaced by operation `by`. */
export function supersede(queue: readonly QueuedOperation[], by: Successor, now: string): QueuedOperation[] {
  return queue.map((waiting) => {
    const { record, recordSeq } = waiting;
    const failure = supersededWish(waiting, by);
    const end = { state: 'superseded' as const, endedAt: now, supersededBy: by.record.number };
    return { record: { ...record, ...end, ...(failure && { failure }) }, recordSeq: recordSeq + 1 };
  });
}

/** A queued operation that somebody has taken back before its turn. */
export function withdrawn({ record, recordSeq }: QueuedOperation, now: string, why: string): QueuedOperation {
  const end = { state: 'aborted' as const, endedAt: now, failure: givenUpBefore(why) };
  return { record: { ...record, ...end }, recordSeq: recordSeq + 1 };
}

/** What such an operation says. */
export function givenUpBefore(why: string): Failure {
  return {
    code: 'ABORTED',
    message: `Given up before it began: ${why}.`,
    cure: 'Nothing to mend: ask for it again when you want it.',
  };
}

/** The record of an operation as it is queued. */
export function queuedOperation(
  kind: OperationKind,
  wish: { number: number; requestedBy: string; reason: string; now: string; revision?: number; workflowId: string },
): QueuedOperation {
  const record: OperationRecord = {
    number: wish.number,
    kind,
    state: 'queued',
    requestedBy: wish.requestedBy,
    reason: wish.reason,
    ...(wish.revision === undefined ? {} : { revision: wish.revision }),
    requestedAt: wish.now,
    steps: [],
    workflowId: wish.workflowId,
  };
  return { record, recordSeq: 1 };
}

/** Said while no revision may be taken. */
export const recordsBehind: Refusal = {
  code: 'RECORDS_BEHIND',
  message: 'PostgreSQL has not taken records for long; too many wait to accept another revision.',
};

/** Why a spec is brought about, in a sentence. */
export function applyReason({ revision, newest }: Pick<JobState, 'revision' | 'newest'>): string {
  const isSecondTry = newest?.record.revision === revision.number;
  if (isSecondTry) return `Revision ${revision.number} is tried again`;
  return revision.number === 1 ? 'First deploy' : `Revision ${revision.number} was applied`;
}
