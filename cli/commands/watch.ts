/** `drey get jobs --watch`: the table, then a row whenever a job changes and a line when one is gone, until Ctrl-C. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ignoreNotFound } from '../../clients/drey/errors.ts';
import type { JobView } from '../../core/job.ts';
import type { Context } from '../context.ts';
import { usageError } from '../errors.ts';
import { listJobs, type JobFlags } from '../list-jobs.ts';
import { jobKind, jobKindWithTenant, jobLabel } from '../kinds/job-kind.ts';
import { bridgeOutage } from '../outage.ts';
import { printItems, tableLines, type Format, type Kind } from '../printing.ts';
import { say } from '../world.ts';

const pollMs = 500;

export async function watchJobs(
  context: Context,
  names: readonly string[],
  flags: JobFlags,
  format: Format | undefined,
): Promise<never> {
  if (format === 'json' || format === 'yaml') throw usageError(`--watch prints rows, not ${format}`);
  let known: Jobs = new Map();
  for (let isFirst = true; ; isFirst = false) {
    const look = () => lookOnce(context, names, flags, known);
    // An API that never answered is not away: its address may be wrong.
    const { jobs, gone } = await (isFirst ? look() : bridgeOutage(context, pollMs, look));
    tellGone(context, gone, format);
    const changed = [...jobs.values()].filter((job) => known.get(job.uid)?.updatedAt !== job.updatedAt);
    await printRows(context, flags.allTenants === true ? jobKindWithTenant : jobKind, changed, { format, isFirst });
    known = jobs;
    await sleep(pollMs, undefined, { signal: context.world.interrupted });
  }
}

/** By their uids. */
type Jobs = ReadonlyMap<string, JobView>;

/** All that is asked for is read before anything is said of it: where that fails, nothing is said twice. */
async function lookOnce(
  context: Context,
  names: readonly string[],
  flags: JobFlags,
  known: Jobs,
): Promise<{ readonly jobs: Jobs; readonly gone: readonly JobView[] }> {
  const jobs = new Map((await readJobs(context, names, flags)).map((job) => [job.uid, job]));
  const unlisted = [...known.values()].filter(({ uid }) => !jobs.has(uid));
  const isGone = await Promise.all(unlisted.map((job) => isJobGone(context, job)));
  return { jobs, gone: unlisted.filter((_, index) => isGone[index]) };
}

async function readJobs(context: Context, names: readonly string[], flags: JobFlags): Promise<JobView[]> {
  if (names.length === 0) return listJobs(context, flags);
  const { client, config } = context;
  const found = await Promise.all(names.map((name) => ignoreNotFound(client.getJob({ tenant: config.tenant, name }))));
  return found.filter((job) => job !== undefined);
}

/** The title is printed once; names have none. */
async function printRows(
  { world }: Context,
  kind: Kind<JobView>,
  jobs: readonly JobView[],
  { format, isFirst }: { readonly format: Format | undefined; readonly isFirst: boolean },
): Promise<void> {
  if (format === 'name') return printItems(world, kind, jobs, { format, single: false });
  const [title = '', ...rows] = tableLines(world, kind, jobs, format);
  for (const line of isFirst ? [title, ...rows] : rows) say(world.out, line);
}

/** Of one that is not listed any more: it may only have become what was not asked for. */
async function isJobGone({ client }: Context, job: JobView): Promise<boolean> {
  const now = await ignoreNotFound(client.getJob(job));
  return now?.uid !== job.uid || now.phase === 'REMOVED';
}

/** Beside bare names a sentence would be taken for one. */
function tellGone({ world }: Context, gone: readonly JobView[], format: Format | undefined): void {
  for (const job of gone)
    say(format === 'name' ? world.err : world.out, `${jobLabel(job)} of tenant ${job.tenant} is gone`);
}
