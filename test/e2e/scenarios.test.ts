/**
 * What the integration tests of two other operators prove, by their names, on real Flink: those of Lyft's flinkk8soperator
 * and of the Apache Flink Kubernetes Operator. docs/scenarios.md says which other tests here have the rest.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitUntil } from '../../deploy/dev/process.ts';
import { labels } from '../../core/names.ts';
import {
  applied,
  apply,
  awaitPhase,
  awaitStep,
  ended,
  namespace,
  objectsOf,
  removed,
  small,
  tenant,
} from '../support/e2e-job.ts';
import { flinkClustersOf, livingJobsOf } from '../support/flink-of.ts';
import { clearFault, setFault, verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger, type LedgerWish } from '../support/ledger-spec.ts';
import { cli, kubernetes } from '../support/running-stack.ts';

const name = 'scenarios';
const job = { tenant, name };
const second = `${name}-2`;
let nonce = 0;

function changed(wish: LedgerWish = {}) {
  nonce += 1;
  return ledgerJob(name, { ...wish, spec: { restartNonce: nonce, ...wish.spec } });
}

async function theJob() {
  const [running, ...others] = await livingJobsOf(name);
  expect(others).toEqual([]);
  if (!running) throw new Error('no job runs');
  return running;
}

/** From where the job that runs was restored, as Flink says. */
async function restoredFrom() {
  const [flink] = await flinkClustersOf(name);
  return (await flink?.checkpoints((await theJob()).id))?.latestRestored;
}

async function podImages(): Promise<string[]> {
  const client = kubernetes();
  const pods = await client.list('Pod', namespace, { labelSelector: `${labels.job}=${name}` });
  client.close();
  return pods.map(({ spec }) => spec?.containers?.[0]?.image ?? '');
}

beforeAll(() => {
  for (const folder of [name, second]) removeLedger(folder);
});
afterAll(() => removed(name).catch(() => undefined), 240_000);

describe("Lyft's integration tests", () => {
  test('TestSimple: created, it runs in two pods of one image', async () => {
    expect(await applied(ledgerJob(name))).toMatchObject({ state: 'succeeded' });
    await awaitPhase(job, 'RUNNING');
    const images = await podImages();
    expect(images).toHaveLength(2);
    expect(new Set(images).size).toBe(1);
  }, 240_000);

  test('TestSimple: an update restores from a savepoint, and its configuration is there', async () => {
    const record = await applied(changed({ configuration: { 'metrics.scope.jm': 'updated' } }));
    expect(record).toMatchObject({ state: 'succeeded' });
    expect(await restoredFrom()).toMatchObject({ savepoint: true });
    const client = kubernetes();
    const maps = await client.list('ConfigMap', namespace, { labelSelector: `${labels.job}=${name}` });
    client.close();
    expect(maps.some(({ data }) => data?.['config.yaml']?.includes('metrics.scope.jm: updated'))).toBe(true);
  }, 240_000);

  test('TestSimple: a jar that throws is rolled back with a new job id from the savepoint, and a good one rolls forward', async () => {
    const before = await theJob();
    const bad = await applied(changed({ args: ['--throw-at-start'] }));
    expect(bad).toMatchObject({ state: 'failed', failure: { code: 'MAIN_METHOD_THREW' } });
    expect((await theJob()).id).not.toBe(before.id);
    expect(await restoredFrom()).toMatchObject({ savepoint: true });
    expect(await applied(changed())).toMatchObject({ state: 'succeeded' });
  }, 400_000);

  test('TestSimple: a bad image is given up on request, with the old job running', async () => {
    const before = await theJob();
    const number = await apply(
      changed({ flink: { image: 'drey.dev/none:1' }, spec: { deadlines: { imagePull: '10m' } } }),
    );
    await awaitStep(name, number, 'imagesPulled', { stepMs: 50, timeoutMs: 60_000 });
    expect(await cli('abort', name)).toMatchObject({ code: 0 });
    const record = await ended(name, number);
    expect(record.state).toMatch(/aborted|failed/);
    expect((await theJob()).id).toBe(before.id);
  }, 240_000);

  test('TestRecovery: an update of a job that falls goes on from its newest checkpoint', async () => {
    setFault(ledgerFolders(name).control, 'fail', 'always');
    const isFalling = async () => (await livingJobsOf(name)).some(({ state }) => state !== 'RUNNING');
    await waitUntil(isFalling, { what: 'the job to fall', timeoutMs: 60_000, stepMs: 50 });
    const record = await applied(changed({ controlledFrom: second, upgrade: { mode: 'last-state' } }));
    clearFault(ledgerFolders(name).control, 'fail');
    expect(record).toMatchObject({ state: 'succeeded' });
    expect(record.restoredFrom).toMatch(/chk-/);
    expect(await verifyLedger(ledgerFolders(name).out)).toMatchObject({ good: true });
  }, 240_000);

  test('TestCheckpointTimeout: an update whose savepoint times out fails, and the job goes on under its id', async () => {
    const quick = { configuration: { 'execution.checkpointing.timeout': '10s' } };
    expect(await applied(changed(quick))).toMatchObject({ state: 'succeeded' });
    const before = await theJob();
    setFault(ledgerFolders(name).control, 'savepoint-delay-ms', '60000');
    const record = await applied(changed(quick));
    clearFault(ledgerFolders(name).control, 'savepoint-delay-ms');
    expect(record).toMatchObject({ state: 'failed', failure: { code: 'SAVEPOINT_FAILED' } });
    expect((await theJob()).id).toBe(before.id);
  }, 400_000);

  test('TestJobWithTaskFailures: state that is too old is not gone on from', async () => {
    const { control } = ledgerFolders(name);
    expect(await applied(changed())).toMatchObject({ state: 'succeeded' });
    setFault(control, 'checkpoint-fail', 'yes');
    const [flink] = await flinkClustersOf(name);
    const { id } = await theJob();
    const isOld = async () => {
      const newest = (await flink?.checkpoints(id))?.latestCompleted?.completedAtMs;
      return newest !== undefined && Date.now() - newest > 6_000;
    };
    await waitUntil(isOld, { what: 'the newest checkpoint to be old', timeoutMs: 60_000, stepMs: 200 });
    const record = await applied(changed({ upgrade: { mode: 'last-state', maxStateAge: '5s' } }));
    clearFault(control, 'checkpoint-fail');
    expect(record).toMatchObject({ state: 'failed', failure: { code: 'STATE_TOO_OLD' } });
    expect((await theJob()).id).toBe(id);
  }, 240_000);

  test('TestJobCancellationWithoutSavepoint: an update cancels the job, and goes on from its checkpoint', async () => {
    const record = await applied(changed({ upgrade: { mode: 'last-state' } }));
    expect(record).toMatchObject({ state: 'succeeded' });
    expect(record.restoredFrom).toMatch(/chk-/);
    expect((await restoredFrom())?.path).toBe(record.restoredFrom);
  }, 240_000);

  test('TestCancelledJobWithoutSavepoint: a job that somebody canceled goes on from its checkpoint', async () => {
    const [flink] = await flinkClustersOf(name);
    const { id } = await theJob();
    await flink?.cancel(id);
    const record = await applied(changed());
    expect(record).toMatchObject({ state: 'succeeded' });
    expect(record.restoredFrom).toContain(id);
    expect(await verifyLedger(ledgerFolders(name).out)).toMatchObject({ good: true });
  }, 240_000);

  test('TestSavepointCheckpointFailureFallback: a job starts empty when its user says so by name', async () => {
    const { control } = ledgerFolders(name);
    setFault(control, 'savepoint-fail', 'yes');
    expect(await applied(changed())).toMatchObject({ state: 'failed', failure: { code: 'SAVEPOINT_FAILED' } });
    const record = await applied(changed({ folder: second, upgrade: { mode: 'stateless' } }));
    clearFault(control, 'savepoint-fail');
    expect(record).toMatchObject({ state: 'succeeded' });
    expect(record.restoredFrom).toBeUndefined();
    expect(await restoredFrom()).toBeUndefined();
    expect(await verifyLedger(ledgerFolders(second).out)).toMatchObject({ good: true });
  }, 400_000);

  test('TestSimple: deleted with a savepoint, nothing of it runs', async () => {
    expect(await cli('delete', 'job', name, '--deletion', 'savepoint', '--wait')).toMatchObject({ code: 0 });
    expect(await objectsOf(name)).toEqual([]);
    expect(await verifyLedger(ledgerFolders(second).out, { final: true })).toMatchObject({ good: true });
  }, 240_000);
});

describe("the Apache operator's end-to-end tests", () => {
  const application: LedgerWish = {
    mode: 'application',
    job: { parallelism: 2 },
    spec: { taskManager: { slots: 2, resources: small('768Mi') } },
  };

  test('test_application_operations: two slots are taken, and one is free after a last-state update to parallelism 1', async () => {
    removeLedger(name);
    expect(await applied(changed(application))).toMatchObject({ state: 'succeeded' });
    const [flink] = await flinkClustersOf(name);
    expect(await flink?.overview()).toMatchObject({ slotsTotal: 2, slotsAvailable: 0 });
    const narrower = { ...application, job: { parallelism: 1 }, upgrade: { mode: 'last-state' } } as const;
    expect(await applied(changed(narrower))).toMatchObject({ state: 'succeeded' });
    const [after] = await flinkClustersOf(name);
    expect(await after?.overview()).toMatchObject({ slotsTotal: 2, slotsAvailable: 1 });
    expect(await verifyLedger(ledgerFolders(name).out)).toMatchObject({ good: true });
  }, 400_000);

  test('test_application_kubernetes_ha: a JobManager that is killed restores the job from its checkpoint', async () => {
    const { id } = await theJob();
    const client = kubernetes();
    const labelSelector = `${labels.job}=${name},${labels.component}=jobmanager`;
    for (const { metadata } of await client.list('Pod', namespace, { labelSelector }))
      await client.delete('Pod', namespace, metadata.name, { gracePeriodSeconds: 0 });
    client.close();
    const isBack = async () => {
      const [flink] = await flinkClustersOf(name);
      const seen = await flink?.checkpoints(id).catch(() => undefined);
      return seen?.latestRestored !== undefined && seen.counts.completed > 0;
    };
    await waitUntil(isBack, { what: 'a checkpoint after the restore', timeoutMs: 180_000, stepMs: 200 });
    expect((await theJob()).id).toBe(id);
    expect(await verifyLedger(ledgerFolders(name).out)).toMatchObject({ good: true });
  }, 300_000);
});
