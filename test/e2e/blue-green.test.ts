/** Blue/green: a candidate runs beside the job until somebody decides, or its time has come; no record is lost meanwhile. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationRecord } from '../../core/operation.ts';
import { labels } from '../../core/names.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { applied, awaitPhase, e2eJob, ended, namespace, objectsOf, removed, tenant } from '../support/e2e-job.ts';
import { flinkClustersOf, livingJobsOf } from '../support/flink-of.ts';
import { awaitView, noRestarts } from '../support/broken-job.ts';
import { setFault, verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger, type LedgerWish } from '../support/ledger-spec.ts';
import { cli, drey, kubernetes } from '../support/running-stack.ts';

const name = 'beside';
const job = { tenant, name };
const stateless = `${name}-stateless`;
const broken = `${name}-broken`;
const ingress = { host: 'beside.example.com', annotations: { 'example.com/kept': 'yes' } };
let nonce = 0;

function changed(wish: LedgerWish = {}) {
  nonce += 1;
  const upgrade = { strategy: 'blueGreen', ...wish.upgrade } as const;
  return ledgerJob(name, { ...wish, upgrade, spec: { ingress, restartNonce: nonce, ...wish.spec } });
}

/** The name of the generation at which the job's Service points, and so its Ingress. */
async function served(): Promise<string | undefined> {
  const client = kubernetes();
  const services = await client.list('Service', namespace, { labelSelector: `${labels.job}=${name}` });
  const [found] = await client.list('Ingress', namespace, { labelSelector: `${labels.job}=${name}` });
  client.close();
  expect(found?.metadata.annotations).toMatchObject(ingress.annotations);
  const owners = services.filter(({ metadata }) => metadata.name === found?.metadata.name);
  return owners[0]?.metadata.ownerReferences?.[0]?.name;
}

async function pods(): Promise<number> {
  const client = kubernetes();
  const found = await client.list('Pod', namespace, { labelSelector: `${labels.job}=${name}` });
  client.close();
  return found.filter(({ metadata }) => metadata.deletionTimestamp === undefined).length;
}

async function candidate(wish: LedgerWish = {}): Promise<OperationRecord> {
  const record = await applied(changed(wish));
  expect(record).toMatchObject({ kind: 'upgrade', state: 'succeeded', plan: { strategy: 'blueGreen' } });
  return record;
}

/** While two revisions write, and after one of them has gone, records may be doubled. None may be missing. */
async function expectNothingMissing(final = false): Promise<void> {
  const report = await verifyLedger(ledgerFolders(name).out, { final });
  expect(report).toMatchObject({ missing: 0, mismatches: 0 });
  expect(report.records).toBeGreaterThan(0);
}

beforeAll(() => removeLedger(name));
afterAll(async () => {
  await removed(name).catch(() => undefined);
  await removed(stateless).catch(() => undefined);
  await removed(broken).catch(() => undefined);
}, 240_000);

describe('a candidate', () => {
  test('runs beside the job, from its savepoint (TestUpdateWithBlueGreenDeploymentMode, test_bluegreen_laststate.sh)', async () => {
    expect(await applied(ledgerJob(name, { spec: { ingress } }))).toMatchObject({ state: 'succeeded' });
    const before = await drey().getJob(job);
    const record = await candidate({ upgrade: { mode: 'last-state' } });
    expect(record.restoredFrom).toMatch(/savepoint/);
    const view = await drey().getJob(job);
    expect(view).toMatchObject({
      phase: 'DUAL_RUNNING',
      generation: before.generation,
      candidate: { revision: record.revision },
    });
    expect(await livingJobsOf(name)).toHaveLength(2);
    expect(await pods()).toBe(4);
    expect(await served()).toBe(before.generation?.name);
    expect((await cli('describe', 'job', name)).stdout).toMatch(/Candidate: +generation 2 .*drey promote/);
  }, 300_000);

  test('takes no other spec beside it, and the job can still be saved', async () => {
    const refused = await cli('restart', name);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/CANDIDATE_WAITS/) });
    expect(await cli('savepoint', 'create', name, '--wait')).toMatchObject({ code: 0 });
    await awaitPhase(job, 'DUAL_RUNNING');
  }, 120_000);

  test('is discarded, and the job runs on as it did', async () => {
    const before = await drey().getJob(job);
    expect(await cli('discard', name, '--wait', '--timeout', '3m')).toMatchObject({ code: 0 });
    const after = await awaitPhase(job, 'RUNNING');
    expect(after.generation).toEqual(before.generation);
    expect(after.candidate).toBeUndefined();
    expect((await livingJobsOf(name)).map(({ id }) => id)).toEqual([before.generation?.flinkJobId]);
    expect(await flinkClustersOf(name)).toHaveLength(1);
    expect(await cli('discard', name)).toMatchObject({ code: 1, stderr: expect.stringMatching(/NO_CANDIDATE/) });
  }, 240_000);

  test('is promoted: it is the job, and Service and Ingress point at it (test_bluegreen_ingress_rotation.sh)', async () => {
    await candidate();
    const { candidate: chosen } = await drey().getJob(job);
    expect(await cli('promote', name, '--wait', '--timeout', '3m')).toMatchObject({ code: 0 });
    const after = await awaitPhase(job, 'RUNNING');
    expect(after.generation).toMatchObject({ name: chosen?.name, revision: after.revision });
    expect((await livingJobsOf(name)).map(({ id }) => id)).toEqual([chosen?.flinkJobId]);
    expect(await flinkClustersOf(name)).toHaveLength(1);
    expect(await served()).toBe(chosen?.name);
    await expectNothingMissing();
  }, 300_000);

  test('of an application comes up with the state of its time', async () => {
    const record = await candidate({ mode: 'application' });
    expect(record.restoredFrom).toMatch(/savepoint/);
    expect(await livingJobsOf(name)).toHaveLength(2);
    expect(await cli('discard', name, '--wait', '--timeout', '3m')).toMatchObject({ code: 0 });
  }, 300_000);

  test('that does not come up leaves the job as it is', async () => {
    const before = await awaitPhase(job, 'RUNNING');
    const record = await applied(changed({ args: ['--throw-at-start'] }));
    expect(record).toMatchObject({ state: 'failed', failure: { code: 'MAIN_METHOD_THREW' } });
    const after = await awaitPhase(job, 'RUNNING');
    expect(after.generation).toEqual(before.generation);
    expect(await flinkClustersOf(name)).toHaveLength(1);
  }, 240_000);

  test('goes with its job', async () => {
    await candidate();
    expect(await cli('delete', 'job', name, '--wait', '--deletion', 'savepoint')).toMatchObject({ code: 0 });
    expect(await objectsOf(name)).toEqual([]);
    await expectNothingMissing(true);
  }, 300_000);
});

describe('beside each other', () => {
  const ref = { tenant, name: broken };
  const faults = `${broken}-2`;
  const { control } = ledgerFolders(faults);
  const done = async (kind: string, state = 'succeeded') => {
    const isThere = async () =>
      (await drey().listOperations(ref, { limit: 5 })).items.find((one) => one.kind === kind && one.state === state);
    return waitUntil(isThere, { what: `a ${kind} that has ${state}`, timeoutMs: 180_000, stepMs: 500 });
  };
  const expectLiving = async (...ids: readonly (string | undefined)[]) =>
    expect(new Set((await livingJobsOf(broken)).map(({ id }) => id))).toEqual(new Set(ids));

  test('the candidate breaks and is brought back from its own checkpoint, while the job runs on', async () => {
    removeLedger(broken);
    removeLedger(faults);
    expect(await applied(ledgerJob(broken))).toMatchObject({ state: 'succeeded' });
    const before = await drey().getJob(ref);
    const next = ledgerJob(broken, {
      configuration: noRestarts,
      controlledFrom: faults,
      upgrade: { strategy: 'blueGreen' },
      spec: { recovery: { attempts: 2, backoff: { initial: '1s', max: '1s' } } },
    });
    expect(await applied(next)).toMatchObject({ kind: 'upgrade', state: 'succeeded' });
    await awaitView(broken, ({ candidate: seen }) => seen?.seen?.state === 'RUNNING', 'its candidate to be seen');
    setFault(control, 'fail', 'once');
    const revival = await done('revive');
    expect(revival).toMatchObject({ requestedBy: 'drey', restoredFrom: expect.stringMatching(/\/chk-\d+$/) });
    const after = await awaitView(broken, ({ candidate: one }) => one !== undefined && !one.trouble, 'it to be well');
    expect(after).toMatchObject({ phase: 'DUAL_RUNNING', generation: before.generation, candidate: { number: 3 } });
    await expectLiving(after.generation?.flinkJobId, after.candidate?.flinkJobId);
    expect(await flinkClustersOf(broken)).toHaveLength(2);
    expect((await cli('describe', 'job', broken)).stdout).toMatch(/Candidate seen: +RUNNING/);
  }, 400_000);

  test('either can be saved', async () => {
    expect(await cli('savepoint', 'create', broken, '--candidate', '--wait')).toMatchObject({ code: 0 });
    const { items } = await drey().listSavepoints(ref, { limit: 1 });
    expect(items[0]).toMatchObject({ ofCandidate: true, generation: 3, state: 'completed' });
    await awaitPhase(ref, 'DUAL_RUNNING');
  }, 120_000);

  test('the job breaks and is brought back, while the candidate runs on', async () => {
    const { generation, candidate: beside } = await drey().getJob(ref);
    const client = kubernetes();
    await client.delete('ConfigMap', namespace, generation?.name ?? '');
    client.close();
    const recovery = await done('recover');
    expect(recovery.steps.map(({ name: step }) => step)).not.toContain('candidateCanceled');
    const after = await awaitPhase(ref, 'DUAL_RUNNING');
    expect(after.candidate?.flinkJobId).toBe(beside?.flinkJobId);
    expect(after.generation).toMatchObject({ number: 4, revision: 1 });
    await expectLiving(after.generation?.flinkJobId, beside?.flinkJobId);
  }, 300_000);

  test('a candidate that does not come back is discarded, and nothing is missing of the job', async () => {
    const { generation } = await drey().getJob(ref);
    setFault(control, 'fail', 'always');
    expect(await done('discard')).toMatchObject({ requestedBy: 'drey' });
    const after = await awaitPhase(ref, 'RUNNING');
    expect(after).toMatchObject({ generation, failure: { message: expect.stringMatching(/candidate of revision 2/) } });
    await expectLiving(generation?.flinkJobId);
    expect(await flinkClustersOf(broken)).toHaveLength(1);
    expect(await cli('delete', 'job', broken, '--wait', '--deletion', 'savepoint')).toMatchObject({ code: 0 });
    const report = await verifyLedger(ledgerFolders(broken).out, { final: true });
    expect(report).toMatchObject({ missing: 0, mismatches: 0 });
  }, 400_000);
});

test('one without state is promoted by itself when its time has come (test_bluegreen_stateless.sh)', async () => {
  const ref = { tenant, name: stateless };
  expect(await applied(e2eJob(stateless))).toMatchObject({ state: 'succeeded' });
  const upgrade = { strategy: 'blueGreen', mode: 'stateless', promoteAfter: '10s', stableAfter: '1s' } as const;
  const record = await applied(e2eJob(stateless, { spec: { restartNonce: 1, upgrade } }));
  expect(record).toMatchObject({ state: 'succeeded' });
  expect(record.restoredFrom).toBeUndefined();
  const isPromoting = async () => {
    const { items } = await drey().listOperations(ref, { limit: 1 });
    return items[0]?.kind === 'promote' && items[0].number;
  };
  const number = await waitUntil(isPromoting, { what: 'the promotion', timeoutMs: 60_000, stepMs: 100 });
  expect(await ended(stateless, number)).toMatchObject({ state: 'succeeded', requestedBy: 'drey' });
  const view = await awaitPhase(ref, 'RUNNING');
  expect(view.generation).toMatchObject({ number: record.generation, revision: 2 });
  expect(await removed(stateless)).toMatchObject({ state: 'succeeded' });
}, 400_000);
