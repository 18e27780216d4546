/** Drey itself beside the cluster: its database and token, its three processes, and its cluster registered. */
import { join } from 'node:path';
import { clusterTaskQueue, controlTaskQueue } from '../../core/names.ts';
import { jobNamespace } from './cluster-storage.ts';
import { accessFiles, grantAccess, readToken, writeCliConfig } from './drey-access.ts';
import { ensureDreyProcess } from './drey-processes.ts';
import { loopback, type StackPaths } from './paths.ts';
import { claimPorts, rememberedPorts } from './ports.ts';
import { awaitPoller } from './pollers.ts';
import { livingProcess, waitUntil } from './process.ts';
import type { Progress, ReportLine } from './progress.ts';
import type { Stack } from './stack.ts';

/** The name under which the stack's cluster is registered, and the tenant that may use it. */
const clusterName = 'local';
const tenant = 'default';

export interface DreyServer {
  readonly url: string;
  /** The CLI's configuration file: where the API is and where the token lies. */
  readonly cliConfig: string;
}

/** Starts api, worker and agent, or restarts those whose code or settings changed, and registers the cluster. */
export async function startDrey(
  progress: Progress,
  paths: StackPaths,
  stack: Stack,
  usualPort: number,
): Promise<DreyServer> {
  const url = await apiUrl(paths, usualPort);
  await progress.run(stepOf(paths, 'Database and token'), async () => {
    const grants = [{ cluster: clusterName, namespace: jobNamespace }];
    await grantAccess(paths, { databaseUrl: stack.postgres.url, tenant, cluster: clusterName, grants });
    writeCliConfig(paths, url, tenant);
  });
  const polling = { server: stack.temporal, runDir: paths.runDir };
  await Promise.all([
    progress.run(stepOf(paths, 'Drey API', 'api'), async (report) => {
      await startApi(paths, stack, url, report);
      report('registering the cluster');
      await registerCluster(paths, stack, url);
    }),
    progress.run(stepOf(paths, 'Drey worker'), async (report) => {
      const worker = await ensureDreyProcess(paths, 'worker', workerEnv(paths, stack), report);
      await awaitPoller({ ...polling, taskQueue: controlTaskQueue, type: 'workflow', process: worker });
    }),
    progress.run(stepOf(paths, 'Drey agent', 'agent'), async (report) => {
      const agent = await ensureDreyProcess(paths, 'agent', agentEnv(paths, stack, url), report);
      await awaitPoller({ ...polling, taskQueue: clusterTaskQueue(clusterName), type: 'activity', process: agent });
    }),
  ]);
  return { url, cliConfig: accessFiles(paths).cliConfig };
}

function stepOf(paths: StackPaths, name: string, process?: string) {
  const cure = 'read the log; `npm run up` starts again what has ended or whose code has changed';
  return { name, cure, ...(process === undefined ? {} : { logFile: join(paths.logDir, `${process}.log`) }) };
}

async function startApi(paths: StackPaths, stack: Stack, url: string, report: ReportLine): Promise<void> {
  const env = { ...commonEnv(stack), DREY_API_LISTEN: new URL(url).host, DREY_API_URL: url };
  const { logFile, name } = await ensureDreyProcess(paths, 'api', env, report);
  report('waiting until it is ready');
  await waitUntil(async () => (await fetch(`${url}/readyz`)).ok, {
    what: `${url}/readyz to say yes`,
    timeoutMs: 180_000,
    stepMs: 50,
    logFile,
    giveUp: () => (livingProcess(paths.runDir, name) ? undefined : 'the process has ended'),
  });
}

async function registerCluster(paths: StackPaths, stack: Stack, url: string): Promise<void> {
  const answer = await fetch(`${url}/v1/clusters/${clusterName}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${readToken(paths)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ description: stack.cluster.description }),
  });
  if (!answer.ok) throw new Error(`PUT /v1/clusters/${clusterName} answered ${answer.status}: ${await answer.text()}`);
}

function commonEnv(stack: Stack): Record<string, string> {
  return {
    DATABASE_URL: stack.postgres.url,
    TEMPORAL_ADDRESS: stack.temporal.address,
    TEMPORAL_NAMESPACE: stack.temporal.namespace,
  };
}

function workerEnv(paths: StackPaths, stack: Stack): Record<string, string> {
  // What is checked out is what runs, also where that is an older build again. A suite starts two builds side by side.
  const makeCurrent = paths.instance === 'dev' ? 'force' : 'true';
  return { ...commonEnv(stack), DREY_MAKE_CURRENT: makeCurrent, DREY_CACHE: paths.cacheDir, ...crashEnv(paths) };
}

function agentEnv(paths: StackPaths, stack: Stack, apiAddress: string): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: stack.temporal.address,
    TEMPORAL_NAMESPACE: stack.temporal.namespace,
    DREY_CLUSTER: clusterName,
    DREY_API_URL: apiAddress,
    DREY_API_TOKEN_FILE: accessFiles(paths).agentToken,
    DREY_KUBECONFIG: stack.cluster.kubeconfig,
    // The agent asks for Services by name, and this machine does not use the cluster's name server.
    DREY_FLINK_ACCESS: 'proxy',
    DREY_DEFAULT_IMAGES: JSON.stringify(stack.images.references),
    DREY_STORAGE_TOOL_JAR: stack.images.storageToolJar,
    DREY_PRIME_JOB_JAR: stack.images.primeJobJar,
    ...crashEnv(paths),
  };
}

/** Only tests may say where a process of theirs shall die. */
function crashEnv({ instance, stateDir }: StackPaths): Record<string, string> {
  return instance === 'dev' ? {} : { DREY_TEST_CRASH_FILE: join(stateDir, 'crash.json') };
}

/** The port is claimed only while the API does not run: its own would look taken. */
async function apiUrl(paths: StackPaths, usualPort: number): Promise<string> {
  const port = livingProcess(paths.runDir, 'api')
    ? (rememberedPorts(paths.stateDir)['api'] ?? 0)
    : (await claimPorts(paths.stateDir, { api: usualPort })).api;
  return `http://${loopback}:${port}`;
}
