/** A generation that is made only for reaching the storage of a job which has none. */
import type { Generation } from '../core/generation.ts';
import { generationName } from '../core/names.ts';
import { shortCalls } from './cluster-activities.ts';
import { agentAwayMs, GenerationSteps } from './generation-steps.ts';
import type { OperationRun } from './operation-run.ts';

/**
 * Makes it, acts in its name, and clears it away.
 * @param clearMs bounds each part of clearing away, in milliseconds; absent: it waits for the cluster's agent.
 */
export async function withStandIn(
  account: OperationRun,
  standIn: Generation,
  act: (generation: Generation) => Promise<unknown>,
  clearMs?: number,
): Promise<void> {
  account.generations = [standIn];
  try {
    await account.step('standInApplied', () =>
      shortCalls(standIn.spec.spec.cluster, agentAwayMs).applyStandIn.executeWithOptions(
        { summary: `Make what reaches the storage in the name of ${generationName(standIn.identity)}` },
        [{ generation: standIn, operation: account.number }],
      ),
    );
    await act(standIn);
  } finally {
    await new GenerationSteps(account, standIn).cleared('standInRemoved', clearMs);
  }
}
