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

/** Of one JobManager: a look that asks for everything is five requests. */
export const requestsPerJobManager: BucketLimits = { perSecond: 5, burst: 10 };

/** Of all that one agent asks: 10,000 jobs are then asked every 50 s each. A request took a JobManager 2.5 ms. */
export const requestsInAll: BucketLimits = { perSecond: 200, burst: 400 };

/** What a look has shown. */
export interface PaceSeen {
  readonly nowMs: number;
  /** Whether something has changed since the look before, or is not as it should be. */
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

/** Takes a place for one request: it may be sent after the wait. */
export function requestAfter(
  { one, all }: RequestBuckets,
  nowMs: number,
): RequestBuckets & { readonly waitMs: number } {
  const own = placeInLine(one, requestsPerJobManager, nowMs);
  const common = placeInLine(all, requestsInAll, nowMs);
  return { one: own.bucket, all: common.bucket, waitMs: Math.max(own.waitMs, common.waitMs) };
}
