/** What a job's entity knows, and how it is made seen: its state, its records, its details in the Temporal UI, its answers. */
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { JobPhase, JobView } from '../core/job.ts';
import { answeredKeysMax, type JobState, type QueuedOperation } from '../core/job-state.ts';
import { viewOf } from '../core/job-view.ts';
import { knownOperations } from '../core/known-operations.ts';
import type { RecordRow } from '../core/records.ts';
import { completed, completedGeneration } from '../core/spec/completed.ts';
import { jobDetails } from './details.ts';
import type { ChangeAnswer, ChangeRequest } from './messages.ts';
import { Outbox } from './outbox.ts';
import { searchCluster, searchPhase } from './search-attributes.ts';

export class JobBook {
  protected readonly outbox: Outbox;
  protected state: JobState | undefined;
  private shownPhase: JobPhase | undefined;

  constructor(carried: JobState | undefined) {
    this.state = carried && upToDate(carried);
    this.outbox = new Outbox(carried?.unwritten);
    setCurrentDetails(jobDetails(this.view()));
  }

  protected remember({ key, bodyHash }: ChangeRequest, changed: boolean, operation: number | undefined): void {
    const state = this.known();
    const answered = { key, bodyHash, changed, ...(operation === undefined ? {} : { operation }) };
    state.answered = [...state.answered, answered].slice(-answeredKeysMax);
  }

  protected answer(changed: boolean, operation: QueuedOperation | undefined): ChangeAnswer {
    const state = this.known();
    const found = operation ? { operation: operation.record, operationSeq: operation.recordSeq } : {};
    return { changed, job: viewOf(state, now()), jobSeq: state.jobSeq, ...found };
  }

  protected find(number: number | undefined): QueuedOperation | undefined {
    return knownOperations(this.known()).find(({ record }) => record.number === number);
  }

  protected putOperation({ record, recordSeq }: QueuedOperation): void {
    this.outbox.put({ kind: 'operation', uid: this.known().uid, seq: recordSeq, operation: record });
  }

  /**
   * Makes the state seen: as a record, in the Temporal UI, and for searches.
   * @param rows are written together with it.
   */
  protected publish(...rows: readonly RecordRow[]): void {
    const state = this.known();
    state.jobSeq += 1;
    const job = viewOf(state, now());
    this.outbox.put(...rows, { kind: 'job', uid: state.uid, seq: state.jobSeq, job });
    setCurrentDetails(jobDetails(job));
    if (this.shownPhase === state.phase) return;
    this.shownPhase = state.phase;
    upsertSearchAttributes([
      { key: searchPhase, value: state.phase },
      { key: searchCluster, value: state.revision.spec.spec.cluster },
    ]);
  }

  protected view(): JobView | undefined {
    return this.state && viewOf(this.state, now());
  }

  protected known(): JobState {
    if (!this.state) throw new Error('no spec was accepted yet');
    return this.state;
  }
}

/** The state of an entity that an earlier release carried on. */
function upToDate(state: JobState): JobState {
  const { revision, generations } = state;
  return {
    ...state,
    revision: { ...revision, spec: completed(revision.spec) },
    generations: generations.map(completedGeneration),
  };
}

/** The time of the workflow, which a replay repeats. */
export function now(): string {
  return new Date().toISOString();
}
