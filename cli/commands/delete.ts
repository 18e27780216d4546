/** `drey delete`: asks for the removal of jobs, by name or by file, and with --wait follows it to its end. */
import type { JobRef } from '../../clients/drey/paths.ts';
import { DreyApiError, isNotFound } from '../../clients/drey/errors.ts';
import type { JobView } from '../../core/job.ts';
import type { Context } from '../context.ts';
import { parseDuration } from '../duration.ts';
import { exitCodes, reportError, usageError } from '../errors.ts';
import { jobLabel } from '../kinds/job-kind.ts';
import { parseTargets } from '../targets.ts';
import { say } from '../world.ts';
import { tellOutlook } from './dry-run.ts';
import { waitForOperations, type Followed } from './wait-for-operations.ts';

export interface DeleteFlags {
  readonly filename?: readonly string[];
  readonly recursive?: boolean;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly timeout: string;
  readonly ignoreNotFound?: boolean;
  readonly deletion?: string;
  readonly savepoints?: string;
  readonly forget?: boolean;
}

export async function deleteJobs(context: Context, words: readonly string[], flags: DeleteFlags): Promise<number> {
  const timeoutMs = parseDuration(flags.timeout, '--timeout');
  const { followed, exitCode } = await removeAll(context, await refsOf(context, words, flags), flags);
  if (flags.wait !== true || flags.dryRun === true) return exitCode;
  const options = { timeoutMs, timeoutText: flags.timeout, quiet: false };
  return Math.max(exitCode, await waitForOperations(context, followed, options));
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

async function removeAll(context: Context, refs: readonly JobRef[], flags: DeleteFlags) {
  const { world } = context;
  const followed: Followed[] = [];
  let exitCode: number = exitCodes.ok;
  for (const ref of refs) {
    try {
      if (flags.dryRun === true) await tryRemoval(context, ref, flags);
      else followed.push(await requestRemoval(context, ref, flags));
    } catch (error) {
      if (flags.ignoreNotFound === true && isNotFound(error)) continue;
      exitCode = Math.max(exitCode, reportError(world.err, error, jobLabel(ref)));
    }
  }
  return { followed, exitCode };
}

async function requestRemoval(context: Context, ref: JobRef, flags: DeleteFlags): Promise<Followed> {
  const { job, operation } = await removal(context, ref, flags);
  const number = operation === undefined ? '' : ` (operation ${operation.number})`;
  say(context.world.out, `${jobLabel(ref)} ${flags.wait === true ? 'removing' : 'removal requested'}${number}`);
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

async function tryRemoval({ client, world }: Context, ref: JobRef, flags: DeleteFlags): Promise<void> {
  try {
    await tellOutlook(world, 'removed', await client.dryRun.removeJob(ref, wishOf(flags)), undefined);
  } catch (error) {
    if (!isBeingRemoved(error)) throw error;
    say(world.out, `${jobLabel(ref)} is being removed already (dry run)`);
  }
}

/** Asks for the removal; one that somebody asked for before will do as well. */
async function removal({ client }: Context, ref: JobRef, flags: DeleteFlags): Promise<Followed> {
  try {
    return await client.removeJob(ref, wishOf(flags));
  } catch (error) {
    if (!isBeingRemoved(error)) throw error;
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
