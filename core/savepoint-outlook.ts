/** What a savepoint that somebody asks for would be, and which files would go with one that shall go. */
import { noSavepointStorage, notRunning } from './diagnosis/savepoint-failures.ts';
import type { Failure } from './failure.ts';
import { runs } from './job.ts';
import { ownSavepointDirectory } from './names.ts';
import type { OperationPlan } from './plan/ending-plan.ts';
import { pinningOf } from './pinning.ts';
import { activeSpec, plannedJob, type RecordedJob } from './recorded-job.ts';
import { filesOf, overRetention } from './retention.ts';
import type { CompletedSavepoint, SavepointFormat } from './savepoint.ts';
import type { FlinkJob } from './schema/flink-job.ts';
import { completed } from './spec/completed.ts';

/** A savepoint that would be taken. */
export interface TakenOutlook {
  /** That of its operation, if nothing else is asked of the job first. */
  readonly number: number;
  readonly format: SavepointFormat;
  /** The folder that it would have for itself. */
  readonly folder: string;
}

/** The files of a savepoint that would go. */
export interface DeletedOutlook {
  readonly number: number;
  /** All of it that is deleted. */
  readonly path: string;
}

/** One that was asked for, and would stay. */
export interface KeptOutlook {
  readonly number: number;
  /** In a sentence's words. */
  readonly why: string;
}

export interface SavepointOutlook {
  readonly plan: OperationPlan;
  readonly savepoint?: TakenOutlook;
  readonly deletes?: readonly DeletedOutlook[];
  readonly keeps?: readonly KeptOutlook[];
}

/** What was asked for. */
export interface TakingAsked {
  /** Absent: that of the job's spec. */
  readonly format?: SavepointFormat | undefined;
  readonly ofCandidate?: boolean | undefined;
}

/** @param nowMs milliseconds since 1970: what is over the retention goes by it. */
export function takingOutlook(
  recorded: RecordedJob,
  { format = recorded.job.spec.spec.savepoints.format, ofCandidate }: TakingAsked,
  nowMs: number,
): SavepointOutlook {
  const { job, operations, savepoints = [] } = recorded;
  const active = ofCandidate ? candidateSpec(recorded) : activeSpec(recorded);
  const root = active?.spec.storage.savepoints;
  const runsThen = active !== undefined && (ofCandidate || runs(plannedJob(recorded).phase));
  if (!runsThen) return failing('savepoint', notRunning({ identity: { ...job, number: 0 } }, 'it does not run'));
  if (root === undefined) return failing('savepoint', noSavepointStorage);
  const number = 1 + Math.max(0, ...[...operations, ...savepoints].map((one) => one.number));
  const folder = ownSavepointDirectory(root, job.uid, number);
  const next = { number, path: `${folder}/savepoint-new`, ...(ofCandidate && { ofCandidate }) };
  const deletes = cleaned(recorded, next, nowMs);
  const notes = ['The job runs on.', ...(deletes.length > 0 ? ['What is over spec.savepoints.retain goes then.'] : [])];
  return {
    ...planned('savepoint', notes),
    savepoint: { number, format, folder },
    ...(deletes.length > 0 && { deletes }),
  };
}

function candidateSpec({ job, specs }: RecordedJob): FlinkJob | undefined {
  return job.candidate && specs.get(job.candidate.revision);
}

/** What the retention would clean up once the new one is there: that of the job, also where it is of the candidate. */
function cleaned(
  recorded: RecordedJob,
  next: Pick<CompletedSavepoint, 'number' | 'path' | 'ofCandidate'>,
  nowMs: number,
): readonly DeletedOutlook[] {
  const { job, savepoints = [] } = recorded;
  const active = activeSpec(recorded);
  const root = active?.spec.storage.savepoints;
  const last = savepoints.at(-1);
  if (!last || !active || root === undefined) return [];
  const { retain } = completed(active).spec.savepoints;
  const { ofCandidate: _ofTheLast, ...like } = last;
  const all = [...savepoints, { ...like, ...next, takenAt: new Date(nowMs).toISOString() }];
  return deleted(overRetention(all, { retain, root, ...pinningOf(job) }, nowMs), root);
}

/** Of one that may go. */
export function disposalOutlook(recorded: RecordedJob, savepoint: CompletedSavepoint): SavepointOutlook {
  const active = activeSpec(recorded);
  const root = (active ?? recorded.job.spec).spec.storage.savepoints;
  const deletes = deleted([savepoint], root);
  if (deletes.length === 0) return failing('dispose', notInPlace(savepoint));
  const runsOn = runs(recorded.job.phase) ? ['The job runs on.'] : [];
  return { ...planned('dispose', [...runsOn, ...(active ? [] : [standIn]), recordStays]), deletes };
}

/**
 * Of those of a removed job.
 * @param root where savepoints lie, as its last spec says it. @param keeps those that other jobs start from.
 */
export function removedDisposalOutlook(
  savepoints: readonly CompletedSavepoint[],
  root: string | undefined,
  keeps: readonly KeptOutlook[],
): SavepointOutlook {
  const going = savepoints.filter(({ number }) => keeps.every((kept) => kept.number !== number));
  // Where the storage was another one, that of the savepoint's own revision is used.
  const deletes = going.map(({ number, path }) => ({ number, path: filesOf(path, root ?? '') ?? path }));
  return { ...planned('dispose', [standIn, recordStays]), deletes, ...(keeps.length > 0 && { keeps }) };
}

const standIn = 'The job has no Flink cluster: a small pod in its namespace reaches the storage.';
const recordStays = 'The record stays.';

function deleted(savepoints: readonly CompletedSavepoint[], root: string | undefined): readonly DeletedOutlook[] {
  return savepoints.flatMap(({ number, path }) => {
    const files = root === undefined ? undefined : filesOf(path, root);
    return files === undefined ? [] : [{ number, path: files }];
  });
}

/** Why the files of a savepoint cannot be reached. */
export function notInPlace({ path }: Pick<CompletedSavepoint, 'path'>): Failure {
  return {
    code: 'STORAGE_UNUSABLE',
    message: `${path} does not lie where the job keeps its savepoints now.`,
    cure: 'Delete it by hand, or set spec.storage to where it was and ask again.',
  };
}

function planned(kind: 'savepoint' | 'dispose', notes: readonly string[]): { readonly plan: OperationPlan } {
  return { plan: { kind, cost: 'none', changes: [], notes } };
}

/** It would be accepted, and fail when its turn comes. */
function failing(kind: 'savepoint' | 'dispose', { code, message, cure }: Failure): SavepointOutlook {
  return planned(kind, [`It would fail with ${code}: ${message} ${cure}`]);
}
