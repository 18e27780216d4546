/** `drey get`: lists of jobs and clusters, or single ones by name, in kubectl's forms. */
import type { JobView } from '../../core/job.ts';
import type { Cluster } from '../../clients/drey/shapes.ts';
import { allPages } from '../../clients/drey/pages.ts';
import { isNotFound } from '../../clients/drey/errors.ts';
import type { Context } from '../context.ts';
import { exitCodes, reportError, usageError } from '../errors.ts';
import { clusterKind } from '../kinds/cluster-kind.ts';
import { jobKind } from '../kinds/job-kind.ts';
import { parseFormat, printItems, type Format, type Kind } from '../printing.ts';
import { parseTargets } from '../targets.ts';
import { say } from '../world.ts';

export interface GetFlags {
  readonly output?: string;
  readonly selector?: readonly string[];
  readonly phase?: string;
  readonly cluster?: string;
  readonly namespace?: string;
  readonly watch?: boolean;
  readonly ignoreNotFound?: boolean;
}

export async function get(context: Context, words: readonly string[], flags: GetFlags): Promise<number> {
  const { kind, names } = parseTargets(words);
  const format = parseFormat(flags.output);
  if (kind === 'cluster') return getClusters(context, names, flags, format);
  if (flags.watch === true) return (await import('./watch.ts')).watchJobs(context, names, flags, format);
  if (names.length > 0) {
    const read = (name: string) => context.client.getJob({ tenant: context.config.tenant, name });
    return printNamed(context, jobKind, names, read, flags, format);
  }
  return printList(
    context,
    jobKind,
    await listJobs(context, flags),
    format,
    `jobs found in tenant ${context.config.tenant}`,
  );
}

/** All jobs of the tenant that the flags let through. */
export function listJobs({ client, config }: Context, flags: GetFlags): Promise<JobView[]> {
  const filter = {
    phase: flags.phase?.toUpperCase().split(','),
    cluster: flags.cluster,
    namespace: flags.namespace,
    label: labelsOf(flags.selector ?? []),
  };
  return allPages((page) => client.listJobs(config.tenant, { ...filter, ...page }));
}

/** `-l a=b,c=d` as the API takes them: one `key=value` each. */
function labelsOf(selectors: readonly string[]): string[] {
  const labels = selectors.flatMap((selector) => selector.split(',')).map((label) => label.trim().replace('==', '='));
  const wrong = labels.find((label) => !/^[^=!\s]+=[^=\s]*$/.test(label));
  if (wrong !== undefined)
    throw usageError(`-l: "${wrong}" is not understood`, 'Write KEY=VALUE; several with commas.');
  return labels;
}

async function getClusters(
  context: Context,
  names: readonly string[],
  flags: GetFlags,
  format: Format | undefined,
): Promise<number> {
  if (names.length > 0) {
    return printNamed(context, clusterKind, names, (name) => context.client.getCluster(name), flags, format);
  }
  const clusters: Cluster[] = await allPages((page) => context.client.listClusters(page));
  return printList(context, clusterKind, clusters, format, 'clusters found');
}

async function printList<Item>(
  { world }: Context,
  kind: Kind<Item>,
  items: readonly Item[],
  format: Format | undefined,
  what: string,
): Promise<number> {
  const isDocument = format === 'json' || format === 'yaml';
  if (items.length === 0 && !isDocument) say(world.err, `No ${what}.`);
  else await printItems(world, kind, items, { format, single: false });
  return exitCodes.ok;
}

/** Prints what was found, and reports what was not. */
async function printNamed<Item>(
  { world }: Context,
  kind: Kind<Item>,
  names: readonly string[],
  read: (name: string) => Promise<Item>,
  flags: GetFlags,
  format: Format | undefined,
): Promise<number> {
  const results = await Promise.allSettled(names.map(read));
  const found = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (found.length > 0) await printItems(world, kind, found, { format, single: names.length === 1 });
  const errors = results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : []));
  const real = errors.filter((error) => flags.ignoreNotFound !== true || !isNotFound(error));
  return Math.max(exitCodes.ok, ...real.map((error) => reportError(world.err, error)));
}
