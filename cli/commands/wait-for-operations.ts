/** Follows several jobs' operations side by side, shows them, and reports those that failed. */
import type { JobView } from '../../core/job.ts';
import { hasEnded, successorOf, type OperationRecord } from '../../core/operation.ts';
import type { Context } from '../context.ts';
import { exitCodes, reportError } from '../errors.ts';
import { assertSucceeded, followOperation, pollMsOf } from '../follow.ts';
import { labelIn } from '../kinds/job-kind.ts';
import { progressOn } from '../progress/choose-progress.ts';

export interface Followed {
  readonly job: JobView;
  readonly operation?: OperationRecord | undefined;
}

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly timeoutText: string;
  /** Keeps the steps off the output, which carries a document instead. */
  readonly quiet: boolean;
}

/** The worst exit code of all. Jobs without an operation have nothing to wait for. */
export async function waitForOperations(
  context: Context,
  followed: readonly Followed[],
  options: WaitOptions,
): Promise<number> {
  const { world, config } = context;
  const progress = progressOn(options.quiet ? world.err : world.out, world);
  const deadline = {
    at: world.now() + options.timeoutMs,
    text: options.timeoutText,
    pollMs: pollMsOf(followed.length),
  };
  const endings = followed.map(async ({ job, operation }) => {
    if (operation === undefined) return;
    const label = labelIn(config, job);
    const show = (record: OperationRecord) => progress.show(label, record);
    // Nothing changed, and what brought the job here is over: its steps are old news, its failure is not.
    const isOver = hasEnded(operation) && successorOf(operation) === undefined;
    const ended = isOver ? operation : await followOperation(context, job, operation, deadline, show);
    assertSucceeded(context, job, ended, label);
  });
  const results = await Promise.allSettled(endings);
  progress.end();
  const codes = results.map((result) =>
    result.status === 'rejected' ? reportError(world.err, result.reason) : exitCodes.ok,
  );
  return Math.max(exitCodes.ok, ...codes);
}
