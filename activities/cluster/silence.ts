/** Since when a JobManager has answered nothing. */
import type { FlinkClient } from '../../clients/flink/client.ts';
import { FlinkRestError } from '../../clients/flink/errors.ts';
import { unansweredMin } from './stop-limits.ts';

/** By this process's own clock, from when it is made. */
export class Silence {
  private heardAt = performance.now();
  private unanswered = 0;

  get lastedMs(): number {
    return performance.now() - this.heardAt;
  }

  /** A call was not answered. */
  goesOn(): void {
    this.unanswered += 1;
  }

  /** Whether it has lasted for so long, and is more than one answer that was lost or came too late to be read. */
  isLongerThan(patienceMs: number): boolean {
    return this.unanswered >= unansweredMin && this.lastedMs >= patienceMs;
  }

  /** The same client: each of its answers ends the silence, and so does a refusal. */
  endedBy(flink: FlinkClient): FlinkClient {
    return new Proxy(flink, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => this.heard(async () => Reflect.apply(member, target, args));
      },
    });
  }

  ends(): void {
    this.heardAt = performance.now();
    this.unanswered = 0;
  }

  private async heard(call: () => Promise<unknown>): Promise<unknown> {
    try {
      const answer = await call();
      this.ends();
      return answer;
    } catch (error) {
      if (error instanceof FlinkRestError) this.ends();
      throw error;
    }
  }
}
