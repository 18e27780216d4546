/** How often something may be done: so many at once, and then so many a second. Time comes in, and the wait comes out. */

export interface BucketLimits {
  readonly perSecond: number;
  /** How many may be done at once after a rest. */
  readonly burst: number;
}

export interface Bucket {
  /** How many may be done now; negative where places in the line were given out. */
  readonly tokens: number;
  /** When that was so, by a clock that nobody sets back; milliseconds. */
  readonly atMs: number;
}

export function fullBucket({ burst }: BucketLimits, nowMs: number): Bucket {
  return { tokens: burst, atMs: nowMs };
}

/** The bucket as it is now. */
export function refilled(bucket: Bucket, { perSecond, burst }: BucketLimits, nowMs: number): Bucket {
  // Time that has gone back gives nothing, and takes nothing.
  const passedMs = Math.max(0, nowMs - bucket.atMs);
  return { tokens: Math.min(burst, bucket.tokens + (passedMs * perSecond) / 1000), atMs: Math.max(bucket.atMs, nowMs) };
}

/** Takes the next place in the line: after the wait, one more may be done without asking again. */
export function placeInLine(
  bucket: Bucket,
  limits: BucketLimits,
  nowMs: number,
): { readonly bucket: Bucket; readonly waitMs: number } {
  const { tokens, atMs } = refilled(bucket, limits, nowMs);
  const left = tokens - 1;
  return { bucket: { tokens: left, atMs }, waitMs: left >= 0 ? 0 : Math.ceil((-left * 1000) / limits.perSecond) };
}

/** Takes as many as there are, at most `wanted`; nobody waits in line. */
export function takeUpTo(
  bucket: Bucket,
  limits: BucketLimits,
  { wanted, nowMs }: { readonly wanted: number; readonly nowMs: number },
): { readonly bucket: Bucket; readonly taken: number } {
  const { tokens, atMs } = refilled(bucket, limits, nowMs);
  const taken = Math.min(wanted, Math.max(0, Math.floor(tokens)));
  return { bucket: { tokens: tokens - taken, atMs }, taken };
}
