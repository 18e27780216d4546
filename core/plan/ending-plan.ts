/** What an operation will do that brings no spec about: it ends a candidate, the job before it, or the job itself. */
import { deletionOf, savepointsGo, type DeletionWish } from '../deletion.ts';
import { hasDurableStorage } from '../generation.ts';
import type { CandidateVerdict } from '../job.ts';
import type { OperationKind } from '../operation-kinds.ts';
import type { Deletion, FlinkJob } from '../schema/flink-job.ts';
import type { ChangePlan } from './change-plan.ts';
import { changesBetween } from './changes.ts';

/** The plan of any operation. */
export interface OperationPlan extends Omit<ChangePlan, 'kind'> {
  readonly kind: OperationKind;
}

/** @param active what the job is now. */
export function planVerdict(
  verdict: CandidateVerdict,
  active: FlinkJob | undefined,
  candidate: FlinkJob | undefined,
): OperationPlan {
  if (verdict === 'discard')
    return { kind: verdict, cost: 'none', changes: [], notes: ['What the candidate has written stays.'] };
  const changes = active && candidate ? changesBetween(active, candidate) : [];
  const notes = ['What ran before is canceled; what it has written beside the candidate stays.'];
  return { kind: verdict, cost: 'redeploy', changes, notes };
}

/** @param left what has a Flink cluster. */
export function planRemoval(job: FlinkJob, left: FlinkJob | undefined, wish: DeletionWish): OperationPlan {
  const deletion = deletionOf(job, wish);
  const how = deletion === 'savepoint' && left && !hasDurableStorage(left) ? 'cancel' : deletion;
  const isTouched = left !== undefined && how !== 'leave';
  const notes = [...(left ? [endings[how]] : []), filesNote(job, left, wish)];
  return { kind: 'remove', cost: isTouched ? 'restart' : 'none', changes: [], notes };
}

/** Where the job is forgotten. @param underWay number of the operation that is ended for it. */
export function planForgetting(
  { spec: { cluster, namespace } }: FlinkJob,
  underWay: number | undefined,
): OperationPlan {
  const notes = [
    ...(underWay === undefined ? [] : [`Operation ${underWay} ends where it stands, and nothing of it is undone.`]),
    `What the job has in namespace ${namespace} of cluster ${cluster} stays as it is, and may run on: a job of that name takes it over, or replaces it with its state.`,
    'The files of its checkpoints and savepoints stay.',
  ];
  return { kind: 'remove', cost: 'none', changes: [], notes };
}

/** What becomes of the files that it has written. */
function filesNote(job: FlinkJob, left: FlinkJob | undefined, wish: DeletionWish): string {
  const { savepoints } = (left ?? job).spec.storage;
  if (!savepointsGo(job, wish) || savepoints === undefined) return 'The files of its checkpoints and savepoints stay.';
  const kept = deletionOf(job, wish) === 'savepoint' ? ['the one from which it could go on'] : [];
  const stay = [...kept, 'those from which other jobs start'].join(' and ');
  return `The files of its checkpoints stay, those of its savepoints are deleted, but for ${stay}.`;
}

const endings: Readonly<Record<Deletion, string>> = {
  cancel: 'The job is canceled, and its Flink cluster goes.',
  savepoint: 'The job is stopped with a savepoint, and its Flink cluster goes; where the savepoint fails, both stay.',
  leave: 'The job runs on, and a job of that name takes it over.',
};
