/** The newest restore point of a generation that nobody can be asked about any more: its pods are gone, its storage tells. */
import { ApplicationFailure } from '@temporalio/common';
import { stateTooOld } from '../../core/diagnosis/state-age.ts';
import { stateGone } from '../../core/diagnosis/state-gone.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { isBefore, type StoredPoint } from '../../core/newest-point.ts';
import type { PointSeen, StateAge } from '../../core/stopping.ts';
import { generationName, pointerMapName } from '../../core/names.ts';
import type { Generation } from '../../core/generation.ts';
import { clean, failed, isFinalRefusal } from '../failures.ts';
import { anchorAnew } from './anchor-anew.ts';
import { applyReferredTo } from './apply-referred-to.ts';
import { newestRestorePoint } from './restore-point.ts';
import type { StoppedJob } from './stop-shapes.ts';
import type { StopSubject } from './stop-look.ts';
import { ranSinceMs, type StopNotes } from './stop-notes.ts';

/** Another generation in whose name the storage may be read. */
export interface StandIn {
  readonly generation: Generation;
  /** Number of the operation that brings it up. */
  readonly operation: number;
}

export interface StorageWish {
  /** Whether tasks of the job were seen to run. */
  readonly hasRun: boolean;
  /** Whether the generation's own anchor is there, and may own a pod. */
  readonly hasAnchor: boolean;
  readonly standIn?: StandIn;
  /** The newest savepoint of the job that was asked for. */
  readonly aside?: string;
  /** Whether the job was seen to complete a checkpoint. */
  readonly hasCheckpoint: boolean;
  readonly signal: AbortSignal;
}

/**
 * Storage that cannot be read keeps no job from its next spec where nothing can be in it; else the next spec may be what
 * mends it. @throws STORAGE_UNUSABLE, and what keeps the storage pod from being made or from starting.
 */
export async function newestStored(subject: StopSubject, wish: StorageWish): Promise<StoredPoint | undefined> {
  const { hasRun, hasAnchor, standIn } = wish;
  if (!hasAnchor) return standIn && readAs(subject, await anchorOf(subject, standIn), wish);
  try {
    return await readAs(subject, subject.generation, wish);
  } catch (error) {
    if (!(error instanceof ApplicationFailure) && !isFinalRefusal(error)) throw error;
    if (!hasRun && !(await hasPointers(subject))) return undefined;
    if (!standIn) throw error;
    return readAs(subject, await anchorOf(subject, standIn), wish);
  }
}

/** What is known of the job whose storage was read. */
interface ReadFor {
  readonly generation: Generation;
  readonly notes: StopNotes | undefined;
  /** The checkpoint that its JobManager told of, which is to be proved. */
  readonly told: PointSeen | undefined;
  /** Whether it is known to have completed a checkpoint. */
  readonly hadPoint: boolean;
  /** Why the storage was read. */
  readonly why: string;
  readonly stateMayBeGone: boolean;
  /** As in the stop's own input. */
  readonly maxStateAgeMs: number | undefined;
  /** The same as an instant, in milliseconds since 1970. */
  readonly oldestMs: number;
}

/** After the savepoint of a stop there is nothing newer that could be waited for. */
function ages({ kind, isAside }: StoredPoint): boolean {
  return kind === 'checkpoint' || isAside === true;
}

/** From what is gone on. @throws STATE_TOO_OLD, STATE_GONE */
export function goneOnFrom(found: StoredPoint | undefined, known: ReadFor): StoppedJob {
  const { generation, notes, why } = known;
  if (found && ages(found)) assertYoung('checkpoint', found.modifiedAtMs, known);
  if (!found && known.hadPoint) {
    if (known.stateMayBeGone) return { isStateUnknown: true, detail: `${why}; its state is gone` };
    throw failed(clean(stateGone(generation)));
  }
  // Without its anchor, what the job's workflow remembers is all there is.
  const restorePoint = found?.path ?? (notes ? notes.restoreFrom : generation.restoreFrom);
  if (restorePoint === undefined) return { detail: `${why}; it has completed no checkpoint` };
  const detail = `${why}; newest restore point ${restorePoint}`;
  if (!found) {
    const sinceMs = ranSinceMs(generation, notes);
    assertYoung('start', sinceMs, known);
    return { restorePoint, detail, ...(sinceMs !== undefined && { age: { from: 'start', sinceMs } }) };
  }
  return { restorePoint, detail, ...whatIsToldOf(found, known.told) };
}

function whatIsToldOf(found: StoredPoint, told: PointSeen | undefined) {
  const { kind, overtaken, isAside, modifiedAtMs } = found;
  return {
    kind,
    ...(kind === 'savepoint' && modifiedAtMs > 0 && { takenAtMs: modifiedAtMs }),
    ...(ages(found) && modifiedAtMs > 0 && { age: { from: 'checkpoint', sinceMs: modifiedAtMs } as const }),
    ...(overtaken !== undefined && { overtaken }),
    ...(isAside && { isAside }),
    ...(told && isBefore(found, told) && { missed: told.path }),
  };
}

/** @throws STATE_TOO_OLD */
function assertYoung(
  from: StateAge['from'],
  sinceMs: number | undefined,
  { generation, oldestMs, maxStateAgeMs: limitMs = 0 }: ReadFor,
): void {
  if (sinceMs === undefined || sinceMs >= oldestMs) return;
  throw failed(
    stateTooOld({ from, ageMs: Date.now() - sinceMs, limitMs }, generation.candidate ? 'candidate' : 'ended'),
  );
}

/** Flink's high availability keeps a pointer to each checkpoint of a job that has not ended. */
export async function hasPointers({ dependencies, generation }: StopSubject): Promise<boolean> {
  const name = pointerMapName(generation.identity, generation.submission);
  const stored = await dependencies.kubernetes.get('ConfigMap', generation.spec.spec.namespace, name);
  return Object.keys(stored?.data ?? {}).some((key) => key.startsWith('checkpointID-'));
}

async function readAs(
  { dependencies, generation, folder }: StopSubject,
  host: Generation,
  { aside, hasCheckpoint, signal }: StorageWish,
): Promise<StoredPoint | undefined> {
  await applyReferredTo(dependencies, host);
  return newestRestorePoint(dependencies, { generation, folder, host, hasCheckpoint, ...(aside && { aside }) }, signal);
}

/** Its pod needs an owner before anything else of it is made. */
async function anchorOf(
  { dependencies: { kubernetes }, generation }: StopSubject,
  standIn: StandIn,
): Promise<Generation> {
  const { generation: host, operation } = standIn;
  const isOwn = generationName(host.identity) === generationName(generation.identity);
  await kubernetes.apply(isOwn ? anchorAnew(host, operation) : renderAnchor(host, operation));
  return host;
}
