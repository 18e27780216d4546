/** How old the state is that a job waits with: it ages until a start has got beyond it, however many starts fail meanwhile. */
import { stateTooOld } from './diagnosis/state-age.ts';
import type { Failure } from './failure.ts';
import type { FlinkJob } from './schema/flink-job.ts';
import { parseDurationMs } from './spec/duration.ts';
import { isSamePlace } from './storage-uri.ts';
import type { StateAge } from './stopping.ts';

/**
 * Since when a restore point ages. That of the stop which left it: the savepoint of a stop does not age, nor one that somebody named, nor
 * what a person has stopped.
 */
export interface AgingPoint extends StateAge {
  readonly path: string;
}

/** What a stop says of the point that it left. */
interface LeftPoint {
  readonly restorePoint?: string;
  readonly age?: StateAge;
}

/**
 * What ages, the newest last, once a stop has told of one more. Of one point it counts when that was first.
 * @param waitsWith the point with which the job waits: a start from it that came to nothing lets it age no more than it does.
 */
export function withAging(
  known: readonly AgingPoint[],
  { restorePoint, age }: LeftPoint,
  waitsWith?: string,
): readonly AgingPoint[] {
  if (restorePoint === undefined || age === undefined) return known;
  if (age.from === 'start' && waitsWith !== undefined && isSamePlace(waitsWith, restorePoint)) return known;
  const before = agingOf(known, restorePoint);
  return before && before.sinceMs <= age.sinceMs ? known : [...known, { ...age, path: restorePoint }];
}

/** What is known of that very point; another one never has its age. */
export function agingOf(known: readonly (AgingPoint | undefined)[], path: string | undefined): AgingPoint | undefined {
  return path === undefined ? undefined : known.findLast((one) => one && isSamePlace(one.path, path));
}

/** The oldest state that a start by this spec goes on from, in milliseconds of age; undefined: of any age. */
export function maxStateAgeMs({ spec: { upgrade } }: FlinkJob): number | undefined {
  return upgrade.maxStateAge === undefined ? undefined : parseDurationMs(upgrade.maxStateAge);
}

/**
 * Why a start by this spec may not go on from what the job has waited with; undefined where it may.
 * @param nowMs by Temporal's clock, held against that of Flink or of a storage: the limit is one of minutes or more.
 */
export function waitedTooLong(
  aging: AgingPoint | undefined,
  spec: FlinkJob,
  nowMs: number,
  whose: 'ended' | 'candidate' = 'ended',
): Failure | undefined {
  const limitMs = maxStateAgeMs(spec);
  if (!aging || limitMs === undefined) return undefined;
  const ageMs = nowMs - aging.sinceMs;
  return ageMs > limitMs ? stateTooOld({ from: aging.from, ageMs, limitMs }, whose) : undefined;
}
