/** The recovery table: from what was seen of a job to what is done about it. A new row is a line here and its own few lines. */
import {
  actionOf,
  noFailure,
  saidStanding,
  standingOf,
  type Finding,
  type RecoveryCase,
  type RecoveryRow,
} from './finding.ts';
import { healthUnknown } from './health-unknown.ts';
import { jobManagerCrashLoop, jobManagerGone, jobManagerLost, jobManagerSilent } from './job-manager-rows.ts';
import { canceledOutside, finished, jobFailed, jobVanished, mainMethodThrew, stateIncompatible } from './job-rows.ts';
import * as objects from './object-rows.ts';
import { podOutOfMemory, podOutOfMemoryShown, raiseFor } from './out-of-memory-rows.ts';
import { imageGone, nodeLost, podsInTrouble } from './pod-rows.ts';
import { checkpointsFailing, checkpointTooOld, flinkRecovers, standstill, tasksNotRunning } from './progress-rows.ts';
import { restartLoop } from './restart-loop.ts';

/** The first row that applies decides: what explains most comes first, and what only needs time last. */
export const recoveryTable: readonly RecoveryRow[] = [
  finished,
  canceledOutside,
  objects.generationDeleted,
  objects.objectsDeleted,
  stateIncompatible,
  mainMethodThrew,
  podOutOfMemory,
  imageGone,
  nodeLost,
  jobFailed,
  jobVanished,
  objects.objectsChanged,
  jobManagerCrashLoop,
  jobManagerGone,
  jobManagerLost,
  jobManagerSilent,
  restartLoop,
  checkpointsFailing,
  checkpointTooOld,
  podOutOfMemoryShown,
  podsInTrouble,
  tasksNotRunning,
  objects.objectsDeletedShown,
  objects.objectsChangedShown,
  standstill,
  healthUnknown,
  flinkRecovers,
];

/** What is wrong with the job, at most one thing; undefined where all is well. */
export function findingOf(one: RecoveryCase): Finding | undefined {
  for (const row of recoveryTable) {
    const seen = row.sees(one);
    if (seen !== undefined) return found(row, seen, one);
  }
  return undefined;
}

function found(row: RecoveryRow, seen: NonNullable<ReturnType<RecoveryRow['sees']>>, one: RecoveryCase): Finding {
  const action = actionOf(row, one);
  const memory = action === 'raiseMemory' ? raiseFor(one) : undefined;
  return {
    reason: row.reason,
    action,
    ...(seen !== noFailure && { failure: seen }),
    standing: saidStanding(row, one) ?? standingOf(one.observation),
    retry: row.retry ?? 'useful',
    isOfRevision: row.isOfRevision ?? false,
    ...(memory && { memory }),
  };
}
