/** When a job that is to be stopped has ended, as far as this process has seen. Instants are by its own steady clock. */
import type { JobSummary } from '../../clients/flink/client.ts';
import { sinceItsEnd, type StopSubject } from './stop-look.ts';
import type { StoppedJob } from './stop-shapes.ts';

export class SeenEnd {
  private readonly subject: StopSubject;
  /** As its JobManager says, in milliseconds since 1970. */
  private toldMs: number | undefined;
  private endedAt: Promise<number> | undefined;
  /** When its JobManager was last asked that said it had not ended. */
  private aliveAt: number | undefined;

  constructor(subject: StopSubject) {
    this.subject = subject;
  }

  /** @param askedAt when its JobManager was asked. */
  see(job: JobSummary | undefined, askedAt: number): void {
    this.toldMs = job?.endedAtMs;
    if (this.toldMs !== undefined) this.endedAt ??= this.askForIt();
    else if (job) this.aliveAt = askedAt;
  }

  /**
   * What is told of it. Where its pods were ended before anybody saw its end, it counts as ended when it was last seen alive: a pause that is
   * counted from then is never too short.
   */
  async told(podsEnded: boolean): Promise<Pick<StoppedJob, 'endedAtMs' | 'endedAgoMs'>> {
    const endedAtMs = this.toldMs ?? Date.now();
    const endedAt = await (this.endedAt ?? (podsEnded ? this.aliveAt : undefined));
    if (endedAt === undefined) return { endedAtMs };
    return { endedAtMs, endedAgoMs: Math.round(performance.now() - endedAt) };
  }

  /** Asked beside what decides the next step, which does not wait for it. */
  private async askForIt(): Promise<number> {
    const seenAt = performance.now();
    return seenAt - (await sinceItsEnd(this.subject));
  }
}
