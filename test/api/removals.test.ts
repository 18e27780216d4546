/** What a removal clears away, on the real workflows and a cluster that is made up. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { path, observedJobs } from '../support/observed-jobs.ts';
import { startPlaneWithAgent, type PlaneWithAgent } from '../support/plane-with-agent.ts';
import { specInput } from '../support/records.ts';

let here: PlaneWithAgent;

beforeAll(async () => {
  here = await startPlaneWithAgent('made-up-agent', { agent: {} });
}, 400_000);

afterAll(() => here?.stop());

const { running, operationsOf, viewOf } = observedJobs(() => here);
const storage = { volumeClaim: { name: 'flink-state', mountPath: '/flink-state' } };

/** Removes it. @returns the steps of that. */
async function removed(name: string, query = ''): Promise<string[]> {
  expect((await here.call('DELETE', `${path(name)}${query}`)).status).toBe(202);
  const ended = async () => (await operationsOf(name)).find(({ kind, endedAt }) => kind === 'remove' && endedAt);
  const operation = await waitUntil(ended, { what: `${name} to be removed`, timeoutMs: 120_000 });
  expect(operation).toMatchObject({ state: 'succeeded' });
  return operation.steps.map((step) => step.name);
}

async function someJob(name: string, args: readonly string[] = [], spec: Partial<FlinkJobInput['spec']> = {}) {
  await running(name, { storage, job: { ...specInput(name).spec.job, args }, ...spec });
  const { uid } = await viewOf(name);
  /** What was done to its generations since, in order. */
  return () =>
    here.agent
      .output()
      .split('\n')
      .filter((line) => line.includes(`${name}-${uid}-`) && !line.startsWith('made'));
}

const cleared = ['podsGone', 'highAvailabilityRemoved', 'objectsRemoved'];
const clearing = ['ended the pods of', 'cleared the high availability of', 'removed'];

test('is what the cluster has of the job, once', async () => {
  const done = await someJob('found');
  expect(await removed('found')).toEqual(['clusterAsked', 'jobCanceled', ...cleared]);
  expect(done().map((line) => line.replace(/ found-.*/, ''))).toEqual(clearing);
});

test('is also what the job knows of, where somebody has deleted the anchor by which it is found', async () => {
  const done = await someJob('unfound', ['--unfound']);
  expect(await removed('unfound')).toEqual(['clusterAsked', ...cleared]);
  expect(done().map((line) => line.replace(/ unfound-.*/, ''))).toEqual(clearing);
});

test('is nothing of a job that is left as it is', async () => {
  const done = await someJob('left', ['--unfound']);
  expect(await removed('left', '?deletion=leave')).toEqual(['leftAlone']);
  expect(done()).toEqual([]);
});
