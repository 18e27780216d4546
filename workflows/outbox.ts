/**
 * Records on their way to PostgreSQL: kept in workflow state, written by at most one activity at a time, awaited by no
 * step. Rows of the same thing replace one another, so a long absence of PostgreSQL costs room for the newest only.
 */
import { CancellationScope, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/control/control-activities.ts';
import { controlTaskQueue } from '../core/names.ts';
import { foldRows, lengthOf, nextWrite, withoutOldEvents } from '../core/record-folding.ts';
import type { RecordRow } from '../core/records.ts';

const { writeRecords } = proxyActivities<Pick<ControlActivities, 'writeRecords'>>({
  taskQueue: controlTaskQueue,
  startToCloseTimeout: '15s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
  summary: 'Write records',
});

/** Continue-as-new takes 2 MB with everything else that a job carries. */
const carriedLengthMax = 1024 * 1024;

export class Outbox {
  private waiting: RecordRow[];
  private inFlight: readonly RecordRow[] = [];
  private isClosed = false;

  constructor(carried: readonly RecordRow[] = []) {
    this.waiting = [...carried];
    if (this.waiting.length > 0) this.startWriting();
  }

  /** Adds rows; they are written as soon as the write under way has ended. */
  put(...rows: readonly RecordRow[]): void {
    this.waiting = withoutOldEvents(foldRows([...this.waiting, ...rows]));
    if (this.inFlight.length === 0 && !this.isClosed) this.startWriting();
  }

  /** What is put from now on is left to whoever gets `unwritten`. */
  close(): void {
    this.isClosed = true;
  }

  /** Everything that is not known to be written: travels to the parent, or through continue-as-new. */
  unwritten(): readonly RecordRow[] {
    return foldRows([...this.inFlight, ...this.waiting]);
  }

  /** Whether so much waits that it could not be carried on: changes are refused then, or their records would be lost. */
  isFull(): boolean {
    return lengthOf(this.unwritten()) > carriedLengthMax;
  }

  /** The highest number of a job's operations among what is not known to be written; 0 where there is none. */
  newestOperation(uid: string): number {
    const numbers = this.unwritten().flatMap((row) =>
      row.kind === 'operation' && row.uid === uid ? [row.operation.number] : [],
    );
    return Math.max(0, ...numbers);
  }

  isEmpty(): boolean {
    return this.inFlight.length === 0 && this.waiting.length === 0;
  }

  private startWriting(): void {
    void CancellationScope.nonCancellable(() => this.writeAll());
  }

  private async writeAll(): Promise<void> {
    while (this.inFlight.length === 0 && this.waiting.length > 0) {
      this.inFlight = nextWrite(this.waiting);
      this.waiting = this.waiting.slice(this.inFlight.length);
      try {
        await writeRecords({ rows: this.inFlight });
      } catch (error) {
        if (isCancellation(error)) return;
        // Only rows that PostgreSQL will never take end here (the activity retries all else): they are let go.
      }
      this.inFlight = [];
    }
  }
}
