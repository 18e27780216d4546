/**
 * Savepoints of a job that runs on: taken when asked for, told when they fail, found again when an agent dies; and those of a
 * job that was removed. What has a part in test_snapshot.sh of the Apache Flink Kubernetes Operator says so.
 */
import { afterAll, describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Savepoint } from '../../clients/drey/shapes.ts';
import { pause, waitUntil } from '../../deploy/dev/process.ts';
import { applied, apply, e2eJob, ended, objectsOf, removed, smallMemory, tenant } from '../support/e2e-job.ts';
import { flinkClustersOf, livingJobsOf } from '../support/flink-of.ts';
import { cli, drey, killAndRestart, stateVolume } from '../support/running-stack.ts';

const name = 'saved';
const second = `${name}-2`;
/** It is removed, and made again. */
const past = 'past';
const ref = { tenant, name };
// What Flink cannot end by itself is over soon.
const configuration = { ...smallMemory, 'execution.checkpointing.timeout': '15 s' };
const wish = { flink: { version: '2.3', configuration } } as const;

afterAll(async () => {
  for (const one of [name, second, past]) await removed(one).catch(() => undefined);
}, 240_000);

/** The folders on the volume that a savepoint's operation has made. */
async function foldersOf(number: number): Promise<string[]> {
  return foldersOfUid((await drey().getJob(ref)).uid, number);
}

function foldersOfUid(uid: string, number: number): string[] {
  const folder = join(stateVolume(), 'savepoints', uid, `taken-${number}`);
  return existsSync(folder) ? readdirSync(folder) : [];
}

function recorded(number: number): Promise<Savepoint> {
  return drey().getSavepoint(ref, number);
}

async function take(format?: string): Promise<number> {
  const { operation } = await drey().createSavepoint(ref, { format });
  if (!operation) throw new Error('the savepoint made no operation');
  return operation.number;
}

/** The job, with all its tasks running. */
function running(): Promise<string> {
  return waitUntil(idOfRunning, { what: 'all tasks to run', timeoutMs: 120_000, stepMs: 100 });
}

async function idOfRunning(): Promise<string | false> {
  const [job] = await livingJobsOf(name);
  return job?.state === 'RUNNING' && job.tasks.RUNNING === job.tasksTotal && job.id;
}

describe('test_snapshot.sh: a savepoint that is asked for', () => {
  test('is taken while the job runs on, and can be read', async () => {
    expect(await applied(e2eJob(name, wish))).toMatchObject({ state: 'succeeded' });
    const before = await running();
    const created = await cli('savepoint', 'create', name, '--wait');
    expect(created).toMatchObject({ code: 0 });
    expect(created.stdout).toMatch(/Savepoint taken .*savepoint-.* done/);
    expect(await running()).toBe(before);
    const shown = await cli('savepoint', 'describe', name, '2');
    expect(shown.stdout).toMatch(/State: +completed\nOrigin: +user, by dev/);
    const savepoint = await recorded(2);
    expect(savepoint).toMatchObject({ format: 'native', flinkVersion: '2.3', revision: 1, flinkJobId: before });
    expect(savepoint.sizeBytes).toBeGreaterThan(0);
    expect(await foldersOf(2)).toEqual([savepoint.path?.split('/').at(-1)]);
    expect((await cli('savepoint', 'list', name)).stdout).toMatch(/^2 +completed +user +native/m);
    expect((await cli('describe', 'job', name)).stdout).toContain('Newest savepoints:');
  }, 400_000);

  test('in a format that the job cannot write fails with the reason, and the job runs on', async () => {
    const number = await take('canonical');
    const operation = await ended(name, number);
    expect(operation).toMatchObject({ state: 'failed', failure: { code: 'SAVEPOINT_FAILED' } });
    expect(operation.failure?.message).toContain('canonical format');
    expect(await recorded(number)).toMatchObject({ state: 'failed', format: 'canonical' });
    await running();
    expect(await drey().getJob(ref)).toMatchObject({ phase: 'RUNNING' });
    expect((await drey().getJob(ref)).failure).toBeUndefined();
  }, 300_000);

  test.each([0, 40, 120, 400])(
    'is one when the agent is killed %i ms after it was asked for',
    async (afterMs) => {
      await running();
      const number = await take();
      await pause(afterMs);
      await killAndRestart('agent');
      expect(await ended(name, number)).toMatchObject({ state: 'succeeded' });
      const { path } = await recorded(number);
      expect(await foldersOf(number)).toEqual([path?.split('/').at(-1)]);
    },
    300_000,
  );
});

/** Those that are there, the newest first. */
async function there(): Promise<Savepoint[]> {
  return (await drey().listSavepoints(ref, { limit: 500 })).items.filter(({ state }) => state === 'completed');
}

/** Those that are there, once four were taken by time and all but two of them are gone. */
async function cleaned(): Promise<Savepoint[] | false> {
  const { items } = await drey().listSavepoints(ref, { limit: 500 });
  const taken = items.filter(({ origin }) => origin === 'periodic');
  const found = await there();
  return taken.length >= 4 && found.length === 2 && found.every(({ origin }) => origin === 'periodic') && found;
}

async function planned(): Promise<string | undefined> {
  return (await drey().getJob(ref)).nextSavepointAt;
}

describe('test_snapshot.sh: periodic savepoints', () => {
  const periodic = e2eJob(name, { ...wish, spec: { savepoints: { every: '5s', retain: { count: 2 } } } });

  test('are taken by themselves, and only the newest are kept, with the files of no other', async () => {
    expect(await applied(periodic)).toMatchObject({ kind: 'adjust', state: 'succeeded' });
    await waitUntil(cleaned, { what: 'four periodic savepoints, two of them kept', timeoutMs: 240_000, stepMs: 300 });
    // It is told between two of them.
    const next = await waitUntil(planned, { what: 'the next one to be planned', timeoutMs: 60_000, stepMs: 50 });
    expect(Date.parse(next)).toBeGreaterThan(Date.now() - 30_000);
  }, 400_000);

  test('end when the spec says so', async () => {
    expect(await applied(e2eJob(name, wish))).toMatchObject({ kind: 'adjust', state: 'succeeded' });
    const settled = async () => {
      const job = await drey().getJob(ref);
      return job.operation === undefined && job.nextSavepointAt === undefined;
    };
    await waitUntil(settled, { what: 'no other to be planned', timeoutMs: 60_000, stepMs: 100 });
    const kept = await there();
    const { uid } = await drey().getJob(ref);
    const files = readdirSync(join(stateVolume(), 'savepoints', uid));
    // What failed has left no files, or an empty folder at most.
    const full = files.filter((folder) => readdirSync(join(stateVolume(), 'savepoints', uid, folder)).length > 0);
    expect(full.toSorted()).toEqual(kept.map(({ number }) => `taken-${number}`).toSorted());
  }, 120_000);
});

test('test_snapshot.sh: the savepoint with which a job is suspended is one of them, another is disposed of with its files, and the job goes on from it', async () => {
  const suspended = await applied(e2eJob(name, { ...wish, spec: { state: 'suspended' } }));
  expect(suspended).toMatchObject({ kind: 'suspend', state: 'succeeded' });
  const savepoint = await recorded(suspended.number);
  expect(savepoint).toMatchObject({ origin: 'suspend', state: 'completed' });
  expect(savepoint.pinned).toBe(true);
  const refused = await ended(name, await take());
  expect(refused).toMatchObject({ state: 'failed', failure: { code: 'JOB_NOT_RUNNING' } });
  expect(await drey().getJob(ref)).toMatchObject({ phase: 'SUSPENDED' });
  await disposeWhileSuspended(suspended.number);
  const resumed = await applied(e2eJob(name, wish));
  expect(resumed).toMatchObject({ kind: 'resume', state: 'succeeded', restoredFrom: savepoint.path });
  expect((await recorded(suspended.number)).pinned).toBe(false);
  const [flink] = await flinkClustersOf(name);
  const id = await running();
  expect((await flink?.checkpoints(id))?.latestRestored?.savepoint).toBe(true);
}, 600_000);

test('a job is restored from a savepoint, and so is another one', async () => {
  const number = await take();
  const { record, path = '' } = { record: await ended(name, number), ...(await recorded(number)) };
  expect(record).toMatchObject({ state: 'succeeded' });
  const restored = await cli('savepoint', 'restore', name, String(number), '--wait');
  expect(restored).toMatchObject({ code: 0 });
  const [own] = (await drey().listOperations(ref, { limit: 1 })).items;
  expect(own).toMatchObject({ kind: 'upgrade', restoredFrom: path, plan: { mode: 'restore' } });
  const { job } = e2eJob(second, wish).spec;
  const first = await applied(e2eJob(second, { ...wish, spec: { job: { ...job, initialSavepoint: path } } }));
  expect(first).toMatchObject({ kind: 'deploy', state: 'succeeded', restoredFrom: path });
  const into = await cli('savepoint', 'restore', name, String(number), '--into', second, '--wait');
  expect(into).toMatchObject({ code: 0 });
  const [other] = (await drey().listOperations({ tenant, name: second }, { limit: 1 })).items;
  expect(other).toMatchObject({ kind: 'upgrade', state: 'succeeded', restoredFrom: path });
  for (const one of [name, second]) {
    const [[flink], [living]] = [await flinkClustersOf(one), await livingJobsOf(one)];
    expect((await flink?.checkpoints(living?.id ?? ''))?.latestRestored).toMatchObject({ savepoint: true });
  }
  expect(await removed(second)).toMatchObject({ state: 'succeeded' });
}, 600_000);

test('a restore that fails leaves the job with the state that it had', async () => {
  const number = await take();
  expect(await ended(name, number)).toMatchObject({ state: 'succeeded' });
  const { uid } = await drey().getJob(ref);
  rmSync(join(stateVolume(), 'savepoints', uid, `taken-${number}`), { recursive: true });
  expect(await cli('savepoint', 'restore', name, String(number), '--wait')).toMatchObject({ code: 1 });
  const [failed] = (await drey().listOperations(ref, { limit: 1 })).items;
  expect(failed).toMatchObject({ kind: 'upgrade', state: 'failed', rolledBackTo: expect.any(Number) });
  const [flink] = await flinkClustersOf(name);
  expect((await flink?.checkpoints(await running()))?.latestRestored?.path).toMatch(/chk-/);

  expect(await cli('suspend', name, '--wait')).toMatchObject({ code: 0 });
  const { restorePoint } = await drey().getJob(ref);
  expect(await cli('savepoint', 'restore', name, String(number), '--wait')).toMatchObject({ code: 1 });
  expect(await drey().getJob(ref)).toMatchObject({ phase: 'FAILED', restorePoint });
  expect(await applied(e2eJob(name, wish))).toMatchObject({ state: 'succeeded', restoredFrom: restorePoint });
}, 600_000);

/** All but the one that the job waits with: that only goes by force. */
async function disposeWhileSuspended(pinned: number): Promise<void> {
  const kept = await cli('savepoint', 'dispose', name, String(pinned));
  expect(kept).toMatchObject({ code: 1, stderr: expect.stringContaining('SAVEPOINT_IN_USE') });
  const older = (await drey().listSavepoints(ref)).items.find(
    ({ number, state }) => number !== pinned && state === 'completed',
  );
  const number = older?.number ?? 0;
  const disposed = await cli('savepoint', 'dispose', name, String(number), '--wait');
  expect(disposed).toMatchObject({ code: 0 });
  expect(await recorded(number)).toMatchObject({ state: 'disposed' });
  expect(await foldersOf(number)).toEqual([]);
  expect((await objectsOf(name)).filter((object) => !object.includes(`${name}-flink`))).toEqual([]);
  expect(await drey().getJob(ref)).toMatchObject({ phase: 'SUSPENDED' });
}

describe('the savepoints of a removed job', () => {
  const pastRef = { tenant, name: past };
  let uid = '';
  let older = 0;
  let newest = 0;

  /** Those of the removed job, whoever has its name. */
  const ofRemoved = (number: number) => drey().getSavepoint({ ...pastRef, uid }, number);

  async function taken(): Promise<number> {
    const { operation } = await drey().createSavepoint(pastRef);
    const record = await ended(past, operation?.number ?? 0);
    expect(record).toMatchObject({ state: 'succeeded' });
    return record.number;
  }

  async function idNow(): Promise<string | undefined> {
    return (await livingJobsOf(past))[0]?.id;
  }

  test('stay, are listed, and go one by one, with nothing left over', async () => {
    expect(await applied(e2eJob(past, wish))).toMatchObject({ state: 'succeeded' });
    ({ uid } = await drey().getJob(pastRef));
    [older, newest] = [await taken(), await taken()];
    expect(await cli('delete', 'job', past, '--wait', '--timeout', '4m')).toMatchObject({ code: 0 });
    expect(await objectsOf(past)).toEqual([]);
    const listed = await cli('savepoint', 'list', past);
    for (const number of [older, newest]) expect(listed.stdout).toMatch(new RegExp(`^${number} +completed +user`, 'm'));
    expect((await cli('savepoint', 'describe', past, String(older))).stdout).toContain(`taken-${older}`);

    const disposed = await cli('savepoint', 'dispose', past, String(older), '--wait');
    expect(disposed).toMatchObject({ code: 0 });
    expect(disposed.stdout).toContain('Stand-in removed');
    expect(await ofRemoved(older)).toMatchObject({ state: 'disposed' });
    expect(foldersOfUid(uid, older)).toEqual([]);
    expect(foldersOfUid(uid, newest)).toHaveLength(1);
    expect(await objectsOf(past)).toEqual([]);
    const kept = await cli('savepoint', 'dispose', past, String(newest));
    expect(kept).toMatchObject({ code: 1, stderr: expect.stringContaining('SAVEPOINT_IN_USE') });
    expect(foldersOfUid(uid, newest)).toHaveLength(1);
  }, 600_000);

  test('start a new job of that name, and stay until it needs them no more', async () => {
    const { path = '' } = await ofRemoved(newest);
    const absent = await cli('savepoint', 'restore', past, String(newest));
    expect(absent).toMatchObject({ code: 1, stderr: expect.stringContaining(`spec.job.initialSavepoint: ${path}`) });
    const { job } = e2eJob(past, wish).spec;
    const deploy = await apply(e2eJob(past, { ...wish, spec: { job: { ...job, initialSavepoint: path } } }));
    const needed = drey().disposeSavepoint({ ...pastRef, uid }, newest, { force: true });
    await expect(needed).rejects.toMatchObject({ problem: { code: 'SAVEPOINT_NEEDED' } });
    expect(await ended(past, deploy)).toMatchObject({ kind: 'deploy', state: 'succeeded', restoredFrom: path });

    const restored = await cli('savepoint', 'restore', past, String(newest), '--uid', uid, '--wait');
    expect(restored).toMatchObject({ code: 0 });
    const [flink] = await flinkClustersOf(past);
    const from = (await flink?.checkpoints((await idNow()) ?? ''))?.latestRestored;
    expect(from).toMatchObject({ path: expect.stringContaining(`taken-${newest}/`), savepoint: true });

    const before = await idNow();
    const disposed = await cli('savepoint', 'dispose', past, String(newest), '--uid', uid, '--force', '--wait');
    expect(disposed).toMatchObject({ code: 0 });
    expect(await ofRemoved(newest)).toMatchObject({ state: 'disposed' });
    expect(foldersOfUid(uid, newest)).toEqual([]);
    expect(await idNow()).toBe(before);
    expect(await drey().getJob(pastRef)).toMatchObject({ phase: 'RUNNING' });
    expect((await objectsOf(past)).filter((object) => object.includes(`${past}-${uid}-`))).toEqual([]);
  }, 900_000);

  test.each([
    ['runs', []],
    ['is suspended', ['suspend']],
  ])(
    'go with a job that %s, where its deletion says so',
    async (_state, before) => {
      expect((await applied(e2eJob(past, wish))).state).toBe('succeeded');
      const own = (await drey().getJob(pastRef)).uid;
      await taken();
      for (const word of before) expect(await cli(word, past, '--wait')).toMatchObject({ code: 0 });
      const root = join(stateVolume(), 'savepoints', own);
      const full = () => readdirSync(root).filter((folder) => readdirSync(join(root, folder)).length > 0);
      expect(full().length).toBeGreaterThan(0);
      const deleted = await cli('delete', 'job', past, '--savepoints', 'dispose', '--wait', '--timeout', '4m');
      expect(deleted).toMatchObject({ code: 0 });
      expect(full()).toEqual([]);
      expect(await objectsOf(past)).toEqual([]);
      const states = (await drey().listSavepoints({ ...pastRef, uid: own })).items.map(({ state }) => state);
      expect(new Set(states)).toEqual(new Set(['disposed']));
    },
    600_000,
  );
});
