/** Whether a job that runs gets nowhere, from one reading of its vertices to the next. */
import { numberOf } from '../autoscaler/figure.ts';
import type { JobReading } from '../metrics/job-reading.ts';
import type { Standstill } from './observation.ts';

/** From this share of its time on, a source waits for what comes after it: a job that is only slow has some left. From 0 to 1. */
export const backpressuredMin = 0.9;

/** Since when nothing moves: what the sources had put out then, and how they were held up since. */
export interface StandingStill {
  readonly sinceMs: number;
  readonly lastMs: number;
  /** Between the last two readings. */
  readonly everyMs?: number;
  /** By the ids of sources that have not finished. */
  readonly recordsOut: Readonly<Record<string, number>>;
  /** Absent where Flink does not tell. */
  readonly checkpoints?: number;
  /** The source that was held up most when this began. */
  readonly vertex: string;
  /** The smallest share of its time that any source was held up that was held up most, of all readings since; 0 to 1. */
  readonly backpressure: number;
}

interface Seen extends Pick<StandingStill, 'recordsOut' | 'checkpoints'> {
  readonly atMs: number;
  readonly heldUp: { readonly vertex: string; readonly backpressure: number };
}

/**
 * Takes a reading in. All sources have put out nothing since, no checkpoint was completed, and in each reading one of them was held up for
 * nearly all of its time: sources that have nothing to read stand in nobody's way.
 * @returns undefined where something moves, or it is not known.
 */
export function stillAfter(before: StandingStill | undefined, reading: JobReading): StandingStill | undefined {
  const seen = seenIn(reading);
  if (!seen) return undefined;
  const { atMs, recordsOut, checkpoints, heldUp } = seen;
  const counts = { recordsOut, ...(checkpoints !== undefined && { checkpoints }) };
  if (!before || !isAsBefore(before, seen)) return { sinceMs: atMs, lastMs: atMs, ...counts, ...heldUp };
  const backpressure = Math.min(before.backpressure, heldUp.backpressure);
  return { ...counts, ...before, lastMs: atMs, everyMs: atMs - before.lastMs, backpressure };
}

/** One that was not read for longer says nothing of now. Where many jobs wait in line to be measured, their turns are further apart. */
const staleMs = 120_000;
const staleTurns = 2;

/** What is told of it. @param nowMs by the clock of the readings */
export function standstillOf(still: StandingStill | undefined, nowMs: number): Standstill | undefined {
  if (!still) return undefined;
  const { vertex, backpressure, sinceMs, lastMs, everyMs = 0 } = still;
  if (nowMs - lastMs > Math.max(staleMs, staleTurns * everyMs)) return undefined;
  return { vertex, windowMs: Math.max(0, lastMs - sinceMs), recordsOut: 0, backpressure };
}

function seenIn({ job, sample, checkpoints }: JobReading): Seen | undefined {
  const sources = job.vertices
    .filter(({ inputs, finished }) => inputs.length === 0 && finished !== true)
    .map(({ id, name }) => ({ id, name, ...sample.vertices[id] }));
  // Counters in which a subtask is missing are too small.
  if (sources.some(({ recordsOut, complete }) => recordsOut === undefined || complete === false)) return undefined;
  const [most] = sources.toSorted((one, other) => shareOf(other) - shareOf(one));
  if (!most || shareOf(most) < backpressuredMin) return undefined;
  return {
    atMs: sample.atMs,
    recordsOut: Object.fromEntries(sources.map(({ id, recordsOut = 0 }) => [id, recordsOut])),
    ...(checkpoints && { checkpoints: checkpoints.completed }),
    heldUp: { vertex: most.name, backpressure: shareOf(most) },
  };
}

type Source = JobReading['sample']['vertices'][string];

/** Of all its subtasks; 0 where that is not known. */
function shareOf({ backPressuredMsPerSecond }: Source): number {
  const share = numberOf(backPressuredMsPerSecond?.avg) / 1_000;
  return Number.isFinite(share) ? Math.min(1, share) : 0;
}

/** A number of checkpoints that is not known does not differ. */
function isAsBefore(before: StandingStill, { recordsOut, checkpoints = before.checkpoints }: Seen): boolean {
  if (before.checkpoints !== undefined && before.checkpoints !== checkpoints) return false;
  const ids = new Set([...Object.keys(before.recordsOut), ...Object.keys(recordsOut)]);
  return [...ids].every((id) => before.recordsOut[id] === recordsOut[id]);
}
