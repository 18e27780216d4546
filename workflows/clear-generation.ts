/** Ends one generation for good: pods, then Flink's own high-availability data, then the objects. Repeatable at any point. */
import type { Generation } from '../core/generation.ts';
import { hasHighAvailability } from '../core/generation.ts';
import { generationName } from '../core/names.ts';
import type { StepName } from '../core/steps.ts';
import { waits } from './cluster-activities.ts';
import type { StepOutcome } from './operation-run.ts';

/** Runs one step under its name, as an operation shows it; an undo runs all of them under one name of its own. */
export type RunStep = <T extends StepOutcome | void>(name: StepName, act: () => Promise<T>) => Promise<T>;

/** Longest wait for pods to go: a lost node's pods need the node back, or a person. */
const podsGoneMs = 5 * 60_000;

/**
 * Scales to zero, sees the pods gone, removes high-availability ConfigMaps and files, then the anchor with all it owns.
 * The order matters: a live JobManager would write its high-availability data again.
 * @returns what could not be removed, and keeps nobody from going on.
 * @param boundMs after which each part fails, in milliseconds; absent: it waits for an agent for as long as it takes.
 */
export async function clearGeneration(generation: Generation, step: RunStep, boundMs?: number): Promise<StepOutcome> {
  const { cluster } = generation.spec.spec;
  const name = generationName(generation.identity);
  const removal = waits(cluster, podsGoneMs, boundMs);
  await step('podsGone', () =>
    removal.endPods.executeWithOptions({ summary: `Scale ${name} to zero and see its pods gone` }, [{ generation }]),
  );
  let left: string | undefined;
  if (hasHighAvailability(generation.spec)) {
    const removed = await step('highAvailabilityRemoved', () =>
      removal.removeHighAvailability.executeWithOptions({ summary: `Remove high-availability data of ${name}` }, [
        { generation },
      ]),
    );
    left = removed.left;
  }
  await step('objectsRemoved', () =>
    removal.removeObjects.executeWithOptions({ summary: `Remove the objects of ${name}` }, [{ generation }]),
  );
  return left === undefined ? {} : { detail: left };
}
