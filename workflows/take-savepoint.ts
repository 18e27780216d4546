/** Takes a savepoint as one step of an operation, and records it, or why there is none. */
import type { TakenSavepoint } from '../activities/cluster/take-savepoint.ts';
import { candidateAmong } from '../core/candidate.ts';
import { noSavepointStorage, notRunning } from '../core/diagnosis/savepoint-failures.ts';
import { activeAmong, type Generation } from '../core/generation.ts';
import { generationName } from '../core/names.ts';
import type { OperationInput } from '../core/operation-result.ts';
import type { SavepointRecord } from '../core/savepoint.ts';
import { longWaits } from './cluster-activities.ts';
import { errorOf, failureOf } from './carried-failure.ts';
import type { OperationRun } from './operation-run.ts';
import { savepointOf, takenNow } from './record-savepoint.ts';

/** As its operation was asked to. @throws what kept it from being taken: the job runs on. */
export async function takeSavepoint(account: OperationRun, input: OperationInput): Promise<void> {
  const { format = 'native', origin = 'user', ofCandidate } = input.savepointWish?.take ?? {};
  const generation = ofCandidate ? candidateOf(input) : runningGeneration(input);
  await takeSavepointOf(account, generation, { format, origin });
}

/** @returns where it lies. @throws the same. */
export async function takeSavepointOf(
  account: OperationRun,
  generation: Generation,
  wish: Pick<SavepointRecord, 'format' | 'origin'>,
): Promise<string> {
  const base = { ...savepointOf(account, generation), ...wish };
  try {
    // Flink ends what was begun; who asks to give up only waits no more.
    const taken = await account.untilAborted(() =>
      account.step('savepointTaken', () => taking(account, generation, wish.format)),
    );
    account.recordSavepoint({ ...base, ...takenNow(account), ...completed(taken) });
    if (taken.hasCheckpoint && !generation.candidate) account.startedFrom = undefined;
    return taken.path;
  } catch (error) {
    const takenAt = new Date().toISOString();
    account.recordSavepoint({ ...base, state: 'failed', takenAt, failure: failureOf(error) });
    throw error;
  }
}

function runningGeneration({ generations, wasRunning, tenant, name, uid }: OperationInput): Generation {
  const active = activeAmong(generations);
  if (active && wasRunning) return active;
  throw errorOf(notRunning({ identity: { tenant, name, uid, number: 0 } }, 'it does not run'));
}

/** It was discarded meanwhile where there is none. */
function candidateOf({ generations, tenant, name, uid }: OperationInput): Generation {
  const candidate = candidateAmong(generations);
  if (candidate) return candidate;
  throw errorOf(notRunning({ identity: { tenant, name, uid, number: 0 } }, 'it has no candidate any more'));
}

function taking(account: OperationRun, generation: Generation, format: SavepointRecord['format']) {
  const { cluster, storage } = generation.spec.spec;
  if (storage.savepoints === undefined) throw errorOf(noSavepointStorage);
  const requester = { uid: account.uid, operation: account.number };
  const summary = `Take a savepoint of ${generationName(generation.identity)}`;
  return longWaits(cluster).takeSavepoint.executeWithOptions({ summary }, [
    { generation, requester, format, root: storage.savepoints },
  ]);
}

function completed({ path, sizeBytes, completedAtMs }: TakenSavepoint) {
  return {
    state: 'completed' as const,
    takenAt: new Date(completedAtMs ?? Date.now()).toISOString(),
    path,
    ...(sizeBytes !== undefined && { sizeBytes }),
  };
}
