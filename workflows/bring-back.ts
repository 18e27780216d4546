/** Brings the last stable revision back: on its own Flink cluster where that still stands, else on one made anew. */
import type { Generation } from '../core/generation.ts';
import { GenerationSteps } from './generation-steps.ts';
import type { OperationRun } from './operation-run.ts';

export interface BringBackWish {
  /** With a submission of its own, and the restore point from which it goes on. */
  readonly generation: Generation;
  /** What failed: its job has ended. */
  readonly failed: GenerationSteps;
  /** Whether that must go first, for there is no room for two. */
  readonly makesRoom: boolean;
}

/** @throws what keeps it from running: then its generation stays, and the next operation begins with it. */
export async function bringBack(account: OperationRun, wish: BringBackWish): Promise<void> {
  const { generation, failed, makesRoom } = wish;
  const steps = new GenerationSteps(account, generation);
  account.activate(generation);
  if (makesRoom) {
    // The Service goes with its owner, so it gets the new one first.
    await steps.published('rollbackPublished');
    await failed.cleared('newRemoved');
  }
  await steps.applied('rollbackStarted');
  await steps.jobManagerAnswers();
  await steps.submitted('rollbackSubmitted');
  await steps.tasksRunning('rollbackRunning');
  await steps.published('rollbackPublished');
  account.startedFrom = account.restorePoint;
  account.restorePoint = undefined;
  account.leftRunning = true;
  account.note({ rolledBackTo: generation.revision });
  if (!makesRoom) await failed.cleared('newRemoved');
}
