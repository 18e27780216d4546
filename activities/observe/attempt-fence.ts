/**
 * Keeps an attempt from acting whose work Temporal has given to another one: a process that stood still, or was cut off and is back, may
 * go on for a while before its heartbeat tells it so.
 */

/** Temporal gives the work away 40 s after the last heartbeat, and one is sent every 32 s: what it said so lately still holds. */
const goodMs = 5_000;

export class AttemptFence {
  private readonly isCurrent: () => Promise<boolean>;
  private confirmedAtMs = -Infinity;
  private asking: Promise<void> | undefined;
  private lost = false;

  /** @param isCurrent asks Temporal whether the attempt is the one that counts. It may throw. */
  constructor(isCurrent: () => Promise<boolean>) {
    this.isCurrent = isCurrent;
  }

  /** Whether Temporal has said that another attempt counts. */
  get isLost(): boolean {
    return this.lost;
  }

  /**
   * Called just before something is told or written. Temporal is asked at most once in a while; the time is counted from the question on,
   * by a clock that goes on while the process stands still.
   * @throws when another attempt counts, or nobody can say.
   */
  async assertCurrent(): Promise<void> {
    while (!this.lost && performance.now() - this.confirmedAtMs > goodMs)
      await (this.asking ??= this.ask().finally(() => (this.asking = undefined)));
    if (this.lost) throw new Error('this attempt is too late: another one observes');
  }

  private async ask(): Promise<void> {
    const askedAtMs = performance.now();
    if (await this.isCurrent()) this.confirmedAtMs = askedAtMs;
    else this.lost = true;
  }
}
