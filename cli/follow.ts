/** Follows an operation until it has ended, through restarts of the API, and says how it ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobRef } from '../clients/drey/paths.ts';
import { ignoreNotFound } from '../clients/drey/errors.ts';
import { hasEnded, successorOf, type OperationRecord } from '../core/operation.ts';
import type { Context } from './context.ts';
import { CliError, exitCodes, isAbort } from './errors.ts';
import { jobLabel, namedIn } from './kinds/job-kind.ts';
import { rolledBackText } from './kinds/operation-kind.ts';
import { ignoreOutage } from './outage.ts';

/** Often enough to look live; each poll is one indexed row. */
const pollMsMin = 200;

/** Of many that are followed at once each is asked for less often: 100 times a second for all of them. */
export function pollMsOf(count: number): number {
  return Math.max(pollMsMin, count * 10);
}

/** A job and which of its lives is meant: a job that is removed and made again has another uid. */
export interface KnownJob extends JobRef {
  readonly uid: string;
}

/** When to give up, as a moment, and what the user called it. */
export interface Deadline {
  readonly at: number;
  readonly text: string;
  /** How long to wait between two looks, where several are waited for. */
  readonly pollMs?: number;
}

/** Asks `ask` again and again, until it answers with a value or the deadline passes. An API that is away is waited for. */
export async function pollUntil<Value>(
  context: Context,
  deadline: Deadline,
  what: string,
  ask: () => Promise<Value | undefined>,
): Promise<Value> {
  const { now, interrupted } = context.world;
  try {
    for (;;) {
      const value = await ask().catch(ignoreOutage);
      if (value !== undefined) return value;
      if (now() >= deadline.at) throw timedOut(what, deadline);
      await sleep(Math.min(deadline.pollMs ?? pollMsMin, deadline.at - now()), undefined, { signal: interrupted });
    }
  } catch (error) {
    if (!isAbort(error)) throw error;
    throw new CliError(`interrupted while waiting for ${what}; it goes on`, { exitCode: exitCodes.interrupted });
  }
}

function timedOut(what: string, deadline: Deadline): CliError {
  return new CliError(`timed out after ${deadline.text} waiting for ${what}`, {
    exitCode: exitCodes.unreachable,
    cure: 'What was asked for goes on. Look again with drey describe job NAME, or wait longer with --timeout.',
  });
}

/**
 * Follows one operation to its end and answers with its last record; a superseded one is left for the operation that
 * took its place, unless that does something else than was asked for. `show` is called whenever something changed.
 */
export async function followOperation(
  context: Context,
  job: KnownJob,
  first: OperationRecord,
  deadline: Deadline,
  show: (operation: OperationRecord) => void,
): Promise<OperationRecord> {
  let shown = '';
  let number = first.number;
  return pollUntil(context, deadline, `operation ${number} of ${jobLabel(job)}`, async () => {
    const found = await ignoreNotFound(context.client.getOperation(job, number));
    const operation = found ?? (await endedWithItsJob(context, job, first));
    if (operation === undefined) return undefined;
    const text = JSON.stringify(operation);
    if (text !== shown) show(operation);
    shown = text;
    const successor = successorOf(operation);
    if (successor !== undefined) number = successor;
    return hasEnded(operation) && successor === undefined ? operation : undefined;
  });
}

/** Another job may have taken the name of a removed one before its last operation was seen to end. */
async function endedWithItsJob(
  { client }: Context,
  job: KnownJob,
  operation: OperationRecord,
): Promise<OperationRecord | undefined> {
  const found = await ignoreNotFound(client.getJob(job));
  if (found?.uid === job.uid) return undefined;
  if (operation.kind === 'remove') return { ...operation, state: 'succeeded' };
  throw new CliError(`${jobLabel(job)} was removed meanwhile`, { exitCode: exitCodes.failed });
}

/** Throws what went wrong, with cure and evidence, when an ended operation did not succeed. */
export function assertSucceeded(
  { config }: Pick<Context, 'config'>,
  job: JobRef,
  operation: OperationRecord,
  label = jobLabel(job),
): void {
  if (operation.state === 'succeeded') return;
  const { failure } = operation;
  const what = `${label}: ${operation.kind} (operation ${operation.number}) ${operation.state}${rolledBackText(operation)}`;
  throw new CliError(failure === undefined ? what : `${what}: ${failure.code}: ${failure.message}`, {
    exitCode: exitCodes.failed,
    cure: failure?.cure ?? `See drey operation ${namedIn(config, job)} ${operation.number}.`,
    evidence: failure?.evidence,
  });
}
