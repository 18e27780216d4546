/** Agents that say that they are there: who may, how soon one that has gone is shown as gone, and how its jobs are shown then. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { Heartbeats } from '../../agent/heartbeats.ts';
import { clusterAnswer, jobAnswer } from '../../api/answer-shapes.ts';
import { heardAgents } from '../../clients/postgres/agents.ts';
import { saveCluster } from '../../clients/postgres/clusters.ts';
import { heartbeatsTo } from '../../clients/drey/send-heartbeat.ts';
import { writeRecords } from '../../clients/postgres/records.ts';
import { agentToken, saveToken, tokenHash } from '../../clients/postgres/tokens.ts';
import { silenceMsMax } from '../../core/agents.ts';
import { pause, waitUntil } from '../../deploy/dev/process.ts';
import { createCaller, type Caller } from '../support/api-caller.ts';
import { startApiOnPostgres, type ApiOnPostgres } from '../support/api-on-postgres.ts';
import { agent, api, apiSuite, call, database, root, server, viewer } from '../support/api-suite.ts';
import { jobView } from '../support/records.ts';
import { newToken } from '../support/tokens.ts';

/** Another process of the API on the same PostgreSQL. */
let otherApi: ApiOnPostgres;
let callOther: Caller;

// First: what is said first ends first.
afterAll(() => otherApi?.stop());
apiSuite(viewer);
beforeAll(async () => {
  otherApi = await startApiOnPostgres(database.postgres);
  callOther = createCaller(otherApi.url, await newToken(database.postgres, viewer));
  await saveCluster(database.postgres, { name: 'local', description: '', labels: {} });
  const runs = jobView({ uid: 'runs', name: 'runs' });
  const suspended = jobView({ uid: 'suspended', name: 'suspended', phase: 'SUSPENDED' });
  for (const job of [runs, suspended])
    await writeRecords(database.postgres, [{ kind: 'job', uid: job.uid, seq: 1, job }]);
});
beforeEach(() => database.postgres.query('truncate agents'));

const path = '/v1/clusters/local/heartbeats';
const beat = (body: object = {}, token: string | null = agent) =>
  call('POST', path, { token, body: { agent: 'one', observes: true, ...body } });
const shownBy = async (caller: Caller) => clusterAnswer.parse((await caller('GET', '/v1/clusters/local')).body).agent;

/** As if all that is kept had been heard so much earlier. */
const passed = (ms: number) =>
  database.postgres.query(
    `update agents set seen_at = seen_at - $1 * interval '1 ms', observed_at = observed_at - $1 * interval '1 ms'`,
    [ms],
  );

/** An agent that is there until it is stopped. */
const begin = () =>
  new Heartbeats({
    send: heartbeatsTo({ server: api.url, cluster: 'local', token: () => agent }),
    log: pino({ level: 'silent' }),
    agent: 'lives',
    observes: () => true,
    unknown: () => undefined,
    everyMs: 200,
  });

const read = async (name: string) => jobAnswer.parse((await callOther('GET', `/v1/tenants/default/jobs/${name}`)).body);

describe('a heartbeat', () => {
  test('needs the token of the cluster’s agent', async () => {
    const admin = await newToken(database.postgres, root);
    const other = await newToken(database.postgres, agentToken('far'));
    expect(await beat({}, null)).toMatchObject({ status: 401 });
    expect(await beat({}, admin)).toMatchObject({ status: 403, body: { code: 'ROLE_TOO_LOW' } });
    expect(await beat({}, other)).toMatchObject({ status: 403, body: { code: 'OTHER_CLUSTER' } });
    expect(await beat()).toMatchObject({ status: 200, body: { quotas: [] } });
  });

  test.each([
    ['a name that is no name', { agent: 'a b' }],
    ['no word on observing', { observes: undefined }],
    ['more than is known', { jobs: 3 }],
    ['a job that is no job', { unknown: { count: 1, jobs: ['a b'], ageMs: 0 } }],
    ['more jobs than are named', { unknown: { count: 21, jobs: Array(21).fill('a/b'), ageMs: 0 } }],
  ])('with %s is refused', async (_, body) => {
    expect(await beat(body)).toMatchObject({ status: 422, body: { code: 'INVALID_BODY' } });
  });

  test('is kept once for each agent, and with the time at which it last observed', async () => {
    await beat();
    await passed(5_000);
    await beat({ observes: false });
    await beat({ agent: 'two', observes: false });
    const [one, two, ...others] = await heardAgents(database.postgres, 'local');
    expect(others).toEqual([]);
    expect(one).toMatchObject({ agent: 'one' });
    expect(one?.silentMs).toBeLessThan(5_000);
    expect(one?.unobservedMs).toBeGreaterThanOrEqual(5_000);
    expect(two).toEqual({ agent: 'two', silentMs: expect.any(Number) });
  });

  test('says what no workflow knows, and each reader is shown what concerns it', async () => {
    const count = { count: 30, jobs: ['default/orders', 'other/clicks'], ageMs: 60_000 };
    await beat({ unknown: count });
    await beat({ agent: 'two', unknown: { ...count, count: 31, ageMs: 90_000 } });
    const all = createCaller(otherApi.url, await newToken(database.postgres, root));
    const [{ unknownJobs }, own] = [await shownBy(all), await shownBy(call)];
    expect(unknownJobs).toMatchObject({ count: 30, jobs: count.jobs });
    const ageMs = Date.now() - Date.parse(unknownJobs?.at ?? '');
    expect(ageMs).toBeGreaterThan(55_000);
    expect(ageMs).toBeLessThan(90_000);
    expect(own.unknownJobs).toMatchObject({ count: 1, jobs: ['default/orders'] });
    await beat({ unknown: { count: 0, jobs: [], ageMs: 0 } });
    await waitUntil(async () => (await shownBy(all)).unknownJobs?.count === 0, {
      what: 'the newer count',
      timeoutMs: 10_000,
    });
  });

  test('lets the cluster forget agents that said nothing for an hour, and no other cluster', async () => {
    await beat({ agent: 'old' });
    await database.postgres.query(`insert into agents (cluster, name, seen_at) values ('far', 'old', now())`);
    await passed(3_700_000);
    await beat();
    expect((await heardAgents(database.postgres, 'local')).map((one) => one.agent)).toEqual(['one']);
    expect(await heardAgents(database.postgres, 'far')).toHaveLength(1);
  });
});

describe('an agent', () => {
  test('is there, gone within 15 s, and there again by itself, for every process of the API', async () => {
    // A process that has just started cannot know what was said before.
    await pause(silenceMsMax);
    const alive = begin();
    const isShown = (caller: Caller, state: string, timeoutMs: number) =>
      waitUntil(async () => (await shownBy(caller)).state === state, { what: `it to be ${state}`, timeoutMs });
    await isShown(call, 'connected', 5_000);
    await isShown(callOther, 'connected', 5_000);
    expect(await shownBy(callOther)).toMatchObject({ count: 1, lastObserved: expect.any(String) });
    alive.stop();
    const goneAtMs = performance.now();
    await Promise.all([isShown(call, 'gone', 15_000), isShown(callOther, 'gone', 15_000)]);
    expect(performance.now() - goneAtMs).toBeLessThan(15_000);
    const again = begin();
    await Promise.all([isShown(call, 'connected', 5_000), isShown(callOther, 'connected', 5_000)]);
    again.stop();
  }, 60_000);

  test('is shown by the process that hears it while PostgreSQL is away', async () => {
    const { postgres } = await server.database();
    const halted = await startApiOnPostgres(postgres);
    const token = randomBytes(32).toString('base64url');
    await saveToken(postgres, tokenHash(token), agentToken('local'));
    const known = createCaller(halted.url, token);
    const body = { agent: 'one', observes: true };
    expect((await known('POST', path, { body })).status).toBe(200);
    await server.halt();
    expect((await known('POST', path, { body })).status).toBe(200);
    const { heard, isSure } = await halted.services.agentHeartbeats.of('local');
    expect(heard).toEqual([{ agent: 'one', silentMs: expect.any(Number), unobservedMs: expect.any(Number) }]);
    expect(isSure).toBe(false);
    await server.resume();
    await halted.stop();
  });
});

describe('a job', () => {
  test('that runs is shown as last seen, with the time, while nobody observes it', async () => {
    await beat({ agent: 'observer' });
    const settled = (isThere: boolean) =>
      waitUntil(async () => ((await read('runs')).lastSeen !== undefined) === isThere, {
        what: 'what is remembered to be read anew',
        timeoutMs: 5_000,
      });
    await settled(false);
    // Another agent is there, and has not taken over yet.
    await passed(40_000);
    await database.postgres.query(`insert into agents (cluster, name, seen_at) values ('local', 'waits', now())`);
    await pause(1_100);
    const seen = Date.parse((await read('runs')).lastSeen ?? '');
    // This process of the API heard nothing itself; what the other one heard is kept by PostgreSQL.
    expect(Math.abs(Date.now() - 41_100 - seen)).toBeLessThan(3_000);
    const { items } = (await callOther('GET', '/v1/tenants/default/jobs')).body;
    expect(items.map((job: { name: string; lastSeen?: string }) => [job.name, job.lastSeen !== undefined])).toEqual([
      ['runs', true],
      ['suspended', false],
    ]);
    expect((await read('suspended')).lastSeen).toBeUndefined();
    await beat({ agent: 'waits' });
    await settled(false);
  });
});
