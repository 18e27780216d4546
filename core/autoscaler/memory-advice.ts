/** Memory that TaskManagers should be given where nobody carries that out: it is told, and parallelism is decided without it. */
import type { AutoscalerInput, MemoryAdvice } from './decision.ts';
import { uses } from './drey-view.ts';
import { planAfterLoss, planForPressure, situationOf } from './memory-plan.ts';
import type { JobSample } from './samples.ts';

/**
 * The advice; undefined where memory is enough, or not to be decided on.
 * @param recent samples of the last minutes
 * @param isPressed some vertex has to grow: then garbage collection may be why
 */
export function memoryAdvised(
  input: AutoscalerInput,
  recent: readonly JobSample[],
  isPressed: boolean,
): MemoryAdvice | undefined {
  const { memory: policy } = input.policy;
  if (policy === undefined || policy.isCarriedOut || !uses(input, 'memory')) return undefined;
  const situation = situationOf(input, recent, input.memory);
  if (situation === undefined) return undefined;
  const wider = { ...situation, maxBytes: policy.maxBytes };
  const afterLoss = planAfterLoss(wider);
  if (afterLoss && 'advice' in afterLoss) return afterLoss.advice;
  return isPressed ? planForPressure(wider)?.plan.advice : undefined;
}
