/** What an upgrade may change besides the program: Flink itself, the state backend, how many JobManagers there are. No record is lost by any. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { leaderAddress } from '../../core/flink/leader-address.ts';
import { highAvailabilityMapName, labels } from '../../core/names.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { awaitWell, endsWhole, kindsOf, noRestarts } from '../support/broken-job.ts';
import { applied, apply, awaitPhase, ended, hasComeTo, namespace, removed, tenant } from '../support/e2e-job.ts';
import { flinkClustersOf, livingJobsOf } from '../support/flink-of.ts';
import { clearFault, setFault, verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger, type LedgerWish } from '../support/ledger-spec.ts';
import { cli, drey, kubernetes } from '../support/running-stack.ts';

const name = 'versions';
const job = { tenant, name };
const { out, control } = ledgerFolders(name);
const old: LedgerWish = { version: '1.20' };
const onRocksdb: LedgerWish = { configuration: { 'state.backend.type': 'rocksdb' } };

async function deployed(wish: LedgerWish): Promise<void> {
  const { state, failure } = await applied(ledgerJob(name, wish));
  expect({ state, failure }).toEqual({ state: 'succeeded' });
}

/** One job runs, on that Flink, with every record so far. */
async function expectRunning(version: string): Promise<void> {
  expect(await livingJobsOf(name)).toHaveLength(1);
  const [flink] = await flinkClustersOf(name);
  expect((await flink?.overview())?.flinkVersion).toMatch(new RegExp(`^${version}\\.`));
  expect(await verifyLedger(out)).toMatchObject({ good: true });
}

/** Waits until the upgrade waits for its job to be stable, and that has completed a checkpoint of its own. */
async function awaitCommitted(number: number): Promise<void> {
  const isSo = async () => {
    if (!(await hasComeTo(name, number, 'stable'))) return false;
    const clusters = await flinkClustersOf(name);
    const [living] = await livingJobsOf(name);
    const seen = await Promise.all(clusters.map((flink) => flink.checkpoints(living?.id ?? '').catch(() => undefined)));
    return seen.some((checkpoints) => (checkpoints?.counts.completed ?? 0) > 1);
  };
  await waitUntil(isSo, { what: 'the new revision to have committed', timeoutMs: 120_000, stepMs: 100 });
}

beforeEach(() => removeLedger(name));
afterEach(() => removed(name).catch(() => undefined), 240_000);

describe('Flink', () => {
  test('is upgraded from 1.20 to 2.3; back again it does not go, and the job runs on as it did', async () => {
    await deployed(old);
    const record = await applied(ledgerJob(name));
    expect(record).toMatchObject({
      kind: 'upgrade',
      state: 'succeeded',
      plan: { strategy: 'warm', mode: 'savepoint' },
    });
    expect(record.plan?.notes.join(' ')).toContain('Flink 1.20 does not read the checkpoints of Flink 2.3');
    await expectRunning('2.3');

    const back = await applied(ledgerJob(name, old));
    expect(back).toMatchObject({ state: 'failed', rolledBackTo: record.revision });
    expect(back.plan?.notes.join(' ')).toContain('Flink 1.20 may not read what Flink 2.3 has written');
    await awaitWell(name);
    await expectRunning('2.3');
    await endsWhole(name);
  }, 600_000);

  test('of before cannot go on from what the next one has committed: the job stays as it failed, and a good spec mends it', async () => {
    await deployed(old);
    const number = await apply(ledgerJob(name, { configuration: noRestarts, upgrade: { stableAfter: '10m' } }));
    await awaitCommitted(number);
    setFault(control, 'fail', 'always');
    const record = await ended(name, number);
    expect(record).toMatchObject({ state: 'failed', failure: { code: 'ROLLBACK_UNSAFE' } });
    expect(record.rolledBackTo).toBeUndefined();
    await awaitPhase(job, 'FAILED', 60_000);
    const shown = await cli('describe', 'job', name);
    expect(shown.stdout).toContain('ROLLBACK_UNSAFE');
    expect(shown.stdout).toContain('drey savepoint restore');

    clearFault(control, 'fail');
    const mended = await applied(ledgerJob(name, { spec: { restartNonce: 1 } }));
    expect(mended).toMatchObject({ state: 'succeeded', restoredFrom: expect.stringMatching(/chk-/) });
    await expectRunning('2.3');
    await endsWhole(name);
  }, 600_000);
});

test('the state goes to another state backend and back, by savepoints in canonical format', async () => {
  await deployed({});
  const there = await applied(ledgerJob(name, onRocksdb));
  expect(there).toMatchObject({ kind: 'upgrade', state: 'succeeded', plan: { mode: 'savepoint' } });
  const back = await applied(ledgerJob(name, { upgrade: { mode: 'last-state' } }));
  expect(back).toMatchObject({ kind: 'upgrade', state: 'succeeded', plan: { mode: 'savepoint' } });
  const { items } = await drey().listSavepoints(job);
  const taken = items.filter(({ origin }) => origin === 'upgrade');
  expect(taken.map(({ format }) => format)).toEqual(['canonical', 'canonical']);
  expect(taken.map(({ path }) => path)).toEqual(expect.arrayContaining([there.restoredFrom, back.restoredFrom]));
  await expectRunning('2.3');
  await endsWhole(name);
}, 600_000);

/** The pod of the JobManager that leads, by what it wrote into Flink's own ConfigMap. */
async function leader(): Promise<string> {
  const { uid, generation } = await drey().getJob(job);
  const map = highAvailabilityMapName({ tenant, name, uid, number: generation?.number ?? 0 }, 'cluster');
  const client = kubernetes();
  const { data = {} } = (await client.get('ConfigMap', namespace, map)) ?? {};
  const labelSelector = `${labels.job}=${name},${labels.component}=jobmanager`;
  const pods = await client.list('Pod', namespace, { labelSelector });
  client.close();
  const address = leaderAddress(data);
  const leading = pods.filter(({ status }) => address !== undefined && status?.podIP === address);
  if (leading.length !== 1)
    throw new Error(`${leading.length} of ${pods.length} JobManagers lead: ${JSON.stringify(data)}`);
  return leading[0]?.metadata.name ?? '';
}

test('two JobManagers: the one that stands by takes over, nothing has to be mended, and the job is upgraded', async () => {
  const wish: LedgerWish = {
    spec: {
      jobManager: {
        replicas: 2,
        resources: { requests: { cpu: '50m', memory: '512Mi' }, limits: { memory: '512Mi' } },
      },
    },
  };
  await deployed(wish);
  const [before] = await livingJobsOf(name);
  const first = await leader();
  const client = kubernetes();
  await client.delete('Pod', namespace, first, { gracePeriodSeconds: 0 });
  client.close();
  const another = async () => (await leader()) !== first;
  await waitUntil(another, { what: 'another JobManager to lead', timeoutMs: 120_000, stepMs: 200 });
  await awaitWell(name);
  const goesOn = async () =>
    (await livingJobsOf(name)).some(({ id, state }) => id === before?.id && state === 'RUNNING');
  await waitUntil(goesOn, { what: 'the job to run again', timeoutMs: 120_000, stepMs: 200 });
  expect(await kindsOf(name)).toEqual(['deploy']);
  const record = await applied(ledgerJob(name, { ...wish, spec: { ...wish.spec, restartNonce: 1 } }));
  const { state, failure } = record;
  expect({ state, failure }).toEqual({ state: 'succeeded' });
  expect(record).toMatchObject({ kind: 'upgrade', plan: { strategy: 'warm' } });
  await expectRunning('2.3');
  await endsWhole(name);
}, 600_000);
