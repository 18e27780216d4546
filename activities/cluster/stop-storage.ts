/** The newest restore point of a generation that nobody can be asked about any more: its pods are gone, its storage tells. */
import { ApplicationFailure } from '@temporalio/common';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import type { StoredPoint } from '../../core/newest-point.ts';
import { highAvailabilityMapName } from '../../core/names.ts';
import type { Generation } from '../../core/generation.ts';
import { isFinalRefusal } from '../failures.ts';
import { applyReferredTo } from './apply-referred-to.ts';
import type { ClusterDependencies } from './dependencies.ts';
import { newestRestorePoint } from './restore-point.ts';
import type { StopSubject } from './stop-look.ts';

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
  if (!hasAnchor) return standIn && readAs(subject, await anchorOf(subject.dependencies, standIn), wish);
  try {
    return await readAs(subject, subject.generation, wish);
  } catch (error) {
    if (!(error instanceof ApplicationFailure) && !isFinalRefusal(error)) throw error;
    if (!hasRun && !(await hasPointers(subject))) return undefined;
    if (!standIn) throw error;
    return readAs(subject, await anchorOf(subject.dependencies, standIn), wish);
  }
}

/** Flink's high availability keeps a pointer to each checkpoint of a job that has not ended. */
export async function hasPointers({ dependencies, generation, jobId }: StopSubject): Promise<boolean> {
  const name = highAvailabilityMapName(generation.identity, jobId);
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
async function anchorOf({ kubernetes }: ClusterDependencies, { generation, operation }: StandIn): Promise<Generation> {
  await kubernetes.apply(renderAnchor(generation, operation));
  return generation;
}
