/** Jobs that are chosen by what they are, and not by name: for words that change them. */
import type { JobRef } from '../clients/drey/paths.ts';
import type { Context } from './context.ts';
import { usageError } from './errors.ts';
import { listJobs, type JobFlags } from './list-jobs.ts';

/** Flags that say which jobs are meant, as people write them. */
const selectionFlags = {
  selector: '--selector',
  phase: '--phase',
  cluster: '--cluster',
  namespace: '--namespace',
  allTenants: '--all-tenants',
} as const satisfies Record<keyof JobFlags, string>;

/** Those of them that are given. */
export function selectionGiven(flags: JobFlags): readonly string[] {
  return Object.entries(selectionFlags).flatMap(([name, flag]) => (name in flags ? [flag] : []));
}

/** The jobs that the flags let through. Nothing but a filter chooses: nobody changes all jobs by a slip. @throws CliError */
export async function selectedJobs(context: Context, flags: JobFlags): Promise<JobRef[]> {
  checkSelection(flags);
  const jobs = await listJobs(context, flags);
  return jobs.map(({ tenant, name }) => ({ tenant, name }));
}

function checkSelection({ selector, phase, cluster, namespace }: JobFlags): void {
  const filters = { selector, phase, cluster, namespace };
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  if (given.length === 0)
    throw usageError('--all-tenants alone would be every job', 'Choose with -l, --phase, --cluster or -n, too.');
  // A variable of a script that is not set must not make it any job.
  const empty = given.find(([, value]) => value?.length === 0);
  if (empty) throw usageError(`--${empty[0]} is empty`, 'Say which jobs are meant.');
  // Another job may have the name of a removed one by now.
  if (phase?.toUpperCase().split(',').includes('REMOVED'))
    throw usageError('--phase: jobs that were removed cannot be changed', 'Leave REMOVED out.');
}

/** Where jobs are looked for, in words. */
export function placeOf({ config }: Pick<Context, 'config'>, { allTenants }: JobFlags): string {
  return allTenants === true ? 'any tenant' : `tenant ${config.tenant}`;
}
