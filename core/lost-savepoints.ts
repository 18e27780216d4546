/** Savepoints with which an operation stopped the job before its workflow was lost: nobody told the job of them. */
import type { Generation } from './generation.ts';
import { savepointTriggerId, submissionNumber } from './names.ts';
import type { CompletedSavepoint } from './savepoint.ts';

export interface LostSavepoint {
  /** That of the operation that took it. */
  readonly number: number;
  readonly path: string;
  /** Of which it was taken. */
  readonly of: Generation;
  /** What started from it. */
  readonly startedBy: Generation;
}

export interface AfterLoss {
  /** Numbers of the operations that were lost. */
  readonly lost: readonly number[];
  /** What the job may have had when they began, and since. */
  readonly known: readonly Generation[];
  /** What the cluster has. */
  readonly found: readonly Generation[];
  /** Those that the job knows of. */
  readonly savepoints: readonly Pick<CompletedSavepoint, 'path'>[];
}

/** What an operation submits starts from the savepoint that it took: its anchor says where that lies, and its submission whose it is. */
export function lostSavepoints({ lost, known, found, savepoints }: AfterLoss): readonly LostSavepoint[] {
  return found.flatMap((startedBy) => {
    const { submission, restoreFrom: path } = startedBy;
    const number = lost.find((one) => submissionNumber(one, 0) === submission);
    const of = path === undefined ? undefined : stoppedInto(path, known);
    const isKnown = savepoints.some((one) => one.path === path);
    return number === undefined || path === undefined || !of || isKnown ? [] : [{ number, path, of, startedBy }];
  });
}

/** The operation whose request a stop has answered: that of one that was lost counts as its own. */
export function takenBy(triggerId: string | undefined, of: Generation, uid: string, operations: readonly number[]) {
  return operations.find((one) => savepointTriggerId(uid, one, of.identity, of.submission) === triggerId);
}

/** Only stops write to a folder of that name. */
function stoppedInto(path: string, known: readonly Generation[]): Generation | undefined {
  const [, uid, number, submission] = /\/([a-z][a-z0-9]{7})\/stop-(\d+)-(\d+)\/savepoint-[^/]+\/?$/.exec(path) ?? [];
  const of = known.find(({ identity }) => identity.uid === uid && identity.number === Number(number));
  return of && { ...of, submission: Number(submission) };
}
