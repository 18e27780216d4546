/** Another parallelism of a job, by what its JobManager knows of that. */
import { describe, expect, test } from '@jest/globals';
import { changeParallelism } from '../../activities/cluster/change-parallelism.ts';
import { checkRescale } from '../../activities/cluster/check-rescale.ts';
import type { FlinkClient, JobDetail, JobSummary } from '../../clients/flink/client.ts';
import { FlinkRestError, FlinkUnreachable } from '../../clients/flink/errors.ts';
import { flinkJobId } from '../../core/names.ts';
import { generation } from '../support/generation-fixture.ts';
import { asActivity, madeUpCluster } from '../support/made-up-cluster.ts';

const scaled = generation();
const id = flinkJobId(scaled.identity, scaled.submission);
const runs = { id, state: 'RUNNING' } as JobSummary;
const requirements = { v: { lower: 1, upper: 2 } };

/** @returns the answer, what was noted on the anchor, and what Flink was asked for. */
async function change(flink: Partial<FlinkClient>) {
  const asked: unknown[] = [];
  const setResourceRequirements = async (...request: unknown[]) => void asked.push(request);
  const cluster = madeUpCluster({ generation: scaled, flink: { setResourceRequirements, ...flink } });
  const input = { generation: scaled, operation: 4, requirements };
  const answer = await asActivity(() => changeParallelism(cluster.dependencies, input));
  return { answer, asked, done: cluster.done };
}

const refusing = (status: number): Partial<FlinkClient> => ({
  jobs: async () => [runs],
  setResourceRequirements: () => Promise.reject(new FlinkRestError(status, 'java.lang.Exception: no')),
});

describe('Flink is asked for another parallelism', () => {
  test('of a job that it lists, once that is noted', async () => {
    const { answer, asked, done } = await change({ jobs: async () => [runs] });
    expect(answer).toEqual({ hasEnded: false, detail: 'at most 2 subtasks of each vertex' });
    expect(asked).toEqual([[id, requirements]]);
    expect(done).toEqual(['noted drey.dev/rescaling']);
  });

  test.each<[string, Partial<FlinkClient>, object]>([
    ['of one that has ended', { jobs: async () => [{ ...runs, endedAtMs: 5 }] }, { hasEnded: true }],
    [
      'of one that it does not list: that has not ended',
      { jobs: async () => [] },
      { hasEnded: false, isUnknown: true },
    ],
    [
      'while it does not answer',
      { jobs: () => Promise.reject(new FlinkUnreachable('refused')) },
      { isUnknown: true, detail: 'refused' },
    ],
  ])('not %s', async (_title, flink, expected) => {
    const { answer, asked, done } = await change(flink);
    expect(answer).toMatchObject(expected);
    expect([asked, done]).toEqual([[], []]);
  });

  test('again where it cannot take that now, and not where it refuses it', async () => {
    expect((await change(refusing(503))).answer).toMatchObject({ hasEnded: false, isUnknown: true });
    await expect(change(refusing(400))).rejects.toMatchObject({ type: 'NOT_RESCALABLE' });
  });
});

const threeReplicas = async (kind: string) => (kind === 'Deployment' ? { spec: { replicas: 3 } } : undefined);

/** Where the JobManager lists these jobs, one look after the other, and then the last ones. */
function check(looks: readonly (readonly JobSummary[])[], waitMs = 60_000) {
  let next = 0;
  const flink: Partial<FlinkClient> = {
    jobs: async () => [...(looks[Math.min(next++, looks.length - 1)] ?? [])],
    job: async () => ({ ...runs, vertices: [] }) as unknown as JobDetail,
    resourceRequirements: async () => ({}),
  };
  const { dependencies } = madeUpCluster({ generation: scaled, flink, hasPods: true });
  const kubernetes = { ...dependencies.kubernetes, get: threeReplicas };
  const seen = { ...dependencies, kubernetes } as unknown as typeof dependencies;
  return asActivity(() => checkRescale(seen, { generation: scaled, waitMs, parallelism: 2 }));
}

describe('whether a job can have another parallelism', () => {
  test('is told once a JobManager that came up anew lists it', async () => {
    await expect(check([[], [], [runs]])).resolves.toMatchObject({ taskManagers: 3 });
  });

  test('is not told of one that is never listed, which is not taken for ended', async () => {
    await expect(check([[]], 1)).rejects.toMatchObject({
      type: 'JOB_NOT_RUNNING',
      message: expect.stringContaining('its JobManager does not list it'),
    });
  });

  test('is told at once of one that was canceled', async () => {
    await expect(check([[{ ...runs, state: 'CANCELED', endedAtMs: 5 }]])).resolves.toMatchObject({
      ended: { code: 'JOB_NOT_RUNNING', message: 'The job does not run: it is CANCELED.' },
    });
  });
});
