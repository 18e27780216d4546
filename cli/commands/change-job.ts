/** `drey suspend`, `cancel`, `resume`, `restart`, `scale`, `rollback`, `promote`, `discard` and `abort`: short words for common changes of jobs. */
import { isRecordsAway } from '../../clients/drey/errors.ts';
import type { JobVerbs } from '../../clients/drey/job-verbs.ts';
import type { JobRef } from '../../clients/drey/paths.ts';
import type { Change } from '../../clients/drey/shapes.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { askFor, askingOf, tryFor, type AskingFlags } from '../asking.ts';
import type { Context } from '../context.ts';
import { CliError, exitCodes, usageError } from '../errors.ts';
import { outlookKindIn } from '../kinds/outlook-kind.ts';
import { labelIn, namedIn } from '../kinds/job-kind.ts';
import type { JobFlags } from '../list-jobs.ts';
import { selectionGiven } from '../selected-jobs.ts';
import { parseJob, parseJobs } from '../targets.ts';
import { operationsUnderWay } from '../under-way.ts';
import { wholeNumber } from '../whole-number.ts';
import { say } from '../world.ts';
import { sayOutlook, tellOutlook } from './dry-run.ts';
import { jobsMeant, ofEach, type Meant } from './of-each.ts';
import { printFound, tellChange, tellingOf, tellOperations, type Telling, type TellingFlags } from './tell-change.ts';

export interface ChangeFlags extends TellingFlags, AskingFlags, JobFlags {
  readonly dryRun?: boolean;
  readonly mode?: string;
  readonly force?: boolean;
  readonly parallelism?: string;
  readonly vertex?: readonly string[];
  readonly to?: string;
}

/** In earnest, or to be told what it would do. */
type Ask = <Answer>(verbs: JobVerbs<Answer>, job: JobRef) => Promise<Answer>;

export const suspend = changing('suspending', ({ mode, force }) => {
  return (verbs, job) => verbs.suspendJob(job, { mode, force });
});
export const cancel = changing('canceling', ({ mode, force }) => {
  return (verbs, job) => verbs.cancelJob(job, { mode, force });
});
export const resume = changing(
  'resuming',
  ({ mode }) =>
    (verbs, job) =>
      verbs.resumeJob(job, { mode }),
);
export const restart = changing(
  'restarting',
  ({ mode }) =>
    (verbs, job) =>
      verbs.restartJob(job, { mode }),
);
export const scale = changing('scaling', ({ parallelism, vertex }) => {
  if (parallelism === undefined && vertex === undefined)
    throw usageError('nothing to scale was named', 'Use --parallelism N, or --vertex ID=N.');
  const wish = {
    ...(parallelism !== undefined && { parallelism: wholeNumber(parallelism, '--parallelism') }),
    ...(vertex && { vertices: Object.fromEntries(vertex.map(vertexOf)) }),
  };
  return (verbs, job) => verbs.scaleJob(job, wish);
});

/** `ID=N`, or `ID=` for one that shall follow the job again. */
function vertexOf(text: string): [string, number | null] {
  const [id = '', number] = text.split('=');
  return [id, number === '' ? null : wholeNumber(number, '--vertex ID=N')];
}

export const rollback = changing('rolling back', ({ to, mode }) => {
  const wish = { mode, to: to === undefined ? undefined : wholeNumber(to, '--to') };
  return (verbs, job) => verbs.rollbackJob(job, wish);
});

export const promote = changing('promoting', () => (verbs, job) => verbs.promoteCandidate(job));
export const discard = changing('discarding its candidate', () => (verbs, job) => verbs.discardCandidate(job));

/** The operation that is under way or waits, unless one is named. */
export async function abort(context: Context, words: readonly string[], flags: ChangeFlags): Promise<number> {
  const telling = tellingOf(flags);
  const asking = askingOf(flags);
  const last = words.at(-1) ?? '';
  const isNamed = words.length > 1 && /^\d+$/.test(last);
  const job = parseJob(context.config, isNamed ? words.slice(0, -1) : words);
  const number = isNamed ? Number(last) : await underWay(context, job);
  const outcome = `asked to give up operation ${number}`;
  if (flags.dryRun === true) {
    const outlook = await tryFor(context, asking, (tries) => tries.abortOperation(job, number));
    await tellOutlook(context.world, outcome, outlook, telling.format);
    return exitCodes.ok;
  }
  const change = await askFor(context, job, asking, (changes) => changes.abortOperation(job, number));
  return tellChange(context, change, telling, outcomeOf(outcome, change));
}

/** More than can wait: the one that runs is the oldest of them. */
const operationsRead = 50;

async function underWay(context: Context, job: JobRef): Promise<number> {
  const items = await newestOperations(context, job);
  const found = items.find(({ state }) => state === 'running') ?? items.find(({ state }) => state === 'queued');
  if (found) return found.number;
  throw new CliError(`no operation of ${job.name} waits or runs`, {
    exitCode: exitCodes.failed,
    cure: `drey operations ${namedIn(context.config, job)} lists them.`,
  });
}

async function newestOperations(context: Context, job: JobRef): Promise<readonly OperationRecord[]> {
  const { client } = context;
  try {
    return (await client.listOperations(job, { limit: operationsRead })).items;
  } catch (error) {
    if (!isRecordsAway(error)) throw error;
    return operationsUnderWay(context, await client.getJob(job));
  }
}

/** @param read what the flags ask for; it throws where they are wrong, before anything is asked for. */
function changing(word: string, read: (flags: ChangeFlags) => Ask) {
  return async (context: Context, words: readonly string[], flags: ChangeFlags): Promise<number> => {
    const telling = tellingOf(flags);
    const ask = read(flags);
    const meant = await jobsMeant(context, namedOf(context, words, flags), flags, askingOf(flags));
    return flags.dryRun === true
      ? tryChanges(context, meant, { word, ask, telling })
      : askForChanges(context, meant, { word, ask, telling });
  };
}

function namedOf({ config }: Context, words: readonly string[], flags: ChangeFlags): readonly JobRef[] {
  const named = parseJobs(config, words);
  if (named.length > 0 || selectionGiven(flags).length > 0) return named;
  throw usageError('no job is named', 'Write NAME, or choose jobs with -l, --phase, --cluster or -n.');
}

interface Changing {
  readonly word: string;
  readonly ask: Ask;
  readonly telling: Telling;
}

async function askForChanges(context: Context, { jobs, isOne }: Meant, { word, ask, telling }: Changing) {
  const { found, exitCode } = await ofEach(context, jobs, async ({ ref, asking }) => {
    const change = await askFor(context, ref, asking, (changes) => ask<Change>(changes, ref));
    const outcome = change.changed ? outcomeOf(word, change) : 'unchanged';
    if (telling.format === undefined) say(context.world.out, `${labelIn(context.config, change.job)} ${outcome}`);
    return change;
  });
  return Math.max(exitCode, await tellOperations(context, found, telling, isOne));
}

async function tryChanges(context: Context, { jobs, isOne }: Meant, { word, ask, telling: { format } }: Changing) {
  const { found, exitCode } = await ofEach(context, jobs, async ({ ref, asking }) => {
    const outlook = await tryFor(context, asking, (tries) => ask(tries, ref));
    if (format === undefined) sayOutlook(context.world, word, outlook, labelIn(context.config, ref));
    return outlook;
  });
  if (format !== undefined) await printFound(context, outlookKindIn(context.config), found, { format, isOne });
  return exitCode;
}

function outcomeOf(word: string, { operation, changed }: Change): string {
  return operation && changed ? `${word} (operation ${operation.number})` : word;
}
