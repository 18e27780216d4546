/** Savepoints that cannot go, or must not, on the real workflows: another job starts from them, or the storage refuses. */
import { rmSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { specInput } from '../support/records.ts';
import { path, storage, useStalledPlane } from '../support/stalled-plane.ts';

const { call, done, ended, stall, startAgent } = useStalledPlane();
beforeAll(startAgent);

const apply = (name: string, spec: Partial<FlinkJobInput['spec']> = {}) =>
  call('PUT', path(name), { body: specInput(name, { storage, ...spec }) });

const take = async (name: string): Promise<number> =>
  (await done(await call('POST', `${path(name)}/savepoints`, { body: {} }))).number;

const dispose = (name: string, number: number) => call('DELETE', `${path(name)}/savepoints/${number}`);

/** Numbers of those whose files are there, the newest first. */
async function left(name: string): Promise<number[]> {
  const { body } = await call('GET', `${path(name)}/savepoints?state=completed`);
  return body.items.map(({ number }: { number: number }) => number);
}

/** From then on the agent cannot delete it. */
function refuseDeletion(uid: string, number: number): void {
  writeFileSync(stall, `disposeSavepoint fails file:///flink-state/savepoints/${uid}/taken-${number}`);
}

test('one of a living job stays for another that was restored from it after its disposal was accepted', async () => {
  await done(await apply('needed'));
  const [first, second, newest] = [await take('needed'), await take('needed'), await take('needed')];
  writeFileSync(stall, 'disposeSavepoint');
  const under = await dispose('needed', first);
  const waiting = await dispose('needed', second);
  const initialSavepoint = (await call('GET', `${path('needed')}/savepoints/${second}`)).body.path;
  const job = { jarUri: 'local:///opt/flink/usrlib/counts.jar', initialSavepoint };
  await ended(await apply('user', { state: 'suspended', job }));
  rmSync(stall);
  await done(under);
  expect(await ended(waiting)).toMatchObject({
    state: 'failed',
    failure: {
      code: 'SAVEPOINT_NEEDED',
      message: `savepoint ${second} stays, for job user may start from it.`,
    },
  });
  expect(await left('needed')).toEqual([newest, second]);
});

test('one that cannot be deleted keeps no younger one above the retention', async () => {
  const applied = await apply('retained', { savepoints: { retain: { count: 1 } } });
  await done(applied);
  const first = await take('retained');
  refuseDeletion(applied.body.job.uid, first);
  const second = await take('retained');
  const { number: newest, steps } = await done(await call('POST', `${path('retained')}/savepoints`, { body: {} }));
  const detail = `The storage refuses. Still there: ${first}. Gone: ${second}.`;
  expect(steps).toContainEqual(expect.objectContaining({ name: 'savepointsCleaned', state: 'failed', detail }));
  expect(await left('retained')).toEqual([newest, first]);
});

test('one of a removed job that cannot be deleted keeps none of the others', async () => {
  const applied = await apply('gone');
  await done(applied);
  const [first, second, newest] = [await take('gone'), await take('gone'), await take('gone')];
  await done(await call('DELETE', path('gone')));
  refuseDeletion(applied.body.job.uid, first);
  const answer = await call('DELETE', `${path('gone')}/savepoints?which=all`);
  expect(await ended(answer)).toMatchObject({
    state: 'failed',
    failure: { code: 'STORAGE_UNUSABLE', message: `The storage refuses. Still there: ${first}. Gone: ${second}.` },
  });
  expect(await left('gone')).toEqual([newest, first]);
});
