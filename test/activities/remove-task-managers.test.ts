/** Which TaskManagers go when a job needs fewer, in a made-up cluster. */
import { describe, expect, jest, test } from '@jest/globals';
import type { ClusterDependencies } from '../../activities/cluster/dependencies.ts';
import { removeTaskManagers } from '../../activities/cluster/remove-task-managers.ts';
import type { FlinkClient, JobDetail, JobSummary, Subtask } from '../../clients/flink/client.ts';
import { flinkJobId } from '../../core/names.ts';
import { asActivity } from '../support/made-up-cluster.ts';
import { generation } from '../support/generation-fixture.ts';

const shrunk = generation();
const id = flinkJobId(shrunk.identity, shrunk.submission);
const runs = { id, state: 'RUNNING' } as JobSummary;
const pods = ['a', 'b', 'c'].map((name) => ({ metadata: { name }, status: { phase: 'Running' } }));
const onB: Subtask[] = [{ state: 'RUNNING', taskManager: 'b' }];

/** A JobManager that answers each look with the next of these, and then with the last. */
interface Told {
  readonly jobs: readonly (readonly JobSummary[])[];
  readonly subtasks?: readonly (readonly Subtask[] | undefined)[];
}

function oneByOne<T>(answers: readonly T[]): () => T | undefined {
  let next = 0;
  return () => answers[Math.min(next++, answers.length - 1)];
}

/** @returns what was done to the Deployment and its pods, in order. */
async function shrink({ jobs, subtasks = [onB] }: Told, waitMs = 60_000): Promise<string[]> {
  const done: string[] = [];
  const [nextJobs, nextSubtasks] = [oneByOne(jobs), oneByOne(subtasks)];
  const flink = {
    jobs: async () => nextJobs(),
    job: async () => ({ ...runs, vertices: [{ id: 'v' }] }) as unknown as JobDetail,
    subtasks: async () => nextSubtasks(),
  } as unknown as FlinkClient;
  const kubernetes = {
    get: async () => ({ spec: { replicas: pods.length } }),
    list: async () => pods,
    annotate: async (_kind: string, _namespace: string, name: string) => done.push(`marked ${name}`),
    scale: async (_kind: string, _namespace: string, _name: string, replicas: number) => done.push(`to ${replicas}`),
    watchUntil: async () => true,
  };
  const dependencies = { kubernetes, flink: () => flink } as unknown as ClusterDependencies;
  await asActivity(() => removeTaskManagers(dependencies, { generation: shrunk, waitMs, replicas: 1 }));
  return done;
}

describe('a job that needs fewer TaskManagers', () => {
  const idleGo = ['marked a', 'marked c', 'to 1'];

  test.each<[string, Told, string[]]>([
    ['keeps those with a task', { jobs: [[runs]] }, idleGo],
    ['waits for a new JobManager to know of it', { jobs: [[], [], [runs]] }, idleGo],
    ['waits for one to know where its tasks are', { jobs: [[runs]], subtasks: [undefined, [], onB] }, idleGo],
    [
      'needs none once it has ended',
      { jobs: [[{ ...runs, state: 'FINISHED', endedAtMs: 1 }]] },
      ['marked a', 'marked b', 'marked c', 'to 1'],
    ],
  ])('%s', async (_name, told, done) => {
    await expect(shrink(told)).resolves.toEqual(done);
  });

  test('keeps all of them where its JobManager never tells of it', async () => {
    const scaled = jest.fn();
    const outcome = shrink({ jobs: [[]] }, 1).then(scaled);
    await expect(outcome).rejects.toMatchObject({
      type: 'JOB_NOT_RUNNING',
      message: expect.stringContaining('in use'),
    });
    expect(scaled).not.toHaveBeenCalled();
  });
});
