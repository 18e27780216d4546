/** Room of quotas in a real PostgreSQL: who takes it, who has reserved it, and for how long that counts. */
import { beforeEach, expect, test } from '@jest/globals';
import { saveCluster } from '../../../clients/postgres/clusters.ts';
import { knownQuotas, releaseRoom, reserveRoom, type RoomWish } from '../../../clients/postgres/quotas.ts';
import { writeRecords } from '../../../clients/postgres/records.ts';
import { saveTenant } from '../../../clients/postgres/tenants.ts';
import type { JobView } from '../../../core/job.ts';
import { roomOf, type Room } from '../../../core/scaling/quota-room.ts';
import { jobSpec, jobView } from '../../support/records.ts';
import { emptiedDatabase, postgres } from '../../support/emptied-database.ts';

emptiedDatabase('jobs', 'quota_reservations');
beforeEach(() => quotas({ slots: 12 }, undefined));

async function quotas(tenant: object | undefined, cluster: object | undefined): Promise<void> {
  await saveTenant(postgres, { name: 'default', description: '', grants: [], quota: tenant });
  await saveCluster(postgres, { name: 'local', description: '', labels: {}, quota: cluster });
}

let seq = 0;
/** A job with four slots, unless told. */
async function job(uid: string, change: Partial<JobView> = {}, parallelism = 4): Promise<void> {
  seq += 1;
  const spec = jobSpec(uid, { job: { jarUri: 'local:///x.jar', parallelism } });
  const view = jobView({ uid, name: uid, spec, ...change });
  await writeRecords(postgres, [{ kind: 'job', uid, seq, job: view }]);
}

const room = (parallelism: number): Room =>
  roomOf(jobSpec('any', { job: { jarUri: 'local:///x.jar', parallelism } }).spec);
const wish = (uid: string, slots: number, change: Partial<RoomWish> = {}): RoomWish => ({
  uid,
  tenant: 'default',
  cluster: 'local',
  revision: 1,
  wanted: room(slots),
  before: room(4),
  ...change,
});
const taken = async () => (await knownQuotas(postgres, 'local'))?.[0]?.taken.slots;

test('of two jobs that ask at the same time for the last room one gets it', async () => {
  for (let round = 0; round < 10; round += 1) {
    await postgres.query('truncate jobs, quota_reservations');
    await Promise.all([job('first'), job('second')]);
    const answers = await Promise.all([
      reserveRoom(postgres, wish('first', 8)),
      reserveRoom(postgres, wish('second', 8)),
    ]);
    expect(answers.filter((why) => why === undefined)).toHaveLength(1);
    expect(answers.find((why) => why !== undefined)).toEqual({
      code: 'QUOTA_REACHED',
      text: 'The quota of tenant default leaves the job 4 slots; 8 are wanted.',
    });
    expect(await taken()).toBe(12);
  }
});

test('across clusters a tenant, and across tenants a cluster, has one quota', async () => {
  const elsewhere = jobSpec('far', { cluster: 'far', job: { jarUri: 'local:///x.jar', parallelism: 7 } });
  await job('near');
  await job('far', { spec: elsewhere });
  expect((await reserveRoom(postgres, wish('near', 6)))?.text).toContain('of tenant default leaves the job 5 slots');
  await quotas(undefined, { slots: 9 });
  await job('other', { tenant: 'other' });
  expect((await reserveRoom(postgres, wish('near', 6)))?.text).toContain('of cluster local leaves the job 5 slots');
  expect(await reserveRoom(postgres, wish('near', 5))).toBeUndefined();
});

test.each([
  ['CPU', { cpu: '7' }, 'leaves the job 7 cores; 8 are wanted'],
  ['memory', { memory: '1Gi' }, 'bytes of memory'],
])('%s is counted as TaskManagers are given it', async (_, quota, text) => {
  await job('one');
  await quotas(undefined, quota);
  expect((await reserveRoom(postgres, wish('one', 8)))?.text).toContain(text);
});

test('without quotas nothing is reserved, and nothing refused', async () => {
  await quotas(undefined, undefined);
  await job('one');
  expect(await reserveRoom(postgres, wish('one', 4_000))).toBeUndefined();
  expect((await postgres.query('select 1 from quota_reservations')).rowCount).toBe(0);
  expect(await knownQuotas(postgres, 'local')).toEqual([]);
});

test('what was reserved counts until the job’s record says what it has', async () => {
  await job('one');
  await reserveRoom(postgres, wish('one', 8));
  expect(await taken()).toBe(8);
  await job('one', { revision: 2 }, 6);
  expect(await taken()).toBe(6);
});

test('what was reserved again replaces what was before, and never stands in its own way', async () => {
  await job('one');
  expect(await reserveRoom(postgres, wish('one', 12))).toBeUndefined();
  expect(await reserveRoom(postgres, wish('one', 10))).toBeUndefined();
  expect(await taken()).toBe(10);
});

test('what is given back is free, and so is what nobody has taken for ten minutes', async () => {
  await job('one');
  await reserveRoom(postgres, wish('one', 8));
  await releaseRoom(postgres, 'one');
  expect(await taken()).toBe(4);
  await reserveRoom(postgres, wish('one', 8));
  await postgres.query(`update quota_reservations set made_at = made_at - interval '11 minutes'`);
  expect(await taken()).toBe(4);
});

test.each(['SUSPENDED', 'CANCELED', 'FINISHED', 'FAILED', 'REMOVED'] as const)(
  'a job that is %s takes nothing',
  async (phase) => {
    await job('one');
    await job('two', { phase });
    expect(await taken()).toBe(4);
  },
);

test('of jobs of one name the newest counts', async () => {
  await job('old', { name: 'same' });
  await job('new', { name: 'same', createdAt: '2026-02-01T00:00:00.000Z' }, 5);
  expect(await taken()).toBe(5);
});

test('whoever has more than the quota may keep it, and shrink', async () => {
  await job('one', {}, 20);
  expect(await reserveRoom(postgres, wish('one', 16, { before: room(20) }))).toBeUndefined();
});
