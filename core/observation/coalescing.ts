/**
 * Which observations are signalled, and when: only what changes the digest, the newest of each job, at most one in a while,
 * and of all jobs together no more than Temporal takes well. So a node's death with a thousand jobs is told, one after another.
 */
import type { Observation } from './observation.ts';
import { compareOrder, isNewer } from './order.ts';
import { refilled, takeUpTo, type Bucket, type BucketLimits } from './token-bucket.ts';

/** How long after a signal the next one of the same job waits, unless it is urgent. */
export const signalEveryMs = 10_000;

/** How long something that no workflow has heard waits until it is sent again: one may be made later, and many may never be. */
export const unheardEveryMs = 120_000;

/** How long something that could not be sent waits until it is tried again: twice as long each time, up to the most. */
const unsentAgainMs = { first: 1_000, most: 5_000 } as const;

/** Of all jobs of an agent: what a thousand jobs have to tell at once is told within a minute, and leaves room for people's changes. */
export const signalsInAll: BucketLimits = { perSecond: 20, burst: 100 };

/** What a job's workflow was told, and what waits to be told. */
export interface JobSignals {
  readonly toldDigest?: string;
  readonly toldAtMs?: number;
  readonly waiting?: WaitingSignal;
  /** What was sent last when there was no workflow to hear it. */
  readonly unheard?: { readonly digest: string; readonly atMs: number };
  /** How often in a row nothing could be sent, and until when that is not tried again. */
  readonly unsent?: { readonly times: number; readonly untilMs: number };
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

/** Notes that it could not be sent: Temporal is away, or does not take this one. It waits on. */
export function unsent(job: JobSignals, nowMs: number): JobSignals {
  const { times = 0 } = job.unsent ?? {};
  const waitMs = Math.min(unsentAgainMs.most, unsentAgainMs.first * 2 ** Math.min(times, 10));
  return { ...job, unsent: { times: times + 1, untilMs: nowMs + waitMs } };
}

/** Notes that there was no workflow to hear what was sent. It waits on: a job that is taken over later is told. */
export function unheard({ unsent: _unsent, ...job }: JobSignals, { digest }: WaitingSignal, nowMs: number): JobSignals {
  return { ...job, toldAtMs: nowMs, unheard: { digest, atMs: nowMs } };
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
  const waits = [...jobs].flatMap(([key, job]) => waitOf(key, job) ?? []);
  const due = waits.filter((one) => one.dueMs <= nowMs).toSorted(urgentFirst);
  const { bucket: left, taken } = takeUpTo(bucket, signalsInAll, { wanted: due.length, nowMs });
  const now = due.slice(0, taken).map(({ key }) => key);
  const later = waits.filter((one) => one.dueMs > nowMs).map((one) => one.dueMs - nowMs);
  const nextToken = due.length > taken ? nextTokenMs(left, nowMs) : Infinity;
  const waitMs = later.reduce((least, each) => Math.min(least, each), nextToken);
  return { now, bucket: left, ...(Number.isFinite(waitMs) && { waitMs }) };
}

/** Something that waits, with the time at which it may be sent. */
interface Wait extends WaitingSignal {
  readonly key: string;
  readonly dueMs: number;
}

function waitOf(key: string, job: JobSignals): Wait | undefined {
  const wait = firstWaitOf(key, job);
  return wait && job.unsent ? { ...wait, dueMs: Math.max(wait.dueMs, job.unsent.untilMs) } : wait;
}

function firstWaitOf(key: string, { waiting, toldAtMs, unheard: before }: JobSignals): Wait | undefined {
  if (!waiting) return undefined;
  // Nobody has heard it, and maybe nobody ever will: it goes after all that somebody waits for.
  if (before?.digest === waiting.digest)
    return { ...waiting, key, isUrgent: false, sinceMs: Infinity, dueMs: before.atMs + unheardEveryMs };
  const isDue = waiting.isUrgent || toldAtMs === undefined;
  return { ...waiting, key, dueMs: isDue ? -Infinity : toldAtMs + signalEveryMs };
}

function urgentFirst(one: Wait, other: Wait): number {
  if (one.isUrgent !== other.isUrgent) return one.isUrgent ? -1 : 1;
  return one.sinceMs === other.sinceMs ? 0 : one.sinceMs - other.sinceMs;
}

function nextTokenMs(bucket: Bucket, nowMs: number): number {
  const { tokens } = refilled(bucket, signalsInAll, nowMs);
  return Math.max(1, Math.ceil(((1 - tokens) * 1000) / signalsInAll.perSecond));
}
