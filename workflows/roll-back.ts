/**
 * What becomes of an upgrade that failed after the old job was stopped: what was started of the next revision ends, and the last
 * stable revision is brought back from the right restore point, where the spec wants that and it is safe.
 */
import type { Failure } from '../core/failure.ts';
import type { Generation } from '../core/generation.ts';
import { submissionNumber } from '../core/names.ts';
import type { FlinkJob } from '../core/schema/flink-job.ts';
import { decideRollback, rollbackFailed, type PointBefore, type RollbackSeen } from '../core/rollback.ts';
import { isAmong } from '../core/savepoint-list.ts';
import { bringBack } from './bring-back.ts';
import { GenerationSteps } from './generation-steps.ts';
import { failureOf } from './carried-failure.ts';
import type { OperationRun } from './operation-run.ts';
import { endStarted, type StartedJob } from './stop-generation.ts';

export interface StoppedUpgrade {
  readonly account: OperationRun;
  readonly previous: Generation;
  readonly next: GenerationSteps;
  /** Whether the old Flink cluster stays until the job is stable, and the job is known to have ended on it. */
  readonly isWarm: boolean;
  /** Whether the job had finished by itself when it was to be stopped: then it is not run again. */
  readonly previousFinished: boolean;
  /** The spec of what has made the state that waits, where that is not the previous one's: a lost attempt may have committed. */
  readonly stateOf?: FlinkJob | undefined;
  /** Whether the state that the old job had could not be found. */
  readonly isStateUnknown?: boolean;
}

/** @returns the failure to report. */
export async function rollBack(upgrade: StoppedUpgrade, failure: Failure): Promise<Failure> {
  const { account, next, previousFinished } = upgrade;
  const before = account.restorePoint;
  let done: StartedJob;
  try {
    done = await endStarted(account, next, { before, step: 'newStopped' });
  } catch (error) {
    // It may still run: nothing takes its place.
    return rollbackFailed(failure, failureOf(error));
  }
  await clearBeside(upgrade, failure);
  if (done === 'finished') await next.settledIfFinished();
  else if (previousFinished) await next.cleared('newRemoved');
  else return goBack(upgrade, failure, { hasCommitted: done === 'committed', before });
  return failure;
}

/** What it does not go back to: it may still be there where its removal was cut off. What cannot be cleared away stays noted. */
async function clearBeside(upgrade: StoppedUpgrade, { code }: Failure): Promise<void> {
  const { account, previous, isWarm, previousFinished } = upgrade;
  const isDone = !isWarm || account.finished || previousFinished;
  // It was just tried in vain: nobody waits for that again.
  if (code === 'PODS_NOT_GONE' || code === 'OBJECTS_NOT_GONE') return;
  if (isDone && account.has(previous)) await removePrevious(upgrade).catch(() => undefined);
}

interface Left {
  /** Whether the next revision has completed a checkpoint. */
  readonly hasCommitted: boolean;
  /** What waited before it was started. */
  readonly before: string | undefined;
}

async function goBack(upgrade: StoppedUpgrade, failure: Failure, { hasCommitted, before }: Left): Promise<Failure> {
  const [previous, next] = [upgrade.previous.spec, upgrade.next.generation.spec];
  const committed = hasCommitted ? next : upgrade.stateOf;
  const { isStateUnknown = false } = upgrade;
  const point = pointBefore(upgrade, before);
  const decision = decideRollback({ previous, next, committed, failure, isStateUnknown, point });
  if (decision.action === 'rollBack') return bringPreviousBack(upgrade, failure, committed && { point });
  // The steps tell what could not be cleared away; it stays noted.
  await stayStopped(upgrade).catch(() => undefined);
  return decision.failure;
}

/** Of what a lost attempt has committed nobody tells what there was before. */
function pointBefore({ account, stateOf }: StoppedUpgrade, path: string | undefined): PointBefore | undefined {
  if (path === undefined || stateOf) return undefined;
  return { path, isSavepoint: isAmong({ path }, account.knownSavepoints) };
}

/** The job's state waits for what its user decides. */
async function stayStopped(upgrade: StoppedUpgrade): Promise<void> {
  if (upgrade.isWarm) await removePrevious(upgrade);
  await upgrade.next.cleared('newRemoved');
}

/** @param committed where the next revision, or a lost attempt, has completed a checkpoint. */
async function bringPreviousBack(
  upgrade: StoppedUpgrade,
  failure: Failure,
  committed: Pick<RollbackSeen, 'point'> | undefined,
): Promise<Failure> {
  const { account, next, isWarm } = upgrade;
  try {
    await bringBack(account, { generation: goingOn(upgrade), failed: next, makesRoom: !isWarm });
    return failure;
  } catch (error) {
    // It runs; what could not be cleared away beside it stays noted.
    return account.leftRunning ? failure : rollbackFailed(failure, failureOf(error), committed);
  }
}

/** The old revision, on its own Flink cluster where that still stands, else on the one after the next. */
function goingOn({ account, previous, next, isWarm }: StoppedUpgrade): Generation {
  const { restoreFrom: _older, ...kept } = previous;
  const from = account.restorePoint;
  return {
    ...kept,
    identity: isWarm ? previous.identity : { ...previous.identity, number: next.generation.identity.number + 1 },
    submission: submissionNumber(account.number, 1),
    ...(from && { restoreFrom: from }),
  };
}

function removePrevious({ account, previous }: StoppedUpgrade): Promise<void> {
  return new GenerationSteps(account, previous).cleared('previousRemoved');
}
