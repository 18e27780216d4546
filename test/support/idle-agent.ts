/**
 * An agent for tests of the job's own workflow: every activity succeeds at once and does nothing, but for those that a file says fail,
 * or wait.
 * It runs as a process of its own and says on its output what it was asked.
 */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createClusterActivities } from '../../activities/cluster/cluster-activities.ts';
import type { ClusterDependencies } from '../../activities/cluster/dependencies.ts';
import type { StopJobInput } from '../../activities/cluster/stop-shapes.ts';
import { failed } from '../../activities/failures.ts';
import { withHeartbeat } from '../../activities/heartbeat.ts';
import type { FailureCode } from '../../core/failure.ts';
import { ranSince } from '../../core/generation.ts';
import { clusterTaskQueue } from '../../core/names.ts';

const asked = { vertex: { lower: 1, upper: 1 } };

const answers: Readonly<Record<string, object>> = {
  checkRescale: { parallelism: { vertex: 2 }, fixed: [], before: asked, taskManagers: 2 },
  changeParallelism: { hasEnded: false },
  findGenerations: { found: [] },
  waitFinished: { finished: true },
  stopJob: { restorePoint: 'file:/flink-state/chk-7', kind: 'checkpoint' },
};

/**
 * A file `<folder>/<activity>` lets that activity fail, with the code that is in it; while there is `<folder>/<activity>.held`, it waits; and
 * with what is in `<folder>/<activity>.also` it answers besides.
 */
const folder = process.env['FAILING_FOLDER'] ?? '';

function codeIn(file: string): FailureCode {
  return (readFileSync(file, 'utf8') || 'JOB_FAILED') as FailureCode;
}

function alsoOf(activity: string): object {
  const file = `${folder}/${activity}.also`;
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as object) : {};
}

/** What an activity may be asked with. */
type ActivityInput = Partial<Pick<StopJobInput, 'generation' | 'maxStateAgeMs' | 'provesPoint'>>;

/** Where its age is limited, and known though its anchor may be gone. */
function mayBeTooOld({ generation, maxStateAgeMs }: ActivityInput): boolean {
  return maxStateAgeMs !== undefined && generation !== undefined && ranSince(generation) !== undefined;
}

/** What is wrong with its state is seen only by who looks for it. */
function mayBe(code: FailureCode, input: ActivityInput): boolean {
  if (code === 'STATE_GONE') return input.provesPoint === true;
  return code !== 'STATE_TOO_OLD' || mayBeTooOld(input);
}

const names = Object.keys(createClusterActivities({} as ClusterDependencies));
const activities = names.map((name) => [
  name,
  async (input: ActivityInput) => {
    process.stdout.write(`${name}\n`);
    await withHeartbeat(async (signal) => {
      while (existsSync(`${folder}/${name}.held`)) await pause(50, undefined, { signal });
    });
    const file = `${folder}/${name}`;
    if (existsSync(file) && mayBe(codeIn(file), input))
      throw failed({
        code: codeIn(file),
        message: `${name} was told to fail.`,
        cure: 'Tell it otherwise.',
      });
    return { ...answers[name], ...alsoOf(name) };
  },
]);

const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
const worker = await Worker.create({
  connection,
  taskQueue: clusterTaskQueue('local'),
  activities: Object.fromEntries(activities),
});
process.stdout.write('ready\n');
await worker.run();
