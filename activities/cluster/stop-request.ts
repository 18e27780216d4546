/** The request with which a job is asked to stop with a savepoint, and the note of it on the anchor. */
import { FlinkRestError } from '../../clients/flink/errors.ts';
import { requestsKeptMs } from '../../core/flink/configuration-rest.ts';
import { annotations } from '../../core/names.ts';
import type { StopSeen } from '../../core/stopping.ts';
import { noteOnAnchor } from './anchor.ts';
import { firstJobManager } from './first-job-manager.ts';
import { requestState, type StopSubject } from './stop-look.ts';

/** Of the time for which Flink keeps what has come of a request: with a margin for what an answer takes. */
const keptShare = 0.8;

export class StopRequest {
  /** Whether it was noted: then it may have been sent, even where Flink does not know it. */
  isNoted: boolean;
  private readonly subject: StopSubject;
  /** When it was sent first, by this process's own clock; absent where an attempt before may have sent it. */
  private sentAt: number | undefined;
  private triggerId: string;
  /** The request of an operation that was lost: it may be under way. */
  private earlierTriggerId: string | undefined;

  /** @param triggerId what this operation asks with. @param noted what the anchor says was asked with. */
  constructor(subject: StopSubject, triggerId: string, noted: string | undefined) {
    this.subject = subject;
    this.triggerId = triggerId;
    this.isNoted = noted !== undefined;
    if (noted !== triggerId) this.earlierTriggerId = noted;
  }

  /** What Flink says of it. */
  async state(): Promise<StopSeen['request']> {
    const own = await requestState(this.subject, this.triggerId);
    if (own.state !== 'unknown' || this.earlierTriggerId === undefined) return own;
    // What a lost operation asked for is what this one would ask for; what was refused was taken off the anchor.
    this.triggerId = this.earlierTriggerId;
    this.earlierTriggerId = undefined;
    return requestState(this.subject, this.triggerId);
  }

  /**
   * Whether Flink would know it had it arrived, so that it was lost on its way where Flink does not. A JobManager takes two requests
   * with one trigger id for one, in whatever order they arrive (since 1.15), and remembers the id over a change of leadership, as long as it is the
   * same process.
   */
  async mayRepeat(): Promise<boolean> {
    const { dependencies, generation } = this.subject;
    if (this.sentAt === undefined) return false;
    const keptMs = requestsKeptMs(generation.spec) * keptShare;
    if (performance.now() - this.sentAt >= keptMs) return false;
    return (await firstJobManager(dependencies, generation)) !== undefined;
  }

  /** Noted before it is sent: whoever takes over knows that it may have been. */
  async send(format: 'native' | 'canonical' | undefined): Promise<void> {
    const { flink, jobId, folder, call } = this.subject;
    if (!this.isNoted) await this.note();
    try {
      const request = { triggerId: this.triggerId, targetDirectory: folder ?? '', format };
      await flink.stopWithSavepoint(jobId, request, call);
    } catch (error) {
      // A job that has just ended or restarts is refused: the next look says what to do about it.
      if (!(error instanceof FlinkRestError)) throw error;
    }
  }

  /** Once: a repeated request follows at once on what was seen, while its JobManager is the same. */
  private async note(): Promise<void> {
    const { generation, dependencies } = this.subject;
    const note = { [annotations.stopping]: `${generation.submission}/${this.triggerId}` };
    await noteOnAnchor(dependencies.kubernetes, generation, note);
    this.isNoted = true;
    this.sentAt = performance.now();
  }

  /** Taken off the anchor, for the job runs on: the next operation's request is the first one again. */
  async takeBack(): Promise<void> {
    const { dependencies, generation } = this.subject;
    await noteOnAnchor(dependencies.kubernetes, generation, { [annotations.stopping]: null });
  }
}
