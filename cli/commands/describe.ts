/** `drey describe job`: all that is known of a job, for people. Scripts use `get -o json`. */
import type { JobRef } from '../../clients/drey/paths.ts';
import { ignoreNotFound, isRecordsAway } from '../../clients/drey/errors.ts';
import type { JobView } from '../../core/job.ts';
import type { OperationRecord } from '../../core/operation.ts';
import type { Context } from '../context.ts';
import { exitCodes, reportError } from '../errors.ts';
import { listJobs } from '../list-jobs.ts';
import { jobLabel } from '../kinds/job-kind.ts';
import { describeJob } from '../kinds/job-lines.ts';
import { ignoreOutage } from '../outage.ts';
import { parseTargets } from '../targets.ts';
import { operationsUnderWay } from '../under-way.ts';
import { say, type World } from '../world.ts';

const operationsShown = 5;
const eventsShown = 20;
const savepointsShown = 3;

export async function describe(context: Context, words: readonly string[]): Promise<number> {
  const { kind, names } = parseTargets(words);
  if (kind === 'cluster') return describeClusters(context, names);
  const { jobs, exitCode } = names.length === 0 ? await allJobs(context) : await namedJobs(context, names);
  for (const [index, job] of jobs.entries()) {
    if (index > 0) say(context.world.out, '\n');
    for (const line of await linesOf(context, job)) say(context.world.out, line);
  }
  return exitCode;
}

interface Described {
  readonly jobs: readonly JobView[];
  readonly exitCode: number;
}

async function allJobs(context: Context): Promise<Described> {
  return { jobs: await listJobs(context, {}), exitCode: exitCodes.ok };
}

/** Those that there are; what is wrong with the others is reported. */
async function namedJobs({ client, config, world }: Context, names: readonly string[]): Promise<Described> {
  const read = names.map((name) => client.getJob({ tenant: config.tenant, name }));
  const results = await Promise.allSettled(read);
  const jobs = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const codes = results.map((result) =>
    result.status === 'rejected' ? reportError(world.err, result.reason) : exitCodes.ok,
  );
  return { jobs, exitCode: Math.max(...codes) };
}

async function linesOf(context: Context, job: JobView): Promise<string[]> {
  const { client, world } = context;
  const ref: JobRef = { tenant: job.tenant, name: job.name };
  const [operations, events, savepoints] = await Promise.all([
    client.listOperations(ref, { limit: operationsShown }).catch(asAway),
    client.listEvents(ref, { limit: eventsShown }).catch(asAway),
    // An API of an earlier release has none.
    ignoreNotFound(client.listSavepoints(ref, { limit: savepointsShown })).catch(asAway),
  ]);
  const shown = {
    operations: operations === away ? await underWay(context, job) : operations.items,
    events: events === away ? [] : events.items,
    savepoints: savepoints === away ? [] : (savepoints?.items ?? []),
  };
  tellMissing(world, job, { 'earlier operations': operations, events, savepoints });
  return describeJob({ job, ...shown }, world.now());
}

/** In the place of a list that PostgreSQL alone has. */
const away = 'away';

function asAway(error: unknown): typeof away {
  if (!isRecordsAway(error)) throw error;
  return away;
}

/** Where its workflow does not answer either, the job is shown as it was read. */
async function underWay(context: Context, job: JobView): Promise<readonly OperationRecord[]> {
  return (await operationsUnderWay(context, job).catch(ignoreOutage)) ?? [];
}

/** A list that is left out would be taken for an empty one. */
function tellMissing({ err }: World, job: JobView, lists: Readonly<Record<string, unknown>>): void {
  const missing = Object.entries(lists).flatMap(([name, list]) => (list === away ? [name] : []));
  if (missing.length === 0) return;
  say(err, `warning: PostgreSQL does not answer now: ${jobLabel(job)} is shown without its ${missing.join(', ')}`);
}

async function describeClusters({ client, world }: Context, names: readonly string[]): Promise<number> {
  const { renderValue } = await import('../printing.ts');
  const clusters =
    names.length === 0 ? await client.listClusters() : await Promise.all(names.map((name) => client.getCluster(name)));
  for (const cluster of clusters) world.out.write(await renderValue(cluster, 'yaml'));
  return exitCodes.ok;
}
