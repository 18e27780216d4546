/**
 * Which observations are signalled, and when: only what changes the digest, the newest of each job, at most one in a while,
 * and of all jobs together no more than Temporal takes well. So a node's death with a thousand jobs is told, one after another.
 */
import type { Observation } from './observation.ts';
import { compareOrder, isNewer } from './order.ts';
import { refilled, takeUpTo, type Bucket, type BucketLimits } from './token-bucket.ts';

/** How long after a signal the next one of the same job waits, unless it is urgent. */
export const signalEveryMs = 10_000;

/** Of all jobs of an agent: what a thousand jobs have to tell at once is told within a minute, and leaves room for people's changes. */
export const signalsInAll: BucketLimits = { perSecond: 20, burst: 100 };

/** What a job's workflow was told, and what waits to be told. */
export interface JobSignals {
  readonly toldDigest?: string;
  readonly toldAtMs?: number;
  readonly waiting?: WaitingSignal;
}

export interface WaitingSignal {
  readonly observation: Observation;
  readonly digest: string;
  /** Whether the job needs somebody now: it waits for nobody but more urgent ones. */
  readonly isUrgent: boolean;
  /** Since when something has waited to be told of this job. */
  readonly sinceMs: number;
}

type Offer = Omit<WaitingSignal, 'sinceMs'>;

/** Takes an observation: it waits in the place of an older one, and for nothing where it is what was told. */
export function offered(job: JobSignals, offer: Offer, nowMs: number): JobSignals {
  const { waiting, ...rest } = job;
  if (!isNewer(offer.observation, waiting?.observation)) return job;
  if (offer.digest === job.toldDigest) return rest;
  return { ...rest, waiting: { ...offer, sinceMs: waiting?.sinceMs ?? nowMs } };
}

/** Notes that a signal has arrived. What was offered meanwhile waits on, unless it says the same. */
export function told(job: JobSignals, sent: WaitingSignal, nowMs: number): JobSignals {
  const { waiting } = job;
  const isSame = waiting !== undefined && compareOrder(waiting.observation.order, sent.observation.order) === 0;
  const goesOn =
    waiting && !isSame && waiting.digest !== sent.digest ? { waiting: { ...waiting, sinceMs: nowMs } } : {};
  return { toldDigest: sent.digest, toldAtMs: nowMs, ...goesOn };
}

export interface NextSignals {
  /** The jobs to signal now, the urgent ones first, then those that have waited longest. */
  readonly now: readonly string[];
  readonly bucket: Bucket;
  /** When to ask again, where something waits. */
  readonly waitMs?: number;
}

/** Chooses who is signalled now. What is chosen and cannot be sent still waits, and is chosen again. */
export function nextSignals(jobs: ReadonlyMap<string, JobSignals>, bucket: Bucket, nowMs: number): NextSignals {
  const waits = [...jobs].flatMap(([key, job]) => (job.waiting ? [{ key, ...job.waiting, dueMs: dueMs(job) }] : []));
  const due = waits.filter((one) => one.dueMs <= nowMs).toSorted(urgentFirst);
  const { bucket: left, taken } = takeUpTo(bucket, signalsInAll, { wanted: due.length, nowMs });
  const now = due.slice(0, taken).map(({ key }) => key);
  const later = waits.filter((one) => one.dueMs > nowMs).map((one) => one.dueMs - nowMs);
  const nextToken = due.length > taken ? nextTokenMs(left, nowMs) : Infinity;
  const waitMs = later.reduce((least, each) => Math.min(least, each), nextToken);
  return { now, bucket: left, ...(Number.isFinite(waitMs) && { waitMs }) };
}

function dueMs({ waiting, toldAtMs }: JobSignals): number {
  return waiting?.isUrgent || toldAtMs === undefined ? -Infinity : toldAtMs + signalEveryMs;
}

function urgentFirst(one: WaitingSignal, other: WaitingSignal): number {
  return Number(other.isUrgent) - Number(one.isUrgent) || one.sinceMs - other.sinceMs;
}

function nextTokenMs(bucket: Bucket, nowMs: number): number {
  const { tokens } = refilled(bucket, signalsInAll, nowMs);
  return Math.max(1, Math.ceil(((1 - tokens) * 1000) / signalsInAll.perSecond));
}
