/** When an agent writes an autoscaler's memory onto the anchor, and in which size: each write is a request to the API server. */
import type { CapacityPoint, EngineMemory } from '../autoscaler/memory.ts';
import type { AutoscalerNote } from '../autoscaler/signal.ts';

const minute = 60_000;

/** What is learned by and by is written so often: so much of it a lost agent loses. */
const learnedEveryMs = 10 * minute;

/** What a vertex wavers about is not written each time. */
const waitingEveryMs = minute / 2;

/**
 * Wishes to shrink are of use for a whole scale-down interval, the largest of it above all: an agent that is lost loses those of one window
 * at most. They change with every reading while a vertex waits.
 */
function wishesEveryMs(windowMs: number): number {
  return Math.min(learnedEveryMs, Math.max(waitingEveryMs, windowMs));
}

/** Bytes of JSON. */
const noteBytesMax = 64_000;

/** How the memory stands to what was written. */
export interface MemoryNow {
  readonly memory: EngineMemory;
  /** Absent where nothing was written yet. */
  readonly written?: { readonly memory: EngineMemory; readonly atMs: number } | undefined;
  /** Something was told, which the next agent must know. */
  readonly hasTold: boolean;
  /** How often in a row it could not be written, and when last. */
  readonly failed?: FailedWrites | undefined;
  readonly nowMs: number;
  /** The policy's window of metrics. */
  readonly windowMs: number;
}

export interface FailedWrites {
  readonly times: number;
  readonly atMs: number;
}

/** After a write that failed the next one waits so long, and each time twice as long. */
const failedMs = { first: 10_000, most: learnedEveryMs };

/** Whether it is to be written now. */
export function isToBeWritten({ memory, written, hasTold, failed, nowMs, windowMs }: MemoryNow): boolean {
  if (failed) return nowMs - failed.atMs >= Math.min(failedMs.most, failedMs.first * 2 ** (failed.times - 1));
  if (hasTold || written === undefined) return true;
  const ageMs = nowMs - written.atMs;
  if (ageMs >= waitingEveryMs && waitingOf(memory) !== waitingOf(written.memory)) return true;
  if (ageMs >= wishesEveryMs(windowMs) && wishesOf(memory) !== wishesOf(written.memory)) return true;
  return ageMs >= learnedEveryMs && JSON.stringify(memory) !== JSON.stringify(written.memory);
}

/** The vertices that wait to become smaller. */
function waitingOf({ delayedScaleDowns }: EngineMemory): string {
  return Object.keys(delayedScaleDowns).toSorted().join(' ');
}

function wishesOf({ delayedScaleDowns }: EngineMemory): string {
  return JSON.stringify(delayedScaleDowns);
}

/** The note as text. */
export function noteText(note: AutoscalerNote): string {
  return JSON.stringify({ ...note, memory: compactMemory(note.memory, noteBytesMax) });
}

/** The memory within so many bytes of JSON: of what there is much of, the older half goes, and again. */
export function compactMemory(memory: EngineMemory, bytesMax: number): EngineMemory {
  let [compact, count] = [memory, mostOf(memory)];
  while (JSON.stringify(compact).length > bytesMax && count > 0) {
    count = Math.floor(count / 2);
    compact = withMost(memory, count);
  }
  return compact;
}

function mostOf({ capacity, scalings, jobScalings }: EngineMemory): number {
  const lists = [jobScalings, ...Object.values(capacity), ...Object.values(scalings)];
  return Math.max(0, ...lists.map(({ length }) => length));
}

function withMost(memory: EngineMemory, count: number): EngineMemory {
  const capacity = ofEach(memory.capacity, (points) => newestPoints(points, count));
  return {
    ...memory,
    capacity,
    scalings: ofEach(memory.scalings, (all) => newest(all, count)),
    jobScalings: newest(memory.jobScalings, count),
  };
}

function ofEach<T>(
  lists: Readonly<Record<string, readonly T[]>>,
  shorten: (list: readonly T[]) => readonly T[],
): Readonly<Record<string, readonly T[]>> {
  const short = Object.entries(lists).map(([id, list]) => [id, shorten(list)] as const);
  return Object.fromEntries(short.filter(([, list]) => list.length > 0));
}

function newest<T>(list: readonly T[], count: number): readonly T[] {
  return list.slice(Math.max(0, list.length - count));
}

function newestPoints(points: readonly CapacityPoint[], count: number): readonly CapacityPoint[] {
  const kept = points.toSorted((left, right) => right.atMs - left.atMs).slice(0, count);
  return kept.toSorted((left, right) => left.parallelism - right.parallelism);
}

/** A wish that nobody has repeated for so long is of another time. */
const wishForgottenMs = 30 * minute;

/** What was remembered, taken up again at a time: scale-downs that waited while nobody looked begin to wait anew. */
export function takenUp(memory: EngineMemory, nowMs: number): EngineMemory {
  const waiting = Object.entries(memory.delayedScaleDowns).filter(
    ([, { wishes }]) => nowMs - (wishes.at(-1)?.atMs ?? -Infinity) <= wishForgottenMs,
  );
  return { ...memory, delayedScaleDowns: Object.fromEntries(waiting) };
}
