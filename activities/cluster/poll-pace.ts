/** How often Flink is asked for what is to come about. */

/** Flink's asynchronous calls take about 70 ms: a slower poll would set the pace. */
const pollEveryMs = 25;

/** What takes long is asked for less often, at the cost of a hundredth of its time: a busy node needs its processors. */
export class PollPace {
  private readonly maxMs: number;
  private since = performance.now();

  constructor(maxMs: number) {
    this.maxMs = maxMs;
  }

  /** Something else is waited for from now on. */
  beginAnew(): void {
    this.since = performance.now();
  }

  /** How long to wait before the next look. */
  nextMs(): number {
    return Math.min(this.maxMs, Math.max(pollEveryMs, (performance.now() - this.since) / 100));
  }
}
