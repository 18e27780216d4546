/** What agents see of jobs, on its way past Temporal: who may bring it, what is kept, and what people read. */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createAgentMetrics } from '../../agent/metrics.ts';
import { SeenSender } from '../../agent/seen-sender.ts';
import { jobAnswer, pageOf } from '../../api/answer-shapes.ts';
import { seenTo } from '../../clients/drey/send-seen.ts';
import { writeRecords } from '../../clients/postgres/records.ts';
import { agentToken } from '../../clients/postgres/tokens.ts';
import type { CheckpointsSeen, JobFact, JobSeen } from '../../core/observation/job-seen.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { agent, api, apiSuite, call, database, root, viewer } from '../support/api-suite.ts';
import { jobView } from '../support/records.ts';
import { newToken } from '../support/tokens.ts';

apiSuite(viewer);
beforeAll(async () => {
  const jobs = [
    jobView({ uid: 'runs', name: 'runs' }),
    jobView({ uid: 'gone', name: 'gone', phase: 'REMOVED' }),
    elsewhere,
  ];
  for (const job of jobs) await writeRecords(database.postgres, [{ kind: 'job', uid: job.uid, seq: 1, job }]);
});
beforeEach(async () => {
  await database.postgres.query('truncate job_seen');
  await beat();
});

const far = jobView({ uid: 'far', name: 'far' });
const elsewhere = { ...far, spec: { ...far.spec, spec: { ...far.spec.spec, cluster: 'far' } } };

const time = '2026-11-21T12:00:00.000Z';
const checkpoints = (id: number): CheckpointsSeen => ({
  readAt: time,
  newest: { id, path: `file:/c/chk-${id}`, completedAt: time, durationMs: 400, sizeBytes: 5_000 },
  failures: 0,
});
const seen = (change: Partial<JobSeen> = {}): JobSeen => ({
  at: time,
  generation: 1,
  state: 'RUNNING',
  tasks: { running: 2, total: 2 },
  restarts: 0,
  taskManagers: { ready: 1, wanted: 1 },
  ...change,
});
const fact = (seq: number, change: Partial<JobFact> = {}): JobFact => ({
  uid: 'runs',
  submission: 1,
  attemptMs: 1_000,
  seq,
  seen: seen({ checkpoints: checkpoints(seq) }),
  ...change,
});

const path = '/v1/clusters/local/seen';
const bring = (jobs: readonly object[], token: string | null = agent) => call('POST', path, { token, body: { jobs } });
/** Somebody observes: else each read asks Temporal, which is not there. */
const beat = () =>
  call('POST', '/v1/clusters/local/heartbeats', { token: agent, body: { agent: 'one', observes: true } });
const read = async (name: string) => jobAnswer.parse((await call('GET', `/v1/tenants/default/jobs/${name}`)).body).seen;
/** The jobs of which something is kept. */
const kept = async () =>
  (await database.postgres.query<{ uid: string }>('select uid from job_seen')).rows.map(({ uid }) => uid);
const newest = async () => (await read('runs'))?.checkpoints?.newest?.id;

describe('what was seen', () => {
  test('needs the token of the cluster’s agent', async () => {
    const admin = await newToken(database.postgres, root);
    const other = await newToken(database.postgres, agentToken('far'));
    expect(await bring([fact(1)], null)).toMatchObject({ status: 401 });
    expect(await bring([fact(1)], admin)).toMatchObject({ status: 403, body: { code: 'ROLE_TOO_LOW' } });
    expect(await bring([fact(1)], other)).toMatchObject({ status: 403, body: { code: 'OTHER_CLUSTER' } });
    expect(await read('runs')).toBeUndefined();
  });

  test.each<[string, readonly object[]]>([
    ['no job', []],
    ['a state that is none', [fact(1, { seen: { ...seen(), state: 'WELL' as never } })]],
    ['a time that is none', [fact(1, { seen: seen({ at: 'now' }) })]],
    ['a count below zero', [fact(1, { seen: seen({ restarts: -1 }) })]],
    ['a path that has no end', [fact(1, { seen: seen({ checkpoints: withPath('x'.repeat(1_025)) }) })]],
    ['more than is known', [{ ...fact(1), tenant: 'other' }]],
    ['more jobs than a batch holds', Array.from({ length: 501 }, (_, index) => fact(index))],
  ])('with %s is refused', async (_what, jobs) => {
    expect(await bring(jobs)).toMatchObject({ status: 422, body: { code: 'INVALID_BODY' } });
  });

  test('is read with the job, alone and in lists', async () => {
    expect(await bring([fact(77)])).toMatchObject({ status: 200, body: { taken: 1, dropped: 0 } });
    expect(await read('runs')).toEqual(seen({ checkpoints: checkpoints(77) }));
    const { items } = pageOf(jobAnswer).parse((await call('GET', '/v1/tenants/default/jobs')).body);
    expect(items).toMatchObject([{ name: 'far' }, { name: 'runs', seen: { checkpoints: { newest: { id: 77 } } } }]);
  });

  test('with a NUL or half a character in a path is kept without it: it would hold up all that comes after it', async () => {
    const odd = fact(1, { seen: seen({ checkpoints: withPath('file:/c\0/chk\ud800') }) });
    expect(await bring([odd])).toMatchObject({ status: 200, body: { taken: 1 } });
    expect((await read('runs'))?.checkpoints?.newest?.path).toBe('file:/c/chk\uFFFD');
  });

  test('is of the cluster’s own jobs that are there, and of no other', async () => {
    const jobs = ['far', 'gone', 'unheard'].map((uid) => fact(1, { uid }));
    expect(await bring([...jobs, fact(2)])).toMatchObject({ body: { taken: 1, dropped: 3 } });
    expect(await kept()).toEqual(['runs']);
  });

  test('of a removed job is neither kept nor shown: its state may have gone with it', async () => {
    const { view, uid } = { view: jobView({ uid: 'ends', name: 'ends' }), uid: 'ends' };
    await writeRecords(database.postgres, [{ kind: 'job', uid, seq: 1, job: view }]);
    await bring([fact(1, { uid })]);
    expect(await read('ends')).toBeDefined();
    await bring([fact(1)]);
    await writeRecords(database.postgres, [{ kind: 'job', uid, seq: 2, job: { ...view, phase: 'REMOVED' } }]);
    expect(await kept()).toEqual(['runs']);
    const { items } = pageOf(jobAnswer).parse((await call('GET', '/v1/tenants/default/jobs?phase=REMOVED')).body);
    const found = items.find((job) => jobAnswer.parse(job).name === 'ends');
    expect(found).toMatchObject({ phase: 'REMOVED' });
    expect(jobAnswer.parse(found).seen).toBeUndefined();
  });
});

test('nothing stays of a job that is removed while it is brought', async () => {
  const job = jobView({ uid: 'races', name: 'races' });
  await writeRecords(database.postgres, [{ kind: 'job', uid: 'races', seq: 1, job }]);
  const removal = await database.postgres.connect();
  try {
    await removal.query('begin');
    await removal.query(`update jobs set phase = 'REMOVED', seq = 2 where uid = 'races'`);
    let isAnswered = false;
    const brought = bring([fact(1, { uid: 'races' })]).finally(() => (isAnswered = true));
    const waits = `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%job_seen%'`;
    const isSettled = async () => isAnswered || (await database.postgres.query(waits)).rowCount === 1;
    await waitUntil(isSettled, { what: 'it to wait for the removal', timeoutMs: 60_000, stepMs: 5 });
    await removal.query(`delete from job_seen where uid = 'races'`);
    await removal.query('commit');
    expect(await brought).toMatchObject({ status: 200, body: { taken: 0, dropped: 1 } });
    expect(await kept()).toEqual([]);
  } finally {
    removal.release();
  }
});

describe('of two facts the newer one stays', () => {
  test.each<[string, Partial<JobFact>, number]>([
    ['a later look', { seq: 6 }, 6],
    ['the same look again', { seq: 5, seen: seen({ checkpoints: checkpoints(4) }) }, 5],
    ['an earlier look that comes late', { seq: 4 }, 5],
    ['the first look of the next attempt', { attemptMs: 2_000, seq: 1 }, 1],
    ['an attempt that comes back from a pause', { attemptMs: 500, seq: 99 }, 5],
    ['the next submission', { submission: 2, attemptMs: 500, seq: 2 }, 2],
  ])('%s', async (_what, change, expected) => {
    await bring([fact(5)]);
    await bring([fact(change.seq ?? 0, change)]);
    expect(await newest()).toBe(expected);
  });

  test('in one batch, too', async () => {
    expect(await bring([fact(3), fact(9), fact(1)])).toMatchObject({ body: { taken: 1, dropped: 2 } });
    expect(await newest()).toBe(9);
  });

  test('where a JobManager is silent from the start on, what it told of checkpoints before stays', async () => {
    await bring([fact(5)]);
    await bring([fact(1, { attemptMs: 2_000, seen: seen({ state: 'silent' }) })]);
    expect(await read('runs')).toEqual(seen({ state: 'silent', checkpoints: checkpoints(5) }));
  });
});

test('what an earlier submission has completed is none of the next one, whose JobManager is silent', async () => {
  await bring([fact(5)]);
  await bring([fact(1, { submission: 2, attemptMs: 2_000, seen: seen({ state: 'silent' }) })]);
  expect(await read('runs')).toEqual(seen({ state: 'silent' }));
});

describe('the sender', () => {
  const metrics = createAgentMetrics();
  let sender: SeenSender | undefined;
  const begin = (options: Partial<ConstructorParameters<typeof SeenSender>[0]> = {}) => {
    const send = seenTo({ server: api.url, cluster: 'local', token: () => agent });
    const log = pino({ level: 'silent' });
    sender = new SeenSender({ send, metrics, log, everyMs: 5, pauseMs: { first: 5, max: 20 }, ...options });
    return sender;
  };
  const until = (isSo: () => Promise<boolean>, what: string) =>
    waitUntil(isSo, { what, timeoutMs: 120_000, stepMs: 5 }).finally(() => sender?.stop());
  const waiting = async () => (await metrics.seenWaiting.get()).values[0]?.value ?? 0;

  test('keeps the newest of a job while the API is away, and brings it when it is back', async () => {
    await api.halt();
    const one = begin();
    for (const seq of [1, 2, 3]) one.note(fact(seq));
    expect(await waiting()).toBe(1);
    await api.resume();
    await until(async () => (await newest()) === 3, 'the newest to be brought');
    expect(await waiting()).toBe(0);
  });

  test('says nothing again that has not changed, until its age would mislead', async () => {
    const batches: (readonly JobFact[])[] = [];
    const send = async (jobs: readonly JobFact[]) => {
      batches.push(jobs);
      return { taken: jobs.length, dropped: 0 };
    };
    const one = begin({ send, againMs: 200 });
    one.note(fact(1));
    await waitUntil(async () => batches.length === 1, { what: 'the first batch', timeoutMs: 120_000, stepMs: 1 });
    one.note(fact(2, { seen: seen({ at: '2026-11-21T12:00:10.000Z', checkpoints: checkpoints(1) }) }));
    expect(await waiting()).toBe(0);
    const again = async () => {
      one.note(fact(3, { seen: seen({ checkpoints: checkpoints(1) }) }));
      return batches.length === 2;
    };
    await until(again, 'it to be said again');
    expect(batches[1]).toMatchObject([{ uid: 'runs', seq: 3 }]);
  });

  test('holds no more jobs than it may, and gives a batch up that is refused', async () => {
    await api.halt();
    const one = begin({ waitingMax: 2 });
    for (const uid of ['a', 'b', 'c']) one.note(fact(1, { uid, seen: seen({ restarts: -1 }) }));
    expect(await waiting()).toBe(2);
    await api.resume();
    await until(async () => (await waiting()) === 0, 'what is refused to be given up');
    const { values } = await metrics.seen.get();
    const counted = values.map(({ labels, value }) => [labels['outcome'], value]);
    expect(counted).toEqual(
      expect.arrayContaining([
        ['overflow', 1],
        ['refused', 2],
      ]),
    );
  });
});

function withPath(to: string): CheckpointsSeen {
  return { readAt: time, newest: { id: 1, path: to, completedAt: time }, failures: 0 };
}
