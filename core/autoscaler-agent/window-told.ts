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

/** Of which the memory may take so many; and where too few samples fit beside that, so many. */
const memoryBytesMax = [24_000, 8_000];

/** What is told of a window, and what by it is to be done. */
export interface WindowTold {
  readonly signal: AutoscalerSignal;
  /** By the input of the signal: the workflow's engine finds the same by it. */
  readonly decision: AutoscalerDecision;
}

/** @returns undefined where the job has so many vertices that too few samples of it fit. */
export function windowTold(generation: Generation, input: AutoscalerInput, asked?: string): WindowTold | undefined {
  const fitting = fittingInput(generation, input, asked);
  if (fitting === undefined) return undefined;
  const decision = decide(fitting);
  return { decision, signal: signalOf(generation, fitting, { id: decision.id, action: decision.action }, asked) };
}

/**
 * Decides by those samples that can be told: else the workflow would decide otherwise than the agent, wherever a target is near to
 * another one. All that is remembered counts.
 */
export function decideFirst(
  generation: Generation,
  input: AutoscalerInput,
): { readonly input: AutoscalerInput; readonly decision: AutoscalerDecision } {
  const { samples } = fittingInput(generation, input) ?? input;
  const own = { ...input, samples };
  return { input: own, decision: decide(own) };
}

function fittingInput(generation: Generation, input: AutoscalerInput, asked?: string): AutoscalerInput | undefined {
  // As long as what stands there in the end.
  const found = { id: `${input.job.id}-${input.nowMs}`, action: 'advise' } as const;
  const bytesOf = (own: AutoscalerInput) => utf8ToBytes(JSON.stringify(signalOf(generation, own, found, asked))).length;
  for (const bytesMax of memoryBytesMax) {
    const compact = { ...input, memory: compactMemory(input.memory, bytesMax) };
    const fitting = thinnedInput(compact, bytesOf, signalBytesMax);
    if (fitting) return fitting;
  }
  return undefined;
}

function signalOf(
  { identity, spec, submission, revision }: Generation,
  input: AutoscalerInput,
  found: AutoscalerSignal['found'],
  asked: string | undefined,
): AutoscalerSignal {
  return {
    tenant: identity.tenant,
    name: identity.name,
    uid: identity.uid,
    cluster: spec.spec.cluster,
    namespace: spec.spec.namespace,
    generation: identity.number,
    submission,
    revision,
    input,
    found,
    ...(asked !== undefined && { asked }),
  };
}
