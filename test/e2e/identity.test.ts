/** A job is one thing: removed and made again it is another, and what runs is never doubled or forgotten. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { jobWorkflowId } from '../../core/names.ts';
import { applied, e2eJob, objectsOf, removed, tenant } from '../support/e2e-job.ts';
import { flinkClustersOf, livingJobsOf } from '../support/flink-of.ts';
import { drey, terminateWorkflow } from '../support/running-stack.ts';

const name = 'identity';
const job = { tenant, name };

afterAll(() => removed(name).catch(() => undefined), 120_000);

describe('one job', () => {
  test('goes on from its state when its spec changes', async () => {
    expect(await applied(e2eJob(name))).toMatchObject({ state: 'succeeded' });
    const [before] = await livingJobsOf(name);
    const changed = await applied(e2eJob(name, { job: { args: ['--rps', '120'] } }));
    expect(changed).toMatchObject({ state: 'succeeded', revision: 2 });
    expect(changed.restoredFrom).toMatch(/^file:\/flink-state\/savepoints\/.*\/savepoint-/);
    const [after, ...others] = await livingJobsOf(name);
    expect(others).toEqual([]);
    expect(after?.id).not.toBe(before?.id);
    const [flink] = await flinkClustersOf(name);
    const restored = (await flink?.checkpoints(after?.id ?? ''))?.latestRestored;
    expect(restored).toMatchObject({ savepoint: true, path: changed.restoredFrom });
  }, 400_000);

  test('that runs is taken over when its workflow was terminated by hand and the same spec comes again', async () => {
    const [before] = await livingJobsOf(name);
    const old = await drey().getJob(job);
    await terminateWorkflow(jobWorkflowId(job));
    const again = await applied(e2eJob(name, { job: { args: ['--rps', '120'] } }));
    expect(again).toMatchObject({ state: 'succeeded' });
    expect((await drey().getJob(job)).uid).not.toBe(old.uid);
    expect((await livingJobsOf(name)).map(({ id }) => id)).toEqual([before?.id]);
  }, 300_000);

  test('that runs is replaced with its state when its workflow was terminated and another spec comes', async () => {
    await terminateWorkflow(jobWorkflowId(job));
    const other = await applied(e2eJob(name, { job: { args: ['--rps', '130'] } }));
    expect(other).toMatchObject({ state: 'succeeded' });
    expect(other.restoredFrom).toMatch(/savepoint-/);
    expect(await livingJobsOf(name)).toHaveLength(1);
  }, 400_000);

  test('removed and made again under its name starts from nothing', async () => {
    const old = await drey().getJob(job);
    expect(await removed(name)).toMatchObject({ state: 'succeeded' });
    expect(await objectsOf(name)).toEqual([]);
    const made = await applied(e2eJob(name));
    expect(made).toMatchObject({ state: 'succeeded', revision: 1 });
    expect(made.restoredFrom).toBeUndefined();
    expect((await drey().getJob(job)).uid).not.toBe(old.uid);
    expect(await livingJobsOf(name)).toHaveLength(1);
  }, 400_000);
});
