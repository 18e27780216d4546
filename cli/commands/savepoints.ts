/** `drey savepoint`: takes savepoints of a job, lists and shows them, starts from them, and deletes them. */
import type { Context } from '../context.ts';
import { parseDuration } from '../duration.ts';
import { exitCodes, usageError } from '../errors.ts';
import { jobLabel } from '../kinds/job-kind.ts';
import { savepointKind } from '../kinds/savepoint-kind.ts';
import { savepointLines } from '../kinds/savepoint-lines.ts';
import { allPages } from '../../clients/drey/pages.ts';
import type { Change } from '../../clients/drey/shapes.ts';
import { savepointFormats } from '../../core/savepoint.ts';
import { parseFormat, printItems } from '../printing.ts';
import { parseJobName } from '../targets.ts';
import { wholeNumber } from '../whole-number.ts';
import { say } from '../world.ts';
import { waitForOperations } from './wait-for-operations.ts';

interface WaitFlags {
  readonly wait?: boolean;
  readonly timeout: string;
}

interface OutputFlags {
  readonly output?: string;
}

export async function createSavepoint(
  context: Context,
  words: readonly string[],
  flags: WaitFlags & { readonly format?: string },
): Promise<number> {
  const { format } = flags;
  if (format !== undefined && !savepointFormats.some((one) => one === format))
    throw usageError(`--format ${format} is not known`, `Use one of ${savepointFormats.join(', ')}.`);
  const job = jobOf(context, words);
  const change = await context.client.createSavepoint(job, { format });
  return followed(context, change, 'savepoint', flags);
}

export async function listSavepoints(context: Context, words: readonly string[], flags: OutputFlags): Promise<number> {
  const { world, client } = context;
  const format = parseFormat(flags.output);
  const job = jobOf(context, words);
  const found = await allPages((page) => client.listSavepoints(job, page));
  if (found.length === 0 && format === undefined) say(world.err, `No savepoints found for job ${job.name}.`);
  else await printItems(world, savepointKind, found, { format, single: false });
  return exitCodes.ok;
}

export async function describeSavepoint(
  context: Context,
  words: readonly string[],
  flags: OutputFlags,
): Promise<number> {
  const { world, client } = context;
  const format = parseFormat(flags.output);
  const { job, number } = savepointOf(context, words);
  const found = await client.getSavepoint(job, number);
  if (format !== undefined) await printItems(world, savepointKind, [found], { format, single: true });
  else for (const line of savepointLines(found, world.now())) say(world.out, line);
  return exitCodes.ok;
}

/** Starts the job from it, or another job. */
export async function restoreSavepoint(
  context: Context,
  words: readonly string[],
  flags: WaitFlags & { readonly into?: string; readonly to?: string },
): Promise<number> {
  const { job, number } = savepointOf(context, words);
  const { into } = flags;
  const target = into === undefined ? job : { ...job, name: into };
  const of = into === undefined ? undefined : job.name;
  const to = flags.to === undefined ? undefined : wholeNumber(flags.to, '--to');
  const change = await context.client.restoreJob(target, { savepoint: number, of, to });
  return followed(context, change, `restore from savepoint ${number}`, flags);
}

export async function disposeSavepoint(
  context: Context,
  words: readonly string[],
  flags: WaitFlags & { readonly force?: boolean },
): Promise<number> {
  const { job, number } = savepointOf(context, words);
  const change = await context.client.disposeSavepoint(job, number, { force: flags.force });
  return followed(context, change, `disposal of savepoint ${number}`, flags);
}

function jobOf({ config }: Context, words: readonly string[]) {
  return { tenant: config.tenant, name: parseJobName(words) };
}

function savepointOf(context: Context, words: readonly string[]) {
  const number = Number(words.at(-1));
  if (words.length < 2 || !Number.isSafeInteger(number) || number < 1) {
    throw usageError('the savepoint must be named by its number', 'Write NAME N; drey savepoint list NAME lists them.');
  }
  return { job: jobOf(context, words.slice(0, -1)), number };
}

async function followed(
  context: Context,
  { job, operation }: Change,
  what: string,
  { wait, timeout }: WaitFlags,
): Promise<number> {
  const timeoutMs = parseDuration(timeout, '--timeout');
  say(context.world.out, `${jobLabel(job)} ${what} requested (operation ${operation?.number ?? 'unknown'})`);
  if (wait !== true) return exitCodes.ok;
  return waitForOperations(context, [{ job, operation }], { timeoutMs, timeoutText: timeout, quiet: false });
}
