/** `drey delete`: asks for the removal of jobs, by name, by file or by what they are, and with --wait follows it to its end. */
import type { JobRef } from '../../clients/drey/paths.ts';
import { DreyApiError, isNotFound } from '../../clients/drey/errors.ts';
import type { Outlook } from '../../core/dry-run.ts';
import type { JobView } from '../../core/job.ts';
import { askFor, askingOf, tryFor, type AskedJob, type AskingFlags } from '../asking.ts';
import type { Context } from '../context.ts';
import { usageError } from '../errors.ts';
import { labelIn, namedIn } from '../kinds/job-kind.ts';
import { outlookKindIn } from '../kinds/outlook-kind.ts';
import type { JobFlags } from '../list-jobs.ts';
import { selectionGiven } from '../selected-jobs.ts';
import { parseRefs } from '../targets.ts';
import { say } from '../world.ts';
import { sayOutlook } from './dry-run.ts';
import { jobsMeant, ofEach, type Meant } from './of-each.ts';
import { printFound, tellingOf, tellOperations, type Telling, type TellingFlags } from './tell-change.ts';
import type { Followed } from './wait-for-operations.ts';

export interface DeleteFlags extends TellingFlags, AskingFlags, JobFlags {
  readonly filename?: readonly string[];
  readonly recursive?: boolean;
  readonly dryRun?: boolean;
  readonly ignoreNotFound?: boolean;
  readonly deletion?: string;
  readonly savepoints?: string;
  readonly forget?: boolean;
}

export async function deleteJobs(context: Context, words: readonly string[], flags: DeleteFlags): Promise<number> {
  const telling = tellingOf(flags);
  const asking = askingOf(flags);
  const meant = await jobsMeant(context, await namedOf(context, words, flags), flags, asking);
  if (flags.dryRun === true) return tryAll(context, meant, flags, telling);
  const { found, exitCode } = await ofEach(
    context,
    meant.jobs,
    passingOver(flags, (job) => requestRemoval(context, job, flags, telling)),
  );
  return Math.max(exitCode, await tellOperations(context, found, telling, meant.isOne));
}

async function namedOf(context: Context, words: readonly string[], flags: DeleteFlags): Promise<readonly JobRef[]> {
  if (flags.filename !== undefined) {
    if (words.length > 0) throw usageError('name jobs either by -f or as arguments, not both');
    const [{ readDocuments }, { refOf }] = await Promise.all([import('../documents.ts'), import('../apply-target.ts')]);
    return (await readDocuments(context.world, flags)).map((document) => refOf(context, document));
  }
  const { kind, refs } = parseRefs(context.config, words.length === 0 ? ['jobs'] : words);
  if (kind !== 'job') throw usageError('only jobs can be deleted here');
  if (refs.length === 0 && selectionGiven(flags).length === 0)
    throw usageError('no job is named', 'Write delete job NAME, delete -f FILE, or delete jobs -l KEY=VALUE.');
  return refs;
}

/** What it asks for, but for jobs that are not there, where that is no failure. */
function passingOver<Found>({ ignoreNotFound }: DeleteFlags, ask: (job: AskedJob) => Promise<Found | undefined>) {
  return async (job: AskedJob): Promise<Found | undefined> => {
    try {
      return await ask(job);
    } catch (error) {
      if (ignoreNotFound === true && isNotFound(error)) return undefined;
      throw error;
    }
  };
}

async function requestRemoval(
  context: Context,
  asked: AskedJob,
  flags: DeleteFlags,
  { wait, format }: Telling,
): Promise<Followed> {
  const { job, operation } = await removal(context, asked, flags);
  const number = operation === undefined ? '' : ` (operation ${operation.number})`;
  const { out } = context.world;
  if (format === undefined)
    say(out, `${labelIn(context.config, asked.ref)} ${wait ? 'removing' : 'removal requested'}${number}`);
  if (flags.forget !== true) await warnIfAwaited(context, job);
  return { job, operation };
}

/** A removal waits for an agent of its cluster, however long none comes: who asks for it shall know at once. */
async function warnIfAwaited({ client, world, config }: Context, job: JobView): Promise<void> {
  const { cluster } = job.spec.spec;
  // Whoever may remove a job may not see clusters everywhere; and the removal was accepted.
  const { agent } = (await client.getCluster(cluster).catch(() => undefined)) ?? {};
  if (agent?.state !== 'gone') return;
  const since = agent.lastSeen === undefined ? '' : ` since ${agent.lastSeen}`;
  say(
    world.err,
    `warning: no agent of cluster ${cluster} is there${since}: the removal fails without one, or waits where it has begun.`,
  );
  const named = namedIn(config, job);
  const words = named === job.name ? `job ${named}` : named;
  say(world.err, `cure: start it, or drey delete ${words} --forget, which leaves all that the job has there.`);
}

async function tryAll(
  context: Context,
  { jobs, isOne }: Meant,
  flags: DeleteFlags,
  { format }: Telling,
): Promise<number> {
  const tried = passingOver(flags, async (job: AskedJob) => {
    const outlook = await tryRemoval(context, job, flags);
    if (outlook && format === undefined)
      sayOutlook(context.world, 'removed', outlook, labelIn(context.config, job.ref));
    return outlook;
  });
  const { found, exitCode } = await ofEach(context, jobs, tried);
  if (format !== undefined) await printFound(context, outlookKindIn(context.config), found, { format, isOne });
  return exitCode;
}

/** What it would do; nothing where somebody asked for it before, which is said. */
async function tryRemoval(
  context: Context,
  { ref, asking }: AskedJob,
  flags: DeleteFlags,
): Promise<Outlook | undefined> {
  try {
    return await tryFor(context, asking, (tries) => tries.removeJob(ref, wishOf(flags)));
  } catch (error) {
    if (!isBeingRemoved(error)) throw error;
    const { world } = context;
    say(
      flags.output === undefined ? world.out : world.err,
      `${labelIn(context.config, ref)} is being removed already (dry run)`,
    );
    return undefined;
  }
}

/** Asks for the removal; one that somebody asked for before will do as well. */
async function removal(context: Context, { ref, asking }: AskedJob, flags: DeleteFlags): Promise<Followed> {
  try {
    return await askFor(context, ref, asking, (changes) => changes.removeJob(ref, wishOf(flags)));
  } catch (error) {
    if (!isBeingRemoved(error)) throw error;
    const { client } = context;
    const [job, operations] = await Promise.all([client.getJob(ref), client.listOperations(ref)]);
    return { job, operation: operations.items.find(({ kind }) => kind === 'remove') };
  }
}

function wishOf({ deletion, savepoints, forget }: DeleteFlags) {
  return { deletion, savepoints, forget };
}

function isBeingRemoved(error: unknown): boolean {
  return error instanceof DreyApiError && error.problem.code === 'BEING_REMOVED';
}
