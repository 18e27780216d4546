/** The line in which looks at JobManagers wait for their turn: those of which Kubernetes has told something have a shorter one. */
import {
  requestAfter,
  requestsInAll,
  requestsOfTheHurried,
  requestsPerJobManager,
} from '../../core/observation/pace.ts';
import { fullBucket, type Bucket } from '../../core/observation/token-bucket.ts';

/** One job's place, of which there is one at a time. */
export class LinePlace {
  requests: Bucket = fullBucket(requestsPerJobManager, performance.now());
  /** Whether Kubernetes has told something of it since the last look began. */
  isHurried = false;
  /** Whether a look waits, or is under way. */
  isBusy = false;
  private waiting: NodeJS.Timeout | undefined;

  /** It is looked at before those that only have their turn; where it waits among these, it asks for a place anew. */
  hurry(): void {
    if (!this.isHurried && this.waiting) {
      clearTimeout(this.waiting);
      this.waiting = undefined;
      this.isBusy = false;
    }
    this.isHurried = true;
  }

  wait(ms: number, look: () => void): void {
    this.isBusy = true;
    this.waiting = setTimeout(() => {
      this.waiting = undefined;
      this.isHurried = false;
      look();
    }, ms);
  }
}

export class LookLine {
  private readonly lines = {
    common: { limits: requestsInAll, bucket: fullBucket(requestsInAll, performance.now()) },
    hurried: { limits: requestsOfTheHurried, bucket: fullBucket(requestsOfTheHurried, performance.now()) },
  };

  /** Takes places for so many requests. @returns after what time the last one may be sent. */
  take(place: LinePlace, requests: number, nowMs: number): number {
    const line = this.lines[place.isHurried ? 'hurried' : 'common'];
    let wait = 0;
    for (let left = requests; left > 0; left -= 1) {
      const { one, all, waitMs } = requestAfter({ one: place.requests, all: line.bucket }, nowMs, line.limits);
      place.requests = one;
      line.bucket = all;
      wait = waitMs;
    }
    return wait;
  }
}
