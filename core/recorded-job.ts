/** A job as its records tell it, in the shapes in which its workflow judges changes and plans them. */
import type { DisposableJob } from './disposal-wish.ts';
import type { JudgedJob } from './job-changes.ts';
import type { JobView } from './job.ts';
import { leavesJobAlone, settledPhase, type OperationKind } from './operation-kinds.ts';
import { hasEnded, type OperationRecord } from './operation.ts';
import { pinningOf } from './pinning.ts';
import type { PlannedJob } from './plan/change-plan.ts';
import { isRecordedUnsettled } from './rescale/unsettled.ts';
import { isRecordedToResume } from './resumption.ts';
import type { CompletedSavepoint } from './savepoint.ts';
import type { FlinkJob } from './schema/flink-job.ts';
import { specHash } from './spec/canonical.ts';

export interface RecordedJob {
  readonly job: JobView;
  /** The newest operations, the newest first; all that wait or run are among them. */
  readonly operations: readonly OperationRecord[];
  /** Of all its operations. */
  readonly pauses: LastPauses;
  /** By their revisions, the specs of those that `revisionsToRead` names, as far as they are recorded. */
  readonly specs: ReadonlyMap<number, FlinkJob>;
  /** Those whose files are there, the oldest first; absent where nobody asked for them. */
  readonly savepoints?: readonly CompletedSavepoint[];
}

/** How long no job ran the last time that an operation of a kind succeeded, in milliseconds; of kinds that had a pause. */
export type LastPauses = ReadonlyMap<OperationKind, number>;

/** @param operations the newest first. What failed has a pause that says nothing: it went back, or stayed ended. */
export function pausesOf(operations: readonly OperationRecord[]): LastPauses {
  const done = operations.filter(({ state }) => state === 'succeeded').toReversed();
  return new Map(done.flatMap(({ kind, pauseMs }) => (pauseMs === undefined ? [] : [[kind, pauseMs]])));
}

type Records = Pick<RecordedJob, 'job' | 'operations'>;

/** Of which revisions the specs must be known. */
export function revisionsToRead(records: Records): readonly number[] {
  const { generation, candidate, lastRun } = records.job;
  const all = [activeRevision(records), generation?.revision, candidate?.revision, lastRun];
  return [...new Set(all.flatMap((revision) => revision ?? []))];
}

/** As its workflow would judge it, but for the keys that it has answered. */
export function judgedJob(records: Records): JudgedJob {
  const { name, phase, revision, spec, failure, generation, candidate, operation } = records.job;
  const running = underWay(records);
  const newest = records.operations.find(hasChanged);
  const queue = records.operations.filter(({ state, number }) => state === 'queued' && number !== operation);
  return {
    name,
    phase,
    revision: { number: revision, spec, specHash: specHash(spec) },
    ...(failure ? { failure } : {}),
    queue: queue.toReversed().map((record) => ({ record, recordSeq: 0 })),
    ...(candidate && { candidateSince: candidate.since }),
    generations: [
      ...(candidate ? [{ ...candidate, candidate: true as const }] : []),
      ...(generation ? [generation] : []),
    ],
    ...(running ? { running: { record: running } } : {}),
    ...(newest ? { newest: { record: newest } } : {}),
    answered: [],
  };
}

/** What gave way before its turn came was none. */
function hasChanged(operation: OperationRecord): boolean {
  return hasEnded(operation) && operation.state !== 'superseded' && !leavesJobAlone(operation.kind);
}

/** Whether an operation takes the place of one whose workflow was lost: no other one that failed is said to be replaced. */
export function isRepeated(operations: readonly OperationRecord[], number: number): boolean {
  return operations.some(({ supersededBy, state }) => supersededBy === number && state === 'failed');
}

/** As its workflow would judge the disposal of a savepoint. */
export function disposableJob({ job, savepoints = [] }: Pick<RecordedJob, 'job' | 'savepoints'>): DisposableJob {
  return { ...pinningOf(job), uid: job.uid, name: job.name, savepoints };
}

/** As its workflow would plan for it when its turn comes: what is under way is taken to succeed. */
export function plannedJob(recorded: RecordedJob | undefined): PlannedJob {
  const certain = { askedCluster: true, afterLoss: false };
  if (!recorded) return { ...certain, phase: 'PENDING', generations: [] };
  const { job } = recorded;
  const active = activeSpec(recorded);
  const lastRun = job.lastRun === undefined ? undefined : recorded.specs.get(job.lastRun);
  return {
    ...certain,
    phase: isBroken(job) ? job.phase : settledPhase(job.phase),
    generations: active ? [{ spec: active, ...(job.startedFrom && { restoreFrom: job.startedFrom }) }] : [],
    ...(isRecordedUnsettled(recorded.operations) && { isUnsettled: true }),
    ...(isRecordedToResume(recorded.operations) && { resumes: true }),
    ...(lastRun && { lastRun }),
  };
}

/** Whether it waits to be brought back: whoever changes it does not wait for that. */
function isBroken({ phase, operation }: JobView): boolean {
  return phase === 'RECOVERING' && operation === undefined;
}

/** The spec that runs, or will when what is under way has succeeded: a rollback may have brought an older one back. */
export function activeSpec(recorded: RecordedJob): FlinkJob | undefined {
  const revision = activeRevision(recorded);
  return revision === undefined ? undefined : recorded.specs.get(revision);
}

function activeRevision(records: Records): number | undefined {
  const { kind, revision, plan } = underWay(records) ?? {};
  // A candidate is not the job; and what else runs beside the job brings no revision about.
  const isBrought = kind !== undefined && !leavesJobAlone(kind) && plan?.strategy !== 'blueGreen';
  return (isBrought ? revision : undefined) ?? records.job.generation?.revision;
}

function underWay({ job, operations }: Records): OperationRecord | undefined {
  return operations.find(({ number }) => number === job.operation);
}
