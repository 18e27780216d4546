/**
 * An agent of a made-up cluster that has an autoscaler's window at hand: whatever else it is asked for is done at once. It says on its
 * output what it was asked. It runs as a process of its own. While the file `<folder>/<activity>` is there, that activity fails; while
 * `<folder>/<activity>-waits` is, it does not end. A job with the argument `--done` is found to have finished when it is to be stopped.
 */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createClusterActivities } from '../../activities/cluster/cluster-activities.ts';
import type { ClusterDependencies } from '../../activities/cluster/dependencies.ts';
import type { StopJobInput } from '../../activities/cluster/stop-shapes.ts';
import { failed } from '../../activities/failures.ts';
import { autoscalerSignalName, type AutoscalerSignal } from '../../core/autoscaler/signal.ts';
import type { FailureCode } from '../../core/failure.ts';
import { autoscalerWorkflowId, clusterTaskQueue, controlTaskQueue, type GenerationIdentity } from '../../core/names.ts';

const address = process.env['TEMPORAL_ADDRESS'] ?? '';
const folder = process.env['FAILING_FOLDER'] ?? '';
const client = new Client({ connection: await Connection.connect({ address }) });
const vertex = 'b'.repeat(32);
const answers: Readonly<Record<string, object>> = {
  findGenerations: { found: [] },
  stopJob: { restorePoint: 'file:/flink-state/chk-7', kind: 'checkpoint' },
  checkRescale: {
    parallelism: { [vertex]: 8 },
    fixed: [],
    taskManagers: 1,
    before: { [vertex]: { lower: 1, upper: 4 } },
  },
  waitParallelism: { pauseMs: 321 },
  changeParallelism: {},
  noteAutoscaler: { noted: true },
  askAutoscaler: { noted: true },
};

interface Ask {
  readonly identity: GenerationIdentity;
  readonly key: string;
}

/** Sends the window that lies in `<folder>/window-<job>`, as one that somebody asked for. */
async function answer({ identity: { tenant, name }, key }: Ask): Promise<void> {
  const file = `${folder}/window-${name}`;
  if (!existsSync(file)) return;
  const window = JSON.parse(readFileSync(file, 'utf8')) as AutoscalerSignal;
  await client.workflow.signalWithStart('autoscaler', {
    workflowId: autoscalerWorkflowId({ tenant, name }),
    taskQueue: controlTaskQueue,
    args: [{ tenant, name }],
    signal: autoscalerSignalName,
    signalArgs: [{ ...window, asked: key }],
  });
}

function isDone({ generation }: StopJobInput): boolean {
  return generation.spec.spec.job.args.includes('--done');
}

function codeIn(file: string): FailureCode {
  return (readFileSync(file, 'utf8') || 'JOB_FAILED') as FailureCode;
}

const names = [...Object.keys(createClusterActivities({} as ClusterDependencies)), 'noteAutoscaler', 'askAutoscaler'];
const activities = names.map((name) => [
  name,
  async (input: unknown) => {
    process.stdout.write(`${name} ${JSON.stringify(input)}\n`);
    if (existsSync(`${folder}/${name}`))
      throw failed({
        code: codeIn(`${folder}/${name}`),
        message: `${name} was told to fail.`,
        cure: 'Tell it otherwise.',
      });
    while (existsSync(`${folder}/${name}-waits`)) await setTimeout(50);
    if (name === 'stopJob' && isDone(input as StopJobInput)) return { finished: true, detail: 'it had finished' };
    if (name === 'askAutoscaler') await answer(input as Ask);
    return answers[name] ?? {};
  },
]);

const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  taskQueue: clusterTaskQueue('local'),
  activities: Object.fromEntries(activities),
});
process.stdout.write('ready\n');
await worker.run();
