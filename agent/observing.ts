/** Whether this process observes jobs now: its observer says so five times a second. */

/** A process that is short of time is late by less. */
const lateMsMax = 5_000;

export class Observing {
  private atMs = -Infinity;

  /** The observer has done what was due. */
  note(): void {
    this.atMs = performance.now();
  }

  get isNow(): boolean {
    return performance.now() - this.atMs < lateMsMax;
  }
}
