/** `drey get jobs --watch`: the table, then a row whenever a job changes and a line when one is gone, until Ctrl-C. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ignoreNotFound } from '../../clients/drey/errors.ts';
import type { JobView } from '../../core/job.ts';
import type { Context } from '../context.ts';
import { usageError } from '../errors.ts';
import { listJobs, type JobFlags } from '../list-jobs.ts';
import { jobKind, jobKindWithTenant, jobLabel } from '../kinds/job-kind.ts';
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
  let known = new Map<string, JobView>();
  for (let isFirst = true; ; isFirst = false) {
    const jobs = await readJobs(context, names, flags);
    const listed = new Map(jobs.map((job) => [job.uid, job]));
    await tellGone(
      context,
      [...known.values()].filter(({ uid }) => !listed.has(uid)),
      format,
    );
    const changed = jobs.filter((job) => known.get(job.uid)?.updatedAt !== job.updatedAt);
    await printRows(context, flags.allTenants === true ? jobKindWithTenant : jobKind, changed, { format, isFirst });
    known = listed;
    await sleep(pollMs, undefined, { signal: context.world.interrupted });
  }
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

/** Of jobs that are not listed any more: some may only have become what was not asked for. Beside bare names a sentence would be taken for one. */
async function tellGone(
  { world, client }: Context,
  unlisted: readonly JobView[],
  format: Format | undefined,
): Promise<void> {
  for (const job of unlisted) {
    const now = await ignoreNotFound(client.getJob(job));
    if (now?.uid === job.uid && now.phase !== 'REMOVED') continue;
    say(format === 'name' ? world.err : world.out, `${jobLabel(job)} of tenant ${job.tenant} is gone`);
  }
}
