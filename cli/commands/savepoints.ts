/** `drey savepoint`: takes savepoints of a job, lists and shows them, starts from them, and deletes them. */
import { askFor, askingOf, tryFor, type AskingFlags } from '../asking.ts';
import type { Context } from '../context.ts';
import { exitCodes, usageError } from '../errors.ts';
import { savepointKind } from '../kinds/savepoint-kind.ts';
import { savepointLines } from '../kinds/savepoint-lines.ts';
import type { JobVerbs } from '../../clients/drey/job-verbs.ts';
import type { JobRef } from '../../clients/drey/paths.ts';
import type { Change } from '../../clients/drey/shapes.ts';
import type { Outlook } from '../../core/dry-run.ts';
import { savepointFormats } from '../../core/savepoint.ts';
import { listOfJob, type ListFlags } from '../list-of-job.ts';
import { parseFormat, printItems } from '../printing.ts';
import { parseJob, pastJobOf, type PastFlags } from '../targets.ts';
import { wholeNumber } from '../whole-number.ts';
import { say } from '../world.ts';
import { tellOutlook } from './dry-run.ts';
import { tellChange, tellingOf, type Telling, type TellingFlags } from './tell-change.ts';

interface WaitFlags extends TellingFlags, AskingFlags {
  readonly dryRun?: boolean;
}

export async function createSavepoint(
  context: Context,
  words: readonly string[],
  flags: WaitFlags & { readonly format?: string; readonly candidate?: boolean },
): Promise<number> {
  const { format, candidate } = flags;
  if (format !== undefined && !savepointFormats.some((one) => one === format))
    throw usageError(`--format ${format} is not known`, `Use one of ${savepointFormats.join(', ')}.`);
  const job = parseJob(context.config, words);
  return asked(context, job, 'savepoint', flags, (verbs) => verbs.createSavepoint(job, { format, candidate }));
}

export function listSavepoints(context: Context, words: readonly string[], flags: ListFlags): Promise<number> {
  const read = context.client.listSavepoints;
  return listOfJob(context, words, flags, { what: 'savepoints', kind: savepointKind, read });
}

export async function describeSavepoint(context: Context, words: readonly string[], flags: ListFlags): Promise<number> {
  const { world, client } = context;
  const format = parseFormat(flags.output);
  const { job, number } = savepointOf(context, words, flags);
  const found = await client.getSavepoint(job, number);
  if (format !== undefined) await printItems(world, savepointKind, [found], { format, single: true });
  else for (const line of savepointLines(found, world.now())) say(world.out, line);
  return exitCodes.ok;
}

interface RestoreFlags extends WaitFlags, PastFlags {
  readonly into?: string;
  readonly to?: string;
}

/** Starts the job from it, or another job. */
export async function restoreSavepoint(
  context: Context,
  words: readonly string[],
  flags: RestoreFlags,
): Promise<number> {
  const { world } = context;
  const telling = tellingOf(flags);
  const asking = askingOf(flags);
  const { job, number } = savepointOf(context, words, flags);
  const { into } = flags;
  const { tenant, name, uid } = job;
  const of = into === undefined ? undefined : name;
  const to = flags.to === undefined ? undefined : wholeNumber(flags.to, '--to');
  const target = { tenant, name: into ?? name };
  const wish = { savepoint: number, of, uid, to };
  if (flags.dryRun === true) {
    const outlook = await tryFor(context, asking, (tries) => tries.restoreJob(target, wish));
    await tellOutlook(world, `restored from savepoint ${number}`, outlook, telling.format);
    return exitCodes.ok;
  }
  const change = await askFor(context, target, asking, (changes) => changes.restoreJob(target, wish));
  return requested(context, change, `restore from savepoint ${number}`, telling);
}

interface DisposeFlags extends WaitFlags, PastFlags {
  readonly force?: boolean;
  readonly all?: boolean;
  readonly overRetention?: boolean;
}

export async function disposeSavepoint(
  context: Context,
  words: readonly string[],
  flags: DisposeFlags,
): Promise<number> {
  const which = selectionOf(flags);
  if (which === undefined) {
    const { job, number } = savepointOf(context, words, flags);
    const what = `disposal of savepoint ${number}`;
    return asked(context, job, what, flags, (verbs) => verbs.disposeSavepoint(job, number, { force: flags.force }));
  }
  if (words.length > 1 && /^\d+$/.test(words.at(-1) ?? ''))
    throw usageError('a number cannot be given together with --all or --over-retention', 'Write the one or the other.');
  const job = pastJobOf(context.config, words, flags);
  return asked(context, job, 'disposal of savepoints', flags, (verbs) =>
    verbs.disposeSavepoints(job, which, { force: flags.force }),
  );
}

/** Several of a removed job, as the API names them; undefined where one is named by its number. */
function selectionOf({ all, overRetention }: DisposeFlags): 'all' | 'overRetention' | undefined {
  if (all === true && overRetention === true) throw usageError('--all and --over-retention cannot be given together');
  if (all === true) return 'all';
  return overRetention === true ? 'overRetention' : undefined;
}

function savepointOf({ config }: Context, words: readonly string[], flags: PastFlags) {
  const number = Number(words.at(-1));
  if (words.length < 2 || !Number.isSafeInteger(number) || number < 1) {
    throw usageError('the savepoint must be named by its number', 'Write NAME N; drey savepoint list NAME lists them.');
  }
  return { job: pastJobOf(config, words.slice(0, -1), flags), number };
}

/** In earnest, or to be told what it would do. */
async function asked(
  context: Context,
  job: JobRef,
  what: string,
  flags: WaitFlags,
  ask: <Answer>(verbs: JobVerbs<Answer>) => Promise<Answer>,
): Promise<number> {
  const telling = tellingOf(flags);
  const asking = askingOf(flags);
  if (flags.dryRun !== true) return requested(context, await askFor(context, job, asking, ask<Change>), what, telling);
  await tellOutlook(context.world, what, await tryFor(context, asking, ask<Outlook>), telling.format);
  return exitCodes.ok;
}

function requested(context: Context, change: Change, what: string, telling: Telling): Promise<number> {
  return tellChange(context, change, telling, `${what} requested (operation ${change.operation?.number ?? 'unknown'})`);
}
