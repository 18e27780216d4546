/** Part of feature `memory`: how large and how small the processes of TaskManagers may become by a decision made now. */
import type { AutoscalerInput } from './decision.ts';
import { dreySettings } from './drey-settings.ts';
import { roundedUp, sizeStep } from './heap-size.ts';
import type { EngineMemory, MemoryGiven, MemoryRefused } from './memory.ts';
import { isOfProgram } from './program-change.ts';

export interface MemoryBounds {
  /** What they have where nobody gives any. */
  readonly usualBytes: number;
  readonly minBytes: number;
  /** Where nobody gives memory, as much as there is. */
  readonly maxBytes: number;
  /** What is remembered along with a size that is given now. */
  readonly kept: Pick<MemoryGiven, 'leastBytes' | 'tooSmall'>;
  /** More memory that is not asked for, since there was no room for it. */
  readonly refused?: MemoryRefused;
}

type Remembered = Pick<EngineMemory, 'memoryGiven' | 'memoryTriedAtMs' | 'memoryRefused' | 'watched' | 'program'>;

/** @param memoryBytes what they have now */
export function memoryBounds(input: AutoscalerInput, memoryBytes: number, memory: Remembered): MemoryBounds {
  const { memory: policy } = input.policy;
  const given = memory.memoryGiven?.givenBytes === memoryBytes ? memory.memoryGiven : undefined;
  // Another size than was given means that somebody else has changed it: then that is the usual one.
  const usualBytes = given?.usualBytes ?? memoryBytes;
  const wanted = isGiven(input) ? (policy?.maxBytes ?? memoryBytes) : memoryBytes;
  if (policy?.byRestart !== true) return { usualBytes, minBytes: usualBytes, maxBytes: wanted, kept: {} };
  const kept = keptOf(input, memoryBytes, memory, given);
  const may = changesNow(input, memory);
  const minBytes = may.less ? leastOf(memoryBytes, policy.minBytes ?? usualBytes, kept) : memoryBytes;
  const refused = refusedNow(input, memoryBytes, memory);
  const maxBytes = may.more && !refused ? wanted : memoryBytes;
  return { usualBytes, minBytes, maxBytes, kept, ...(refused && { refused }) };
}

/** Whoever has made them as large since has found room. */
function refusedNow(
  { nowMs }: AutoscalerInput,
  memoryBytes: number,
  { memoryRefused }: Remembered,
): MemoryRefused | undefined {
  const isNow = memoryRefused !== undefined && nowMs < memoryRefused.untilMs && memoryBytes < memoryRefused.bytes;
  return isNow ? memoryRefused : undefined;
}

/** What was too much of a step back is made good at once. */
function changesNow(input: AutoscalerInput, { memoryGiven, memoryTriedAtMs }: Remembered) {
  if (rests(input, memoryTriedAtMs)) return { less: false, more: false };
  const less = !rests(input, memoryGiven?.atMs);
  return { less, more: less || memoryGiven?.isLess === true };
}

function leastOf(memoryBytes: number, wanted: number, { leastBytes = 0, tooSmall }: MemoryBounds['kept']): number {
  const aboveTooSmall = tooSmall ? tooSmall.bytes + sizeStep : 0;
  return Math.max(wanted, leastBytes, aboveTooSmall, roundedUp(dreySettings.mostMemoryBack * memoryBytes));
}

/** Whether memory that is decided on is given. */
export function isGiven({ policy }: Pick<AutoscalerInput, 'policy'>): boolean {
  return policy.memory?.isCarriedOut === true;
}

function rests({ nowMs }: AutoscalerInput, sinceMs = -Infinity): boolean {
  return nowMs - sinceMs < dreySettings.memoryRestMs;
}

/** What a recovery, or a person, has raised stays; and a size that was too small is not tried again for a while. */
function keptOf(
  { nowMs }: AutoscalerInput,
  memoryBytes: number,
  remembered: Remembered,
  given: MemoryGiven | undefined,
): MemoryBounds['kept'] {
  const { memoryGiven, watched } = remembered;
  const isRaised = watched?.bytes === memoryBytes && (watched.beforeBytes ?? Infinity) < memoryBytes;
  const leastBytes = given ? given.leastBytes : isRaised ? memoryBytes : undefined;
  const { tooSmall } = memoryGiven ?? {};
  const isFresh =
    tooSmall !== undefined && nowMs - tooSmall.atMs < dreySettings.tooSmallMs && isOfProgram(remembered, tooSmall.atMs);
  return { ...(leastBytes !== undefined && { leastBytes }), ...(isFresh && { tooSmall }) };
}
