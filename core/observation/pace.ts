/** How often a JobManager is asked: quickly while something changes, seldom when all is well, and never too often. */
import { placeInLine, type Bucket, type BucketLimits } from './token-bucket.ts';

/** When a JobManager is looked at next. A look is one request when all is well, and some more when it is not. */
export interface Pace {
  readonly everyMs: number;
  readonly nextAtMs: number;
}

/** While something changes. Quicker would only see more of what Flink itself does in between. */
const quickestMs = 1_000;

/** When all is well: a job that fails without a pod that ends is found that late, one whose pod ends at once. */
const slowestMs = 10_000;

/** A job that has come to rest is asked at the slowest pace some 30 s later. */
const slowing = 1.5;

/** A look that asks for everything of a job that is well: the list of jobs, its failures, its checkpoints and how they are made. */
export const requestsOfDeepLook = 4;

/** Of one JobManager: a look that asks for everything is four requests, and six where it tells no cause of a failure. */
export const requestsPerJobManager: BucketLimits = { perSecond: 5, burst: 10 };

/**
 * Of a shard: 1,000 jobs that are well are then asked every 10 s each, 10,000 every 100 s (two requests a look, in the mean). A request
 * took a JobManager 2.5 ms. No more than a second's at once: what an agent that begins asks of 1,000 JobManagers goes through one API server, which
 * answered a quarter of them too late when it all came within 3 s.
 */
export const requestsInAll: BucketLimits = { perSecond: 200, burst: 200 };

/** Beside these, for jobs of which Kubernetes has told something: they wait for nobody that only has its turn. */
export const requestsOfTheHurried: BucketLimits = { perSecond: 50, burst: 100 };

/** How long a job that is not well is asked quickly though nothing changes: Flink's own attempts to mend it fall into that time. */
const restlessMs = 120_000;

/** How a job was at a look. */
export interface Unrest {
  /** Whether something has changed since the look before that matters. */
  readonly isOther: boolean;
  readonly isWell: boolean;
  /** Whether Flink is done with it, one way or another. */
  readonly hasEnded: boolean;
  /** How long nothing has changed that matters. */
  readonly unchangedMs: number;
}

/** Whether it is to be asked quickly: something changes, or may at any moment. */
export function mayChange({ isOther, isWell, hasEnded, unchangedMs }: Unrest): boolean {
  return isOther || (!isWell && !hasEnded && unchangedMs < restlessMs);
}

/** How long what did not answer says nothing of its job: it may be slow, and so may the way to it. */
export const unsureMs = 30_000;

/** How often a job is asked for its checkpoints and failures, too. */
const deepEveryMs = 30_000;

/** The number of looks from one such to the next: where so many wait that looks are rare, these are rarer still. */
const deepEveryLooks = 3;

/** Whether the next look is to ask for more than whether all tasks run. @param looks since one did, or undefined. */
export function isDeepDue(
  before: { readonly atMs: number; readonly looks: number } | undefined,
  nowMs: number,
): boolean {
  return before === undefined || (nowMs - before.atMs >= deepEveryMs && before.looks >= deepEveryLooks - 1);
}

/** What a look has shown. */
export interface PaceSeen {
  readonly nowMs: number;
  readonly isRestless: boolean;
}

/** When to look again after a look. The first one counts as a change. */
export function paceAfter(pace: Pace | undefined, { nowMs, isRestless }: PaceSeen): Pace {
  const isQuick = pace === undefined || isRestless;
  const everyMs = isQuick ? quickestMs : Math.min(slowestMs, pace.everyMs * slowing);
  return { everyMs, nextAtMs: nowMs + everyMs };
}

/** Looks at once, and quickly from then on: Kubernetes has told of a change, or an operation has ended. */
export function hurried(pace: Pace | undefined, nowMs: number): Pace {
  return { everyMs: quickestMs, nextAtMs: Math.min(nowMs, pace?.nextAtMs ?? nowMs) };
}

/** What was asked lately: of one JobManager, and of all. */
export interface RequestBuckets {
  readonly one: Bucket;
  readonly all: Bucket;
}

/** Takes a place for one request: it may be sent after the wait. @param limits of all, or of those that are hurried. */
export function requestAfter(
  { one, all }: RequestBuckets,
  nowMs: number,
  limits: BucketLimits = requestsInAll,
): RequestBuckets & { readonly waitMs: number } {
  const own = placeInLine(one, requestsPerJobManager, nowMs);
  const common = placeInLine(all, limits, nowMs);
  return { one: own.bucket, all: common.bucket, waitMs: Math.max(own.waitMs, common.waitMs) };
}
