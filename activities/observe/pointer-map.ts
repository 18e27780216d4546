/**
 * Whether the ConfigMap is still there in which Flink's high availability keeps the pointers to a job's checkpoints. Flink itself does not
 * notice: the job runs on, and completes no checkpoint any more. A JobManager that is started anew makes an empty one, and runs the job from
 * where its submission once began, though all since then is committed.
 *
 * It is read by itself, beside looks that ask for everything: 33 requests a second at 1,000 jobs (every 30 s each), and as many at 10,000,
 * of which Flink's own leader elections take 4,000. To watch these maps would be an event for each renewal, 2,000 a second; to list them
 * has the API server read all ConfigMaps of the cluster, and finds out minutes later: a JobManager is back within seconds.
 */
import { isFinalState } from '../../core/flink/flink-job-state.ts';
import type { ObservedJobState } from '../../core/observation/observation.ts';

/** How often it is read of a job that stays as it is: as often as failures and checkpoints are asked for. */
const everyMs = 30_000;

/**
 * How much later than it was found to be gone a job must still be listed: Flink takes it away itself as a job ends, and an answer may
 * have been on its way meanwhile.
 */
const endsWithinMs = 5_000;

/** What a look has shown, as far as it matters here. */
export interface PointerLook {
  readonly state: ObservedJobState;
  /** Between which a job is another than before. */
  readonly word: string;
  /** Whether it has asked for everything. */
  readonly isDeep: boolean;
  /** When it was asked, by this process's own clock. */
  readonly askedAt: number;
}

/** That of one submission. Times are by the clock that nobody sets. */
export class PointerMap {
  /** Of the first one that was seen: one that was made anew has another. */
  private uid: string | undefined;
  private read: { readonly word: string; readonly atMs: number } | undefined;
  private goneAt: number | undefined;
  private isLost = false;
  /** Whether the job had not ended when a JobManager told of it last, and whether one did so at the last look. */
  private isAlive = false;
  private isListed = false;

  /** Whether somebody has deleted it, though Flink may have made it anew since. */
  get isDeleted(): boolean {
    return this.isLost;
  }

  /** Takes a look in. @returns whether it is to be read now. */
  looked({ state, word, isDeep, askedAt }: PointerLook): boolean {
    this.isListed = state !== 'silent' && state !== 'absent';
    if (this.isListed) this.isAlive = !isFinalState(state);
    if (!this.isAlive) {
      // With the end of a job Flink takes it away.
      [this.uid, this.read, this.goneAt, this.isLost] = [undefined, undefined, undefined, false];
      return false;
    }
    if (this.goneAt !== undefined && this.isListed && askedAt - this.goneAt >= endsWithinMs) this.isLost = true;
    const { read } = this;
    const isDue = read?.word !== word || ((isDeep || !this.isListed) && askedAt - read.atMs >= everyMs);
    // What cannot be read is not asked for at each look.
    if (isDue) this.read = { word, atMs: askedAt };
    return isDue;
  }

  /**
   * Takes in what was read.
   * @param uid of the ConfigMap; undefined: there is none
   * @param hasCheckpoint whether this submission has completed one. Before, a job that makes none has no such ConfigMap
   * @param nowMs when it was read
   */
  found(uid: string | undefined, hasCheckpoint: boolean, nowMs: number): void {
    if (uid === undefined) return this.notFound(hasCheckpoint, nowMs);
    if (this.goneAt !== undefined || (this.uid !== undefined && this.uid !== uid)) this.isLost = true;
    this.uid ??= uid;
  }

  private notFound(hasCheckpoint: boolean, nowMs: number): void {
    if (this.uid === undefined && !hasCheckpoint) return;
    this.goneAt ??= nowMs;
    // Nobody says that the job goes on, and a JobManager that comes back would run it.
    if (!this.isListed) this.isLost = true;
  }
}
