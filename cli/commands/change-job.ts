/** `drey suspend`, `cancel`, `resume`, `restart`, `scale`, `rollback`, `promote`, `discard` and `abort`: short words for common changes to one job. */
import type { JobVerbs } from '../../clients/drey/job-verbs.ts';
import type { JobRef } from '../../clients/drey/paths.ts';
import type { Change } from '../../clients/drey/shapes.ts';
import { askFor, askingOf, tryFor, type AskingFlags } from '../asking.ts';
import type { Context } from '../context.ts';
import { CliError, exitCodes, usageError } from '../errors.ts';
import { parseJobName } from '../targets.ts';
import { wholeNumber } from '../whole-number.ts';
import { tellOutlook } from './dry-run.ts';
import { tellChange, tellingOf, type TellingFlags } from './tell-change.ts';

export interface ChangeFlags extends TellingFlags, AskingFlags {
  readonly dryRun?: boolean;
  readonly mode?: string;
  readonly force?: boolean;
  readonly parallelism?: string;
  readonly vertex?: readonly string[];
  readonly to?: string;
}

/** In earnest, or to be told what it would do. */
type Ask = <Answer>(verbs: JobVerbs<Answer>, job: JobRef, flags: ChangeFlags) => Promise<Answer>;

export const suspend = changing('suspending', (verbs, job, { mode, force }) => verbs.suspendJob(job, { mode, force }));
export const cancel = changing('canceling', (verbs, job, { mode, force }) => verbs.cancelJob(job, { mode, force }));
export const resume = changing('resuming', (verbs, job, { mode }) => verbs.resumeJob(job, { mode }));
export const restart = changing('restarting', (verbs, job, { mode }) => verbs.restartJob(job, { mode }));
export const scale = changing('scaling', (verbs, job, { parallelism, vertex }) => {
  if (parallelism === undefined && vertex === undefined)
    throw usageError('nothing to scale was named', 'Use --parallelism N, or --vertex ID=N.');
  return verbs.scaleJob(job, {
    ...(parallelism !== undefined && { parallelism: wholeNumber(parallelism, '--parallelism') }),
    ...(vertex && { vertices: Object.fromEntries(vertex.map(vertexOf)) }),
  });
});

/** `ID=N`, or `ID=` for one that shall follow the job again. */
function vertexOf(text: string): [string, number | null] {
  const [id = '', number] = text.split('=');
  return [id, number === '' ? null : wholeNumber(number, '--vertex ID=N')];
}

export const rollback = changing('rolling back', (verbs, job, { to, mode }) =>
  verbs.rollbackJob(job, { mode, to: to === undefined ? undefined : wholeNumber(to, '--to') }),
);

export const promote = changing('promoting', (verbs, job) => verbs.promoteCandidate(job));
export const discard = changing('discarding its candidate', (verbs, job) => verbs.discardCandidate(job));

/** The operation that is under way or waits, unless one is named. */
export async function abort(context: Context, words: readonly string[], flags: ChangeFlags): Promise<number> {
  const telling = tellingOf(flags);
  const asking = askingOf(flags);
  const last = words.at(-1) ?? '';
  const isNamed = words.length > 1 && /^\d+$/.test(last);
  const job = { tenant: context.config.tenant, name: parseJobName(isNamed ? words.slice(0, -1) : words) };
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

async function underWay({ client }: Context, job: JobRef): Promise<number> {
  const { items } = await client.listOperations(job, { limit: operationsRead });
  const found = items.find(({ state }) => state === 'running') ?? items.find(({ state }) => state === 'queued');
  if (found) return found.number;
  throw new CliError(`no operation of ${job.name} waits or runs`, {
    exitCode: exitCodes.failed,
    cure: `drey operations ${job.name} lists them.`,
  });
}

function changing(word: string, ask: Ask) {
  return async (context: Context, words: readonly string[], flags: ChangeFlags): Promise<number> => {
    const { config, world } = context;
    const telling = tellingOf(flags);
    const asking = askingOf(flags);
    const job = { tenant: config.tenant, name: parseJobName(words) };
    if (flags.dryRun === true) {
      const outlook = await tryFor(context, asking, (tries) => ask(tries, job, flags));
      await tellOutlook(world, word, outlook, telling.format);
      return exitCodes.ok;
    }
    const change = await askFor(context, job, asking, (changes) => ask<Change>(changes, job, flags));
    return tellChange(context, change, telling, change.changed ? outcomeOf(word, change) : 'unchanged');
  };
}

function outcomeOf(word: string, { operation, changed }: Change): string {
  return operation && changed ? `${word} (operation ${operation.number})` : word;
}
