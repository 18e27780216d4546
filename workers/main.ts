/** The control plane's worker process: runs the workflows and writes their records. */
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { CrashPoints } from '../activities/crash-point.ts';
import { createControlActivities } from '../activities/control/control-activities.ts';
import { connectPostgres } from '../clients/postgres/connect.ts';
import { offerMetrics } from '../clients/metrics-server.ts';
import { installRuntime } from '../clients/temporal/runtime.ts';
import { controlTaskQueue } from '../core/names.ts';
import { workerSettings } from './config.ts';
import { deploymentName } from './deployment-version.ts';
import { createWorkerMetrics, type WorkerMetrics } from './metrics.ts';
import { StrandedOperations } from './stranded-operations.ts';
import { takeOver } from './take-over.ts';
import { untilDone } from './until-done.ts';
import { workflowBundle, type WorkflowBundle } from './workflow-bundle.ts';

const settings = workerSettings(process.env);
const log = pino({ level: settings.DREY_LOG_LEVEL, base: { process: 'worker', pid: process.pid } });

/** How often a worker looks for operations that no worker can go on with. */
const strandedCheckMs = 20_000;

const crashPoints = new CrashPoints(settings.DREY_TEST_CRASH_FILE);

async function main(): Promise<void> {
  installRuntime({ log, metricsListen: settings.DREY_TEMPORAL_METRICS_LISTEN });
  const bundle = await workflowBundle(settings.DREY_CACHE);
  const native = await connected(() => NativeConnection.connect({ address: settings.TEMPORAL_ADDRESS }));
  const connection = await connected(() => Connection.connect({ address: settings.TEMPORAL_ADDRESS }));
  const temporal = new Client({ connection, namespace: settings.TEMPORAL_NAMESPACE });
  const onError = (error: Error) => log.warn({ error: error.message }, 'PostgreSQL connection broke');
  const postgres = connectPostgres({ url: settings.DATABASE_URL, applicationName: 'drey-worker', onError });
  const metrics = createWorkerMetrics(postgres);
  metrics.build.set({ build: bundle.buildId }, 1);
  await offerMetrics(settings.DREY_METRICS_LISTEN, metrics.registry, log);
  const activities = createControlActivities({ postgres: crashPoints.within(postgres), temporal });
  const worker = await createWorker(native, bundle, activities);
  log.info({ buildId: bundle.buildId }, 'worker starts');
  const running = worker.run();
  const version = { namespace: settings.TEMPORAL_NAMESPACE, buildId: bundle.buildId };
  void takeOver({ connection: native, worker, version, wish: settings.DREY_MAKE_CURRENT, log });
  void endStranded(worker, new StrandedOperations(temporal), metrics);
  await running;
  await postgres.end();
  await connection.close();
  await native.close();
  log.info('worker has ended');
}

function createWorker(
  connection: NativeConnection,
  bundle: WorkflowBundle,
  activities: ReturnType<typeof createControlActivities>,
): Promise<Worker> {
  return Worker.create({
    connection,
    namespace: settings.TEMPORAL_NAMESPACE,
    taskQueue: controlTaskQueue,
    workflowBundle: { code: bundle.code },
    activities,
    interceptors: { activity: crashPoints.interceptors() },
    maxCachedWorkflows: settings.DREY_WORKFLOWS_CACHED,
    shutdownGraceTime: '5s',
    workerDeploymentOptions: {
      version: { deploymentName, buildId: bundle.buildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    },
  });
}

/** Looks again and again for operations whose build has no worker left. */
async function endStranded(worker: Worker, stranded: StrandedOperations, metrics: WorkerMetrics): Promise<void> {
  await untilDone(worker, { everyMs: strandedCheckMs, what: 'look for stranded operations', log }, async () => {
    for (const workflowId of await stranded.endThem()) {
      metrics.strandedOperations.inc();
      log.warn({ workflowId }, 'ended: no worker of its build is left');
    }
    return false;
  });
}

/** Connects as soon as Temporal is there: it may be started after us, or be away for a while. */
async function connected<T>(connect: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'Temporal is not reachable yet');
      await pause(500);
    }
  }
}

await main();
