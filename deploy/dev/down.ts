/** `npm run down`: ends all that the development stack and interrupted test runs started. Safe to repeat. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rememberedCluster, stopCluster } from './cluster.ts';
import { jobNamespace } from './cluster-storage.ts';
import { removeAccess } from './drey-access.ts';
import { stopDreyProcesses } from './drey-processes.ts';
import { stopFlinkUi } from './flink-ui.ts';
import { isLocked, takeLock } from './lock.ts';
import { stackPaths, testInstances, type StackPaths } from './paths.ts';
import { stopPostgres } from './postgres.ts';
import { describeFailures, Progress, reasonOf } from './progress.ts';
import { stopTemporal } from './temporal.ts';
import { stopTestStack } from './test-stack.ts';

const usage = `npm run down -- [--purge [--cache]]

  --purge   remove the data too: jobs, records, Temporal's histories, the cluster, the token
  --cache   with --purge: also what was built or fetched, which takes minutes to get again`;

const paths = stackPaths('dev');
/** Not in a folder that is purged: the log of a purge that failed is what its reader needs. */
const logFile = join(paths.stateDir, '..', 'down.log');

async function main(): Promise<number> {
  const { values: flags } = parseArgs({
    options: {
      purge: { type: 'boolean', default: false },
      cache: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (flags.help) {
    console.log(usage);
    return 0;
  }
  if (flags.cache && !flags.purge) throw new Error(`--cache goes with --purge\n\n${usage}`);
  const progress = new Progress(logFile);
  await endInstance(progress, paths, flags.purge);
  await endTestLeftovers(progress, flags.purge);
  if (progress.failures.length > 0) {
    console.error(`\n${describeFailures(progress.failures, logFile)}`);
    return 1;
  }
  if (flags.cache) rmSync(paths.cacheDir, { recursive: true, force: true });
  return 0;
}

async function endInstance(progress: Progress, instance: StackPaths, purge: boolean): Promise<void> {
  const release = takeLock(instance.stateDir, 'npm run down');
  try {
    const choice = rememberedCluster(instance);
    await endProcesses(progress, instance, purge);
    if (choice?.kind === 'context') progress.print(ownClusterNote(choice.context, purge));
    if (!purge || progress.failures.length > 0) return;
    rmSync(instance.stateDir, { recursive: true, force: true });
    removeAccess(instance);
  } finally {
    release();
  }
}

/** Clients end before their servers. A step that fails keeps none of the others from being tried. */
async function endProcesses(progress: Progress, instance: StackPaths, purge: boolean): Promise<void> {
  const cure = 'run `npm run down` again; the log says which process or mount is in the way';
  const run = (name: string, work: () => Promise<void>) => progress.run({ name, cure }, work);
  await Promise.allSettled([
    run('Drey', () => stopDreyProcesses(instance)),
    run('Flink UI link', () => stopFlinkUi(instance)),
  ]);
  await Promise.allSettled([
    run('Temporal', () => stopTemporal(instance)),
    run('PostgreSQL', () => stopPostgres(instance)),
    run('Kubernetes', () => stopCluster(instance, purge)),
  ]);
}

/** A test run that was killed leaves its own instance behind; one that is under way is left alone. */
async function endTestLeftovers(progress: Progress, purge: boolean): Promise<void> {
  const idle = testInstances().filter(({ stateDir }) => !isLocked(stateDir));
  if (idle.length === 0) return;
  const end = () => Promise.all(idle.map((instance) => stopTestStack(instance, purge)));
  await progress.run({ name: 'Leftovers of tests' }, end).catch(() => undefined);
}

function ownClusterNote(context: string, purge: boolean): string {
  const remove = `kubectl --context ${context} delete namespace ${jobNamespace}`;
  const what = purge ? 'What ran there is not touched' : 'Its jobs go on running there';
  return `Your own cluster (context ${context}): ${what}. If nothing of yours is in it: ${remove}`;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = 1;
}
