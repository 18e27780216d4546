/** The test runner's own instance of the stack: other ports, other folders, no data of earlier runs. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startDrey } from './drey.ts';
import { stopCluster } from './cluster.ts';
import { stopDreyProcesses } from './drey-processes.ts';
import type { StackPaths } from './paths.ts';
import { stopPostgres } from './postgres.ts';
import type { Progress } from './progress.ts';
import {
  prepareImagesStep,
  prepareTools,
  startClusterStep,
  startPostgresStep,
  startTemporalStep,
  type StackOptions,
} from './stack.ts';
import { stopTemporal } from './temporal.ts';
import type { Part } from './test-needs.ts';

/** Any free port for each: several runs, and the reader's own stack, share this machine. */
export const anyPorts = { api: 0, flinkUi: 0, postgres: 0, temporal: 0, temporalUi: 0, temporalMetrics: 0 };

/** What survives from run to run: the node's own folder, which it empties itself, and the lock of this run. */
const kept = ['kubernetes', 'lock', 'cluster.json', 'logs'];

/** Starts the parts, and gives the variables by which tests find them. */
export async function startTestStack(
  progress: Progress,
  paths: StackPaths,
  parts: ReadonlySet<Part>,
): Promise<Record<string, string>> {
  await stopTestStack(paths);
  const flinkLines = (process.env['DREY_TEST_FLINK'] ?? '2.3,1.20').split(',');
  const shortHistories = process.env['DREY_TEST_HISTORY'];
  const options: StackOptions = {
    paths,
    context: undefined,
    flinkLines,
    ports: anyPorts,
    isThrowaway: true,
    // After so many events Temporal suggests that a workflow continues as new.
    ...(shortHistories && { temporalConfig: { 'limit.historyCount.suggestContinueAsNew': shortHistories } }),
  };
  const choice = parts.has('kubernetes') ? await prepareTools(progress, options) : undefined;
  const when = <T>(part: Part, start: () => Promise<T>) => (parts.has(part) ? start() : undefined);
  const temporal = when('temporal', () => startTemporalStep(progress, options));
  const postgres = when('postgres', () => startPostgresStep(progress, options));
  const cluster = choice && startClusterStep(progress, options, choice);
  const images = cluster && when('flink', () => prepareImagesStep(progress, options, choice, cluster));
  await Promise.allSettled([temporal, postgres, cluster, images]);
  const running = { temporal: await temporal, postgres: await postgres, cluster: await cluster, images: await images };
  const drey = isComplete(running) && (await when('drey', () => startDrey(progress, paths, running, anyPorts.api)));
  return {
    ...(running.temporal && {
      DREY_TEST_TEMPORAL_ADDRESS: running.temporal.address,
      DREY_TEST_TEMPORAL_COMMAND: running.temporal.binary,
    }),
    ...(running.postgres && { DREY_TEST_DATABASE_URL: running.postgres.url }),
    ...(running.cluster && { DREY_TEST_KUBECONFIG: running.cluster.kubeconfig }),
    ...(running.images && {
      DREY_TEST_FLINK_IMAGES: JSON.stringify(running.images.references),
      DREY_TEST_STORAGE_TOOL_JAR: running.images.storageToolJar,
    }),
    ...(drey && { DREY_TEST_API_URL: drey.url, DREY_TEST_CLI_CONFIG: drey.cliConfig }),
  };
}

/** Ends everything of the instance and removes its data; with `purge` its images and logs too. */
export async function stopTestStack(paths: StackPaths, purge = false): Promise<void> {
  await stopDreyProcesses(paths);
  await Promise.all([stopTemporal(paths), stopPostgres(paths), stopCluster(paths, purge)]);
  if (purge) rmSync(paths.stateDir, { recursive: true, force: true });
  else
    for (const name of readdirSync(paths.stateDir).filter((each) => !kept.includes(each)))
      rmSync(join(paths.stateDir, name), { recursive: true, force: true });
}

type Parts<T> = { readonly [K in keyof T]: T[K] };

function isComplete<T extends object>(parts: Parts<T>): parts is { [K in keyof T]-?: NonNullable<T[K]> } {
  return Object.values(parts).every((part) => part !== undefined);
}
