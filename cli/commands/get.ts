/** `drey get`: lists of jobs and clusters, or single ones by name, in kubectl's forms. */
import { isNotFound } from '../../clients/drey/errors.ts';
import type { Context } from '../context.ts';
import { exitCodes, reportError, usageError } from '../errors.ts';
import { listJobs, type JobFlags } from '../list-jobs.ts';
import { clusterKind } from '../kinds/cluster-kind.ts';
import { jobKind, jobKindWithTenant } from '../kinds/job-kind.ts';
import { parseFormat, printItems, type Format, type Kind } from '../printing.ts';
import { placeOf, selectionGiven } from '../selected-jobs.ts';
import { inNamedTenant, parseRefs, parseTargets, type Targets } from '../targets.ts';
import { say } from '../world.ts';

interface GetFlags extends JobFlags {
  readonly output?: string;
  readonly watch?: boolean;
  readonly ignoreNotFound?: boolean;
}

export async function get(context: Context, words: readonly string[], flags: GetFlags): Promise<number> {
  const { kind, refs } = parseRefs(context.config, words);
  const names = refs.map(({ name }) => name);
  const format = parseFormat(flags.output);
  refuseUnheeded(kind, names, flags);
  if (kind === 'cluster') return getClusters(context, names, flags, format);
  if (flags.watch === true) return watch(context, words, flags, format);
  if (refs.length > 0) {
    const isOther = refs.some(({ tenant }) => tenant !== context.config.tenant);
    return printNamed(context, isOther ? jobKindWithTenant : jobKind, refs, context.client.getJob, flags, format);
  }
  const jobs = await listJobs(context, flags);
  const kindShown = flags.allTenants === true ? jobKindWithTenant : jobKind;
  return printList(context, kindShown, jobs, format, `jobs found in ${placeOf(context, flags)}`);
}

/** Looks at one tenant, unless at all. */
async function watch(context: Context, words: readonly string[], flags: GetFlags, format: Format | undefined) {
  const { config, words: own } = inNamedTenant(context.config, words);
  const { watchJobs } = await import('./watch.ts');
  return watchJobs({ ...context, config }, parseTargets(own).names, flags, format);
}

/** A filter that is passed over would show what was not asked for. @throws CliError */
function refuseUnheeded(kind: Targets['kind'], names: readonly string[], flags: GetFlags): void {
  const given = selectionGiven(flags);
  if (kind === 'cluster') {
    const [flag] = flags.watch === true ? [...given, '--watch'] : given;
    if (flag !== undefined) throw usageError(`${flag} is for jobs`, 'Leave it out, or write get jobs.');
  } else if (names.length > 0 && given[0] !== undefined) {
    throw usageError(`${given[0]} is for lists of jobs, and not for jobs by name`, 'Leave it out, or the names.');
  }
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
  const clusters = await context.client.listClusters();
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
async function printNamed<Item, Name>(
  { world }: Context,
  kind: Kind<Item>,
  names: readonly Name[],
  read: (name: Name) => Promise<Item>,
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
