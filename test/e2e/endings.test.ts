/** How a job ends and what is left of it then: finished by itself, canceled, or deleted in each of the ways there are. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { applied, e2eJob, ended, objectsOf, removed, tenant } from '../support/e2e-job.ts';
import { flinkClustersOf, livingJobsOf } from '../support/flink-of.ts';
import { verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger } from '../support/ledger-spec.ts';
import { cli, drey } from '../support/running-stack.ts';

describe('a finite job', () => {
  const name = 'finite';
  const ref = { tenant, name };
  const { out } = ledgerFolders(name);
  const spec = (change: object = {}, records = '100') =>
    ledgerJob(name, { args: ['--rate', '4000', '--records', records], spec: change });

  beforeAll(() => removeLedger(name));
  afterAll(() => removed(name).catch(() => undefined), 240_000);

  test('ends as FINISHED with all its records, and its Flink cluster goes', async () => {
    expect(await applied(spec())).toMatchObject({ kind: 'deploy', state: 'succeeded' });
    expect(await drey().getJob(ref)).toMatchObject({ phase: 'FINISHED' });
    expect(await objectsOf(name)).toEqual([]);
    expect(await verifyLedger(out, { final: true })).toMatchObject({ good: true, records: 1600 });
  }, 240_000);

  test('stays so when only bookkeeping changes', async () => {
    expect(await applied(spec({ deadlines: { slots: '4m' } }))).toMatchObject({ kind: 'adjust', state: 'succeeded' });
    expect(await drey().getJob(ref)).toMatchObject({ phase: 'FINISHED', revision: 2 });
  }, 60_000);

  test('runs again from the beginning when it has changed, and its cluster is kept where the spec says so', async () => {
    removeLedger(name);
    const record = await applied(spec({ cleanup: { finished: 'keep' } }, '200'));
    expect(record).toMatchObject({ kind: 'deploy', state: 'succeeded' });
    expect(record.restoredFrom).toBeUndefined();
    expect(await drey().getJob(ref)).toMatchObject({ phase: 'FINISHED' });
    expect(await flinkClustersOf(name)).toHaveLength(1);
    expect(await verifyLedger(out, { final: true })).toMatchObject({ good: true, records: 3200 });
  }, 240_000);
});

describe('a job that is canceled', () => {
  const name = 'canceled';
  const { out } = ledgerFolders(name);

  beforeAll(() => removeLedger(name));
  afterAll(() => removed(name).catch(() => undefined), 240_000);

  test('keeps its Flink cluster for a look where the spec says so, and goes on from its newest checkpoint', async () => {
    expect(await applied(ledgerJob(name, { spec: { cleanup: { canceled: 'keep' } } }))).toMatchObject({
      state: 'succeeded',
    });
    expect(await cli('cancel', name, '--wait', '--timeout', '3m')).toMatchObject({ code: 0 });
    expect(await drey().getJob({ tenant, name })).toMatchObject({ phase: 'CANCELED' });
    expect(await flinkClustersOf(name)).toHaveLength(1);
    expect(await livingJobsOf(name)).toEqual([]);
    expect(await cli('resume', name, '--wait', '--timeout', '4m')).toMatchObject({ code: 0 });
    const [resumed] = (await drey().listOperations({ tenant, name })).items;
    expect(resumed?.restoredFrom).toMatch(/chk-/);
    expect(await flinkClustersOf(name)).toHaveLength(1);
    expect(await verifyLedger(out)).toMatchObject({ good: true });
  }, 400_000);
});

describe('a job that is deleted', () => {
  const name = 'deleted';
  const { out } = ledgerFolders(name);

  beforeAll(() => removeLedger(name));
  afterAll(() => removed(name).catch(() => undefined), 240_000);

  test('runs on when it is left alone, and a job of that name takes it over', async () => {
    expect(await applied(ledgerJob(name))).toMatchObject({ state: 'succeeded' });
    const [before] = await livingJobsOf(name);
    expect(await cli('delete', 'job', name, '--deletion', 'leave', '--wait')).toMatchObject({ code: 0 });
    expect((await cli('get', 'job', name)).code).toBe(1);
    expect(await livingJobsOf(name)).toMatchObject([{ id: before?.id }]);
    expect(await applied(ledgerJob(name))).toMatchObject({ state: 'succeeded' });
    expect(await livingJobsOf(name)).toMatchObject([{ id: before?.id }]);
  }, 400_000);

  test('is stopped with a savepoint where that is asked for, so that all its records are there', async () => {
    const { operation } = await drey().removeJob({ tenant, name }, { deletion: 'savepoint' });
    const record = await ended(name, operation?.number ?? 0);
    expect(record.steps.find((step) => step.name === 'jobStopped')?.detail).toMatch(/savepoint/);
    expect(await objectsOf(name)).toEqual([]);
    expect(await verifyLedger(out, { final: true })).toMatchObject({ good: true });
  }, 240_000);

  test('is not deleted when that savepoint fails', async () => {
    // A folder that cannot be written.
    const broken = {
      checkpoints: 'file:///flink-state/checkpoints',
      savepoints: 'file:///proc/none',
      highAvailability: 'file:///flink-state/ha',
    };
    const volumeClaim = { name: 'flink-state', mountPath: '/flink-state' };
    const job = e2eJob('undeleted', { spec: { storage: { volumeClaim, ...broken } } });
    expect(await applied(job)).toMatchObject({ state: 'succeeded' });
    const asked = await cli('delete', 'job', 'undeleted', '--deletion', 'savepoint', '--wait', '--timeout', '4m');
    expect(asked.code).toBe(1);
    expect(await drey().getJob({ tenant, name: 'undeleted' })).toMatchObject({ phase: 'RUNNING' });
    expect(await removed('undeleted')).toMatchObject({ state: 'succeeded' });
  }, 400_000);
});
