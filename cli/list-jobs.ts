/** Lists jobs by the flags that `get` and `describe` take. */
import { allPages } from '../clients/drey/pages.ts';
import type { JobView } from '../core/job.ts';
import type { Context } from './context.ts';
import { usageError } from './errors.ts';

export interface JobFlags {
  readonly selector?: readonly string[];
  readonly phase?: string;
  readonly cluster?: string;
  readonly namespace?: string;
  readonly allTenants?: boolean;
}

/** All jobs that the flags let through: of the caller's tenant, or of all tenants by name. */
export async function listJobs({ client, config }: Context, flags: JobFlags): Promise<JobView[]> {
  const filter = {
    phase: flags.phase?.toUpperCase().split(','),
    cluster: flags.cluster,
    namespace: flags.namespace,
    label: labelsOf(flags.selector ?? []),
  };
  const tenants = flags.allTenants === true ? await client.listTenants() : [{ name: config.tenant }];
  const lists = tenants.map(({ name }) => allPages((page) => client.listJobs(name, { ...filter, ...page })));
  return (await Promise.all(lists)).flat();
}

/** `-l a=b,c=d` as the API takes them: one `key=value` each. */
function labelsOf(selectors: readonly string[]): string[] {
  const labels = selectors.flatMap((selector) => selector.split(',')).map((label) => label.trim().replace('==', '='));
  const wrong = labels.find((label) => !/^[^=!\s]+=[^=\s]*$/.test(label));
  if (wrong !== undefined)
    throw usageError(`-l: "${wrong}" is not understood`, 'Write KEY=VALUE; several with commas.');
  return labels;
}
