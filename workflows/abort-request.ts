/** What is said to an operation that shall give up. */
import { defineSignal } from '@temporalio/workflow';
import { abortOperationName } from '../core/abort-operation.ts';
import type { Successor } from '../core/superseded.ts';

/** Why an operation shall give up. */
export interface AbortRequest {
  readonly reason: string;
  /** Whether a person asked for it: then it is rolled back even after its point of no return, where it knows how. */
  readonly isAsked: boolean;
  /** Whether it ends where it stands, whatever it waits for: nothing is undone, and its job is forgotten. */
  readonly isForced?: boolean;
  /** The operation that takes its place. */
  readonly by?: Successor;
  /** The savepoint from which what comes then is to start: nothing cleans it up meanwhile. */
  readonly keeps?: string;
}

/** Asks a running operation to give up. Before its point of no return it undoes what it began. */
export const abortOperation = defineSignal<[AbortRequest]>(abortOperationName);
