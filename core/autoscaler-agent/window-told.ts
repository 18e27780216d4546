/** What an agent makes of the window that it has: the decision, and the signal where that is to be told. */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { decide } from '../autoscaler/decide.ts';
import type { AutoscalerDecision, AutoscalerInput } from '../autoscaler/decision.ts';
import { packedInput, type ToldInput } from '../autoscaler/packed-samples.ts';
import type { AutoscalerSignal } from '../autoscaler/signal.ts';
import type { Generation } from '../generation.ts';
import { compactMemory } from './noted-memory.ts';
import { thinnedInput } from './thinned.ts';

/**
 * Bytes of JSON of a signal, and of the memory in it; the first that has room for samples enough. A history of Temporal holds every signal for
 * weeks, and each is written to it three times: as such, as what is decided by, and as what is kept. A payload may have 2 MB, and is warned of
 * from 512 KB on.
 */
const sizes = [
  { signal: 64_000, memory: 24_000, isPacked: false },
  { signal: 64_000, memory: 8_000, isPacked: false },
  { signal: 256_000, memory: 24_000, isPacked: true },
  { signal: 256_000, memory: 8_000, isPacked: true },
] as const;

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
  const decision = decide(fitting.input);
  return {
    decision,
    signal: signalOf(generation, toldAs(fitting), { id: decision.id, action: decision.action }, asked),
  };
}

/**
 * Decides by those samples that can be told: else the workflow would decide otherwise than the agent, wherever a target is near to
 * another one. All that is remembered counts.
 */
export function decideFirst(
  generation: Generation,
  input: AutoscalerInput,
): { readonly input: AutoscalerInput; readonly decision: AutoscalerDecision } {
  const { samples } = fittingInput(generation, input)?.input ?? input;
  const own = { ...input, samples };
  return { input: own, decision: decide(own) };
}

interface Fitting {
  readonly input: AutoscalerInput;
  readonly isPacked: boolean;
}

function toldAs({ input, isPacked }: Fitting): ToldInput {
  return isPacked ? packedInput(input) : input;
}

function fittingInput(generation: Generation, input: AutoscalerInput, asked?: string): Fitting | undefined {
  // As long as what stands there in the end.
  const found = { id: `${input.job.id}-${input.nowMs}`, action: 'advise' } as const;
  for (const { signal, memory, isPacked } of sizes) {
    const compact = { ...input, memory: compactMemory(input.memory, memory) };
    const bytesOf = (own: AutoscalerInput) =>
      utf8ToBytes(JSON.stringify(signalOf(generation, toldAs({ input: own, isPacked }), found, asked))).length;
    const fitting = thinnedInput(compact, bytesOf, signal);
    if (fitting) return { input: fitting, isPacked };
  }
  return undefined;
}

function signalOf(
  { identity, spec, submission, revision }: Generation,
  input: ToldInput,
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
