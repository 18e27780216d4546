/** Ends a generation's job as one step of an operation: nobody goes on from its state. */
import type { Generation } from '../core/generation.ts';
import { generationName } from '../core/names.ts';
import type { StepName } from '../core/steps.ts';
import { waits } from './cluster-activities.ts';
import type { OperationRun } from './operation-run.ts';

/** Longest wait for a cancel: tasks get 180 s from Flink before it kills their TaskManager. */
const cancelMs = 5 * 60_000;

export async function cancelGeneration(account: OperationRun, generation: Generation, step: StepName): Promise<void> {
  const summary = `Cancel the job of ${generationName(generation.identity)}`;
  const calls = waits(generation.spec.spec.cluster, cancelMs);
  await account.step(step, () => calls.cancelJob.executeWithOptions({ summary }, [{ generation }]));
}
