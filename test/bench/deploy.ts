/**
 * `npm run bench:deploy [-- RUNS]`, beside a stack that `npm run up` started: from `apply` to all tasks RUNNING, against the
 * floor: the same objects applied by kubectl, and the job started as soon as its cluster answers. Runs alternate, both
 * are seen by the same observer, and medians are printed.
 */
import type { FlinkClient } from '../../clients/flink/client.ts';
import type { Generation } from '../../core/generation.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { flinkJobSchema } from '../../core/schema/flink-job.ts';
import { pause, waitUntil } from '../../deploy/dev/process.ts';
import { e2eJob, tenant } from '../support/e2e-job.ts';
import { FloorCluster } from './floor-cluster.ts';
import { numberSaid } from './numbers-said.ts';
import { benchStack, median, operationEnd, seconds, stepMedians } from './support.ts';

const runs = numberSaid('runs', process.argv[2] ?? '5');
const stack = await benchStack(['2.3']);
const { drey } = stack;

/** Observes every 20 ms until all tasks of the job run. */
async function allRunning(flink: FlinkClient, jobId: string): Promise<void> {
  for (;;) {
    const job = (await flink.jobs().catch(() => [])).find(({ id }) => id === jobId);
    if (job?.state === 'RUNNING' && job.tasksTotal > 0 && job.tasks.RUNNING === job.tasksTotal) return;
    await pause(20);
  }
}

function floorGeneration(run: number): Generation {
  const spec = flinkJobSchema.parse(e2eJob('bench-floor'));
  const identity = { tenant, name: 'bench-floor', uid: `floor${String(run).padStart(3, 'a')}`, number: 1 };
  return { identity, revision: 1, specHash: 'bench', spec, submission: 1 };
}

async function measureFloor(run: number): Promise<number> {
  const cluster = new FloorCluster(stack, floorGeneration(run));
  const start = performance.now();
  cluster.apply();
  await startAsSoonAsItAnswers(cluster);
  await allRunning(cluster.flink, cluster.jobId);
  const took = performance.now() - start;
  cluster.remove();
  return took;
}

async function startAsSoonAsItAnswers(cluster: FloorCluster): Promise<void> {
  for (;;) {
    try {
      await cluster.flink.overview();
      await cluster.run();
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
  await allRunning(stack.flinkOf(generation.name), generation.flinkJobId);
  const took = performance.now() - start;
  const record = await operationEnd(stack, job, operation?.number ?? 1);
  const removal = await drey.removeJob(job);
  await operationEnd(stack, job, removal.operation?.number ?? 2);
  return { took, operation: record };
}

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
for (const { title, medianMs } of stepMedians(measured.map(({ operation }) => operation)))
  console.log(`  ${title.padEnd(40)} ${seconds(medianMs)}`);
stack.kubernetes.close();
