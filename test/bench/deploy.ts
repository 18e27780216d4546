/**
 * `npm run bench:deploy [-- RUNS]`, beside a stack that `npm run up` started: from `apply` to all tasks RUNNING, against the
 * floor: the same objects applied by kubectl, and the job started as soon as its cluster answers. Runs alternate, both
 * are seen by the same observer, and medians are printed.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { createDreyClient } from '../../clients/drey/client.ts';
import { connectFlink } from '../../clients/flink/connect.ts';
import type { FlinkClient } from '../../clients/flink/client.ts';
import { proxyTransport } from '../../clients/flink/transport.ts';
import { connectKubernetes } from '../../clients/kubernetes/connect.ts';
import type { Generation } from '../../core/generation.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { renderGeneration } from '../../core/manifests/generation.ts';
import { flinkJobId, generationName } from '../../core/names.ts';
import { hasEnded, type OperationRecord } from '../../core/operation.ts';
import { flinkJobSchema } from '../../core/schema/flink-job.ts';
import { accessFiles, readToken } from '../../deploy/dev/drey-access.ts';
import { rememberedCluster, ensureCluster } from '../../deploy/dev/cluster.ts';
import { prepareImages } from '../../deploy/dev/flink-images.ts';
import { stackPaths } from '../../deploy/dev/paths.ts';
import { pause, waitUntil } from '../../deploy/dev/process.ts';
import { e2eJob, namespace, tenant } from '../support/e2e-job.ts';

const runs = Number(process.argv[2] ?? 5);
const paths = stackPaths('dev');
const choice = rememberedCluster(paths);
if (!choice) throw new Error('no stack here: run `npm run up` first');
const quiet = () => undefined;
const cluster = await ensureCluster(paths, choice, quiet);
const images = await prepareImages(paths, choice, ['2.3'], quiet);
const kubernetes = connectKubernetes({ kubeconfig: cluster.kubeconfig });
const config = z.object({ server: z.string() }).parse(JSON.parse(readFileSync(accessFiles(paths).cliConfig, 'utf8')));
const drey = createDreyClient({ server: config.server, token: readToken(paths), requestTimeoutMs: 60_000 });

/** Observes every 20 ms until all tasks of the job run. */
async function allRunning(flink: FlinkClient, jobId: string): Promise<void> {
  for (;;) {
    const job = (await flink.jobs().catch(() => [])).find(({ id }) => id === jobId);
    if (job?.state === 'RUNNING' && job.tasksTotal > 0 && job.tasks.RUNNING === job.tasksTotal) return;
    await pause(20);
  }
}

function flinkOf(service: string): FlinkClient {
  return connectFlink(proxyTransport(kubernetes, { namespace, service }));
}

function kubectl(args: readonly string[], input: string): string {
  const result = spawnSync('kubectl', ['--kubeconfig', cluster.kubeconfig, ...args], { input, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  return result.stdout;
}

function floorGeneration(run: number): Generation {
  const spec = flinkJobSchema.parse(e2eJob('bench-floor'));
  const identity = { tenant, name: 'bench-floor', uid: `floor${String(run).padStart(3, 'a')}`, number: 1 };
  return { identity, revision: 1, specHash: 'bench', spec, submission: 1 };
}

async function measureFloor(run: number): Promise<number> {
  const generation = floorGeneration(run);
  const name = generationName(generation.identity);
  const id = flinkJobId(generation.identity, 1);
  const start = performance.now();
  const stored = z.object({ metadata: z.object({ uid: z.string() }) });
  const anchor = kubectl(
    ['apply', '--server-side', '-o', 'json', '-f', '-'],
    JSON.stringify(renderAnchor(generation, 1)),
  );
  const anchorUid = stored.parse(JSON.parse(anchor)).metadata.uid;
  const defaultImage = images.references['2.3'] ?? '';
  const items = renderGeneration({ generation, anchorUid, defaultImage });
  kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const flink = flinkOf(name);
  await startAsSoonAsItAnswers(flink, generation, id);
  await allRunning(flink, id);
  const took = performance.now() - start;
  kubectl(['delete', '-n', namespace, '--cascade=foreground', 'configmap', name], '');
  kubectl(['delete', '-n', namespace, 'configmap', '-l', `app=${name}`], '');
  return took;
}

async function startAsSoonAsItAnswers(flink: FlinkClient, { spec }: Generation, jobId: string): Promise<void> {
  const { entryClass, args, parallelism } = spec.spec.job;
  for (;;) {
    try {
      await flink.overview();
      await flink.runJar({ jobId, entryClass, args, parallelism });
      return;
    } catch {
      await pause(20);
    }
  }
}

async function measureDrey(): Promise<{ readonly took: number; readonly operation: OperationRecord }> {
  const job = { tenant, name: 'bench-drey' };
  const start = performance.now();
  const { operation } = await drey.applyJob(job, e2eJob(job.name));
  const { generation } = await waitUntil(
    async () => {
      const view = await drey.getJob(job);
      return view.generation && { generation: view.generation };
    },
    { what: 'a generation', timeoutMs: 30_000, stepMs: 20 },
  );
  await allRunning(flinkOf(generation.name), generation.flinkJobId);
  const took = performance.now() - start;
  const record = await end(job, operation?.number ?? 1);
  const removal = await drey.removeJob(job);
  await end(job, removal.operation?.number ?? 2);
  return { took, operation: record };
}

async function end(job: { tenant: string; name: string }, number: number): Promise<OperationRecord> {
  const look = async () => {
    const operation = await drey.getOperation(job, number);
    return hasEnded(operation) && operation;
  };
  return waitUntil(look, { what: 'the operation to end', timeoutMs: 300_000, stepMs: 100 });
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const floor: number[] = [];
const measured: Awaited<ReturnType<typeof measureDrey>>[] = [];
for (let run = 0; run < runs; run += 1) {
  floor.push(await measureFloor(run));
  measured.push(await measureDrey());
  console.log(`run ${run + 1}: floor ${seconds(floor.at(-1) ?? 0)}, drey ${seconds(measured.at(-1)?.took ?? 0)}`);
}
const total = median(measured.map(({ took }) => took));
console.log(
  `\nmedian of ${runs}: drey ${seconds(total)}, floor ${seconds(median(floor))}, above the floor ${seconds(total - median(floor))}`,
);
for (const { name, title } of measured[0]?.operation.steps ?? []) {
  const times = measured.flatMap(({ operation }) => operation.steps.filter((step) => step.name === name));
  const took = median(times.map(({ startedAt, endedAt }) => Date.parse(endedAt ?? startedAt) - Date.parse(startedAt)));
  console.log(`  ${title.padEnd(40)} ${seconds(took)}`);
}
kubernetes.close();
