/** What an agent makes of the window that it has: the decision, and the signal where that is to be told. */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { decide } from '../autoscaler/decide.ts';
import type { AutoscalerDecision, AutoscalerInput } from '../autoscaler/decision.ts';
import type { AutoscalerSignal } from '../autoscaler/signal.ts';
import type { Generation } from '../generation.ts';
import { compactMemory } from './noted-memory.ts';
import { thinnedInput } from './thinned.ts';

/** Bytes of JSON: a history of Temporal holds every signal for weeks. */
const signalBytesMax = 64_000;

/** Of which the memory may take so many. */
const memoryBytesMax = 24_000;

/** What is told of a window, and what by it is to be done. */
export interface WindowTold {
  readonly signal: AutoscalerSignal;
  /** By the input of the signal: the workflow's engine finds the same by it. */
  readonly decision: AutoscalerDecision;
}

/** @returns undefined where the job has so many vertices that no two samples of it fit. */
export function windowTold(
  { identity, spec, submission, revision }: Generation,
  input: AutoscalerInput,
  asked?: string,
): WindowTold | undefined {
  const signalOf = (own: AutoscalerInput, found: AutoscalerSignal['found']): AutoscalerSignal => ({
    tenant: identity.tenant,
    name: identity.name,
    uid: identity.uid,
    cluster: spec.spec.cluster,
    namespace: spec.spec.namespace,
    generation: identity.number,
    submission,
    revision,
    input: own,
    found,
    ...(asked !== undefined && { asked }),
  });
  // As long as what stands there in the end.
  const found = { id: `${input.job.id}-${input.nowMs}`, action: 'advise' } as const;
  const bytesOf = (own: AutoscalerInput) => utf8ToBytes(JSON.stringify(signalOf(own, found))).length;
  const compact = { ...input, memory: compactMemory(input.memory, memoryBytesMax) };
  const thinned = thinnedInput(compact, bytesOf, signalBytesMax);
  if (thinned === undefined) return undefined;
  const decision = decide(thinned);
  return { decision, signal: signalOf(thinned, { id: decision.id, action: decision.action }) };
}
