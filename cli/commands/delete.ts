/** `drey delete`: asks for the removal of jobs, by name or by file, and with --wait follows it to its end. */
import type { JobRef } from '../../clients/drey/paths.ts';
import { DreyApiError, isNotFound } from '../../clients/drey/errors.ts';
import type { Outlook } from '../../core/dry-run.ts';
import type { JobView } from '../../core/job.ts';
import { askedJobs, askFor, askingOf, tryFor, type AskedJob, type AskingFlags } from '../asking.ts';
import type { Context } from '../context.ts';
import { exitCodes, reportError, usageError } from '../errors.ts';
import { jobLabel } from '../kinds/job-kind.ts';
import { operationKind } from '../kinds/operation-kind.ts';
import { outlookKind } from '../kinds/outlook-kind.ts';
import { printItems } from '../printing.ts';
import { parseTargets } from '../targets.ts';
import { say } from '../world.ts';
import { tellOutlook } from './dry-run.ts';
import { tellingOf, type Telling, type TellingFlags } from './tell-change.ts';
import { waitForOperations, type Followed } from './wait-for-operations.ts';

export interface DeleteFlags extends TellingFlags, AskingFlags {
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
  const refs = await refsOf(context, words, flags);
  const jobs = askedJobs(
    asking,
    refs.map((ref) => ({ ref })),
  );
  if (flags.dryRun === true) return tryAll(context, jobs, flags, telling);
  const { found, exitCode } = await ofEach(context, jobs, flags, (job) => requestRemoval(context, job, flags, telling));
  const waited = telling.wait ? await waitForOperations(context, found, telling) : exitCodes.ok;
  if (telling.format !== undefined) await printOperations(context, found, telling);
  return Math.max(exitCode, waited);
}

/** The operations, as they are by now. */
async function printOperations({ world, client }: Context, removals: readonly Followed[], { wait, format }: Telling) {
  const known = removals.flatMap(({ job, operation }) => (operation ? [{ job, operation }] : []));
  const records = known.map(async ({ job, operation }) =>
    wait ? client.getOperation(job, operation.number) : operation,
  );
  if (known.length > 0)
    await printItems(world, operationKind, await Promise.all(records), { format, single: known.length === 1 });
}

async function refsOf(context: Context, words: readonly string[], flags: DeleteFlags): Promise<JobRef[]> {
  if (flags.filename !== undefined) {
    if (words.length > 0) throw usageError('name jobs either by -f or as arguments, not both');
    const [{ readDocuments }, { refOf }] = await Promise.all([import('../documents.ts'), import('../apply-target.ts')]);
    return (await readDocuments(context.world, flags)).map((document) => refOf(context, document));
  }
  const { kind, names } = parseTargets(words);
  if (kind !== 'job') throw usageError('only jobs can be deleted here');
  if (names.length === 0) throw usageError('no job is named', 'Write delete job NAME, or delete -f FILE.');
  return names.map((name) => ({ tenant: context.config.tenant, name }));
}

/** Goes on after one was refused. Those that gave something are `found`. */
async function ofEach<Found>(
  { world }: Context,
  jobs: readonly AskedJob[],
  flags: DeleteFlags,
  ask: (job: AskedJob) => Promise<Found | undefined>,
): Promise<{ readonly found: readonly Found[]; readonly exitCode: number }> {
  const found: Found[] = [];
  let exitCode: number = exitCodes.ok;
  for (const job of jobs) {
    try {
      const one = await ask(job);
      if (one !== undefined) found.push(one);
    } catch (error) {
      if (flags.ignoreNotFound === true && isNotFound(error)) continue;
      exitCode = Math.max(exitCode, reportError(world.err, error, jobLabel(job.ref)));
    }
  }
  return { found, exitCode };
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
  if (format === undefined) say(out, `${jobLabel(asked.ref)} ${wait ? 'removing' : 'removal requested'}${number}`);
  if (flags.forget !== true) await warnIfAwaited(context, job);
  return { job, operation };
}

/** A removal waits for an agent of its cluster, however long none comes: who asks for it shall know at once. */
async function warnIfAwaited({ client, world }: Context, { name, spec }: JobView): Promise<void> {
  const { cluster } = spec.spec;
  // Whoever may remove a job may not see clusters everywhere; and the removal was accepted.
  const { agent } = (await client.getCluster(cluster).catch(() => undefined)) ?? {};
  if (agent?.state !== 'gone') return;
  const since = agent.lastSeen === undefined ? '' : ` since ${agent.lastSeen}`;
  say(
    world.err,
    `warning: no agent of cluster ${cluster} is there${since}: the removal fails without one, or waits where it has begun.`,
  );
  say(world.err, `cure: start it, or drey delete job ${name} --forget, which leaves all that the job has there.`);
}

async function tryAll(
  context: Context,
  jobs: readonly AskedJob[],
  flags: DeleteFlags,
  { format }: Telling,
): Promise<number> {
  const { world } = context;
  const { found, exitCode } = await ofEach(context, jobs, flags, async (job) => {
    const outlook = await tryRemoval(context, job, flags);
    if (outlook && format === undefined) await tellOutlook(world, 'removed', outlook, format);
    return outlook;
  });
  if (format !== undefined && found.length > 0)
    await printItems(world, outlookKind, found, { format, single: found.length === 1 });
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
    say(flags.output === undefined ? world.out : world.err, `${jobLabel(ref)} is being removed already (dry run)`);
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
