/** Those who want to ask something stand in line here: so many a second get their turn. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  fullBucket,
  placeInLine,
  refilled,
  type Bucket,
  type BucketLimits,
} from '../../core/observation/token-bucket.ts';

export class RequestLine {
  private readonly limits: BucketLimits;
  private bucket: Bucket;

  constructor(limits: BucketLimits) {
    this.limits = limits;
    this.bucket = fullBucket(limits, performance.now());
  }

  /** Whether somebody who came now would not have to wait. */
  get isFree(): boolean {
    return refilled(this.bucket, this.limits, performance.now()).tokens >= 1;
  }

  /** Takes the next place. @returns for how many milliseconds to wait for it. */
  place(): number {
    const { bucket, waitMs } = placeInLine(this.bucket, this.limits, performance.now());
    this.bucket = bucket;
    return waitMs;
  }
}

/** Waits for the turn in all of these lines. */
export async function turnIn(...lines: readonly RequestLine[]): Promise<void> {
  const waitMs = Math.max(...lines.map((line) => line.place()));
  // Nobody needs to wait for a measurement before the process may end.
  if (waitMs > 0) await pause(waitMs, undefined, { ref: false });
}
