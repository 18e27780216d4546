/** How a job ends and what is left of it then: finished by itself, canceled, or deleted in each of the ways there are. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generationNames } from '../../core/names.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { applied, awaitPhase, ended, namespace, objectsOf, removed, tenant } from '../support/e2e-job.ts';
import { flinkClustersOf, livingJobsOf } from '../support/flink-of.ts';
import { highAvailabilityFiles } from '../support/high-availability-files.ts';
import { clearFault, setFault, verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger } from '../support/ledger-spec.ts';
import { cli, drey, kubernetes } from '../support/running-stack.ts';

describe('a finite job', () => {
  const name = 'finite';
  const ref = { tenant, name };
  const { out } = ledgerFolders(name);
  /** The longest one runs for 80 s; then an agent has to see it, and its pods to go. */
  const finishMs = 180_000;
  const spec = (change: object = {}, records = '100') =>
    ledgerJob(name, { args: ['--rate', '4000', '--records', records], job: { finite: true }, spec: change });

  /** Where its deploy has not seen that, an agent does, and a clean-up follows by itself. */
  async function seenFinished(): Promise<void> {
    const isGone = async () => (await awaitPhase(ref, 'FINISHED', finishMs)).generation === undefined;
    await waitUntil(isGone, { what: 'its Flink cluster to go', timeoutMs: finishMs, stepMs: 200 });
  }

  beforeAll(() => removeLedger(name));
  afterAll(() => removed(name).catch(() => undefined), 240_000);

  test('ends as FINISHED with all its records, and its Flink cluster goes', async () => {
    expect(await applied(spec())).toMatchObject({ kind: 'deploy', state: 'succeeded' });
    await seenFinished();
    expect(await objectsOf(name)).toEqual([]);
    expect(await verifyLedger(out, { final: true })).toMatchObject({ good: true, records: 1600 });
  }, 240_000);

  test('stays so when only bookkeeping changes', async () => {
    expect(await applied(spec({ deadlines: { slots: '4m' } }))).toMatchObject({ kind: 'adjust', state: 'succeeded' });
    expect(await awaitPhase(ref, 'FINISHED')).toMatchObject({ revision: 2 });
  }, 60_000);

  test('runs again from the beginning when it has changed, and its cluster is kept where the spec says so', async () => {
    removeLedger(name);
    const record = await applied(spec({ cleanup: { finished: 'keep' } }, '200'));
    expect(record).toMatchObject({ kind: 'deploy', state: 'succeeded' });
    expect(record.restoredFrom).toBeUndefined();
    await awaitPhase(ref, 'FINISHED', finishMs);
    expect(await flinkClustersOf(name)).toHaveLength(1);
    expect(await verifyLedger(out, { final: true })).toMatchObject({ good: true, records: 3200 });
  }, 240_000);

  test('is RUNNING while it runs, is saved then, and is seen to finish', async () => {
    removeLedger(name);
    expect(await applied(spec({}, '20000'))).toMatchObject({ kind: 'deploy', state: 'succeeded' });
    await awaitPhase(ref, 'RUNNING');
    expect(await cli('savepoint', 'create', name, '--wait', '--timeout', '1m')).toMatchObject({ code: 0 });
    expect((await drey().getJob(ref)).phase).toBe('RUNNING');
    await seenFinished();
    const [newest] = (await drey().listOperations(ref, { limit: 1 })).items;
    expect(newest).toMatchObject({ kind: 'cleanup', state: 'succeeded' });
    expect(await objectsOf(name)).toEqual([]);
    expect(await verifyLedger(out, { final: true })).toMatchObject({ good: true, records: 320_000 });
  }, 400_000);
});

describe('a job that ends by itself, of which nobody has said so', () => {
  const name = 'bounded';
  const { out } = ledgerFolders(name);

  beforeAll(() => removeLedger(name));
  afterAll(() => removed(name).catch(() => undefined), 240_000);

  test('counts as finished when it is suspended after its end, and is not resumed from nothing', async () => {
    expect(await applied(ledgerJob(name, { args: ['--rate', '4000', '--records', '5000'] }))).toMatchObject({
      state: 'succeeded',
    });
    const hasEnded = async () => (await livingJobsOf(name)).length === 0;
    await waitUntil(hasEnded, { what: 'the job to end', timeoutMs: 120_000, stepMs: 200 });
    expect(await cli('suspend', name, '--wait', '--timeout', '3m')).toMatchObject({ code: 0 });
    await awaitPhase({ tenant, name }, 'FINISHED');
    await cli('resume', name, '--wait', '--timeout', '3m');
    await awaitPhase({ tenant, name }, 'FINISHED');
    expect(await livingJobsOf(name)).toEqual([]);
    expect(await verifyLedger(out, { final: true })).toMatchObject({ good: true, doubled: 0, records: 80_000 });
  }, 300_000);
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
    await awaitPhase({ tenant, name }, 'CANCELED');
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
  const ref = { tenant, name };
  const { out, control } = ledgerFolders(name);

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
    removeLedger(name);
    expect(await applied(ledgerJob(name))).toMatchObject({ state: 'succeeded' });
    setFault(control, 'savepoint-fail', 'yes');
    const asked = await cli('delete', 'job', name, '--deletion', 'savepoint', '--wait', '--timeout', '4m');
    clearFault(control, 'savepoint-fail');
    expect(asked).toMatchObject({ code: 1 });
    expect(asked.stderr).toContain('SAVEPOINT_FAILED');
    await awaitPhase(ref, 'RUNNING');
    expect(await removed(name)).toMatchObject({ state: 'succeeded' });
  }, 400_000);

  test('leaves no object and no high-availability file where somebody has deleted its anchor', async () => {
    removeLedger(name);
    expect(await applied(ledgerJob(name, { spec: { recovery: { policy: 'never' } } }))).toMatchObject({
      state: 'succeeded',
    });
    const { uid, generation } = await drey().getJob(ref);
    expect(highAvailabilityFiles(uid)).not.toEqual([]);
    const { anchor } = generationNames({ tenant, name, uid, number: generation?.number ?? 0 });
    const client = kubernetes();
    await client.delete('ConfigMap', namespace, anchor).finally(() => client.close());
    expect(await removed(name)).toMatchObject({ state: 'succeeded' });
    expect(await objectsOf(name)).toEqual([]);
    expect(highAvailabilityFiles(uid)).toEqual([]);
  }, 400_000);
});
