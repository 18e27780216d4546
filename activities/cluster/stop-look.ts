/** What a JobManager tells of a job that is to be stopped, as `core/stopping.ts` decides on it. */
import type {
  CheckpointRecord,
  Checkpoints,
  FlinkCallOptions,
  FlinkClient,
  JobSummary,
} from '../../clients/flink/client.ts';
import { hasRunAgain } from '../../clients/flink/stopped-with.ts';
import { tasksThere } from '../../clients/flink/tasks-there.ts';
import { checkpointDirectory } from '../../core/flink/configuration-storage.ts';
import { hasDurableStorage, type Generation } from '../../core/generation.ts';
import { isCrashLoop, tellsOfCheckpoints, type PointKind, type PointSeen, type StopSeen } from '../../core/stopping.ts';
import { isSamePlace, liesBelow } from '../../core/storage-uri.ts';
import type { ClusterDependencies } from './dependencies.ts';
import { firstJobManager } from './first-job-manager.ts';
import { podSelector } from './pod-trouble.ts';
import type { StopNotes } from './stop-notes.ts';

export interface StopSubject {
  readonly dependencies: ClusterDependencies;
  readonly generation: Generation;
  readonly flink: FlinkClient;
  readonly jobId: string;
  /** Where this generation's stops write; absent where the spec has no place for savepoints. */
  readonly folder: string | undefined;
  /** What each call to the JobManager is given. */
  readonly call: FlinkCallOptions;
}

/** Half of the week after which Flink forgets a job that has ended (`jobstore.expiration-time` as Drey sets it). */
const forgetsAfterMs = 3.5 * 24 * 3_600_000;

type Points = Pick<
  StopSeen,
  'checkpoint' | 'completedId' | 'stopSavepoint' | 'hasRunAgain' | 'retainsCheckpoints' | 'knowsAll' | 'isRestored'
>;

/** The job as the JobManager lists it now. */
export async function listedJob({ flink, jobId, call }: StopSubject): Promise<JobSummary | undefined> {
  return (await flink.jobs(call)).find(({ id }) => id === jobId);
}

/**
 * Whether tasks are not there yet that Flink needs for a checkpoint: of those that have finished it needs none. What falls
 * again and again does not start.
 */
export async function isStarting({ flink, call }: StopSubject, job: JobSummary): Promise<boolean> {
  if (job.endedAtMs !== undefined) return false;
  if (job.state === 'RUNNING') return tasksThere(job.tasks) < job.tasksTotal;
  const history = (await flink.exceptions(job.id, call))?.history ?? [];
  return !isCrashLoop(history.flatMap(({ timestampMs }) => timestampMs ?? []));
}

/** Whether there are pods of its generation. */
export async function hasPods({ dependencies, generation }: StopSubject): Promise<boolean> {
  const selection = { labelSelector: podSelector(generation) };
  return (await dependencies.kubernetes.list('Pod', generation.spec.spec.namespace, selection)).length > 0;
}

/** What Flink says of the request with this trigger id. */
export async function requestState(
  { flink, jobId, call }: StopSubject,
  triggerId: string,
): Promise<StopSeen['request']> {
  const answer = await flink.savepointStatus(jobId, triggerId, call);
  return answer.state === 'failed' ? { state: 'failed', trace: answer.cause.stackTrace } : answer;
}

/** Whether a JobManager that does not know the job has never had it: it would not have forgotten it yet. */
export async function neverHadJob({ dependencies, generation }: StopSubject): Promise<boolean> {
  return (await firstJobManager(dependencies, generation, forgetsAfterMs)) !== undefined;
}

/** The points that the JobManager knows of a job that it lists, and whether there can be others. */
export async function pointsOf(subject: StopSubject, job: JobSummary, notes: StopNotes | undefined): Promise<Points> {
  const { dependencies, generation, flink, jobId, call } = subject;
  const [seen, config] = await Promise.all([flink.checkpoints(jobId, call), flink.checkpointConfig(jobId, call)]);
  const checkpoint = kept(seen?.latestCompleted);
  const stopSavepoint = savepointOfStop(subject, seen?.latestSavepoint);
  const knowsAll =
    hasCompletedNothing(seen, job, notes) && (await firstJobManager(dependencies, generation)) !== undefined;
  return {
    retainsCheckpoints: !hasDurableStorage(generation.spec) || config === undefined || config.retained,
    knowsAll,
    // A JobManager that took over knows no checkpoint but the one from which it restored.
    isRestored: notes?.restoreFrom !== undefined || seen?.latestRestored !== undefined,
    ...(checkpoint && { checkpoint }),
    ...(seen?.latestCompleted && { completedId: seen.latestCompleted.id }),
    ...(stopSavepoint && { stopSavepoint }),
    ...(seen && hasRunAgain(seen, job.endedAtMs) && { hasRunAgain: true as const }),
  };
}

/** A person may have stopped it in Flink: the job goes on from there as after a stop of ours. */
function savepointOfStop(subject: StopSubject, newest: CheckpointRecord | undefined): PointSeen | undefined {
  return newest?.isStop || isOurs(subject, newest?.path) ? kept(newest) : undefined;
}

/** Whether a savepoint lies where only stops of this generation write. */
function isOurs({ folder }: StopSubject, path: string | undefined): boolean {
  return path !== undefined && folder !== undefined && liesBelow(path, folder);
}

/** After which Flink gives a savepoint of this job up, in milliseconds; undefined where it does not know the job. */
export async function checkpointTimeout({ flink, jobId, call }: StopSubject): Promise<number | undefined> {
  return (await flink.checkpointConfig(jobId, call))?.timeoutMs;
}

/** How long the next start may wait for a number that it does not need, in milliseconds. */
const sizeMs = 500;

/** What is told of the savepoint with which a job was stopped. */
interface SavepointFacts {
  readonly sizeBytes?: number;
  readonly format?: 'native' | 'canonical';
  /** Whether it was no stop of ours. */
  readonly byOthers?: true;
}

/** Size and format as far as its JobManager tells them at once. */
export async function savepointFacts(subject: StopSubject, path: string | undefined): Promise<SavepointFacts> {
  const { flink, jobId, call } = subject;
  const byOthers = !isOurs(subject, path);
  const seen = await flink.checkpoints(jobId, { ...call, timeoutMs: sizeMs }).catch(() => undefined);
  const savepoint = seen?.latestSavepoint;
  const isIt = path !== undefined && savepoint?.path !== undefined && isSamePlace(savepoint.path, path);
  return {
    ...(byOthers && { byOthers }),
    ...(isIt && { sizeBytes: savepoint.stateBytes }),
    ...(isIt && savepoint.format && { format: savepoint.format }),
  };
}

/** Whether the storage can say that a checkpoint is there. What the program keeps elsewhere is not found where the spec says. */
export function isToBeProved(
  { generation: { identity, spec } }: StopSubject,
  { kind, restorePoint = '' }: { readonly kind?: PointKind; readonly restorePoint?: string | undefined },
): boolean {
  const root = checkpointDirectory(spec.spec, identity.uid);
  return kind === 'checkpoint' && root !== undefined && liesBelow(restorePoint, root);
}

/** How long ago the job ended, in milliseconds by the clock of its JobManager; 0 where that does not tell it at once. */
export async function sinceItsEnd({ flink, jobId, call }: StopSubject): Promise<number> {
  const job = await flink.job(jobId, { ...call, timeoutMs: sizeMs }).catch(() => undefined);
  return job?.endedAtMs === undefined ? 0 : Math.max(0, job.nowMs - job.endedAtMs);
}

/** Where its notes are gone, it may have run. */
function hasCompletedNothing(
  seen: Checkpoints | undefined,
  job: JobSummary,
  { hasRun, restoreFrom = '' }: Pick<StopNotes, 'hasRun' | 'restoreFrom'> = { hasRun: true },
): boolean {
  if (seen === undefined || seen.counts.completed > 0 || !tellsOfCheckpoints(job, hasRun)) return false;
  // A JobManager that lost its leadership and got it back has restored a checkpoint that it does not count.
  const restored = seen.latestRestored?.path;
  return restored === undefined || isSamePlace(restored, restoreFrom);
}

/** A point that can be restored from: it lies somewhere, and is still there. */
function kept(record: CheckpointRecord | undefined): PointSeen | undefined {
  if (record?.path === undefined || record.discarded) return undefined;
  return { id: record.id, path: record.path, completedAtMs: record.completedAtMs };
}
