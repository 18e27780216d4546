import { describe, expect, test } from '@jest/globals';
import { jobView, operationRecord } from '../support/records.ts';
import { page, problem, useFakeApi } from './fake-api.ts';
import { runDrey } from './run-drey.ts';

const api = useFakeApi();

const counts = '/v1/tenants/default/jobs/counts';
const at = (seconds: number) => new Date(Date.parse('2026-01-01T00:00:00.000Z') + seconds * 1000).toISOString();

const current = operationRecord({
  number: 2,
  revision: 2,
  requestedAt: at(3000),
  startedAt: at(3001),
  steps: [
    { name: 'objectsApplied', title: 'Objects applied', state: 'done', startedAt: at(3001), endedAt: at(3001.25) },
    { name: 'slots', title: 'Slots registered', state: 'running', startedAt: at(3540), detail: '1 of 2 slots' },
  ],
});
const first = operationRecord({
  state: 'failed',
  revision: 1,
  startedAt: at(0),
  endedAt: at(65),
  failure: { code: 'CRASH_LOOP', message: 'It exits.', cure: 'Mend it.', evidence: 'boom' },
});
const events = [
  { operation: 2, seq: 1, at: at(3001), type: 'stepDone', text: 'Objects applied' },
  { operation: 0, seq: 1, at: at(0), type: 'specAccepted', text: 'Revision 1 by tester' },
];
const job = jobView({
  phase: 'DEPLOYING',
  revision: 2,
  operation: 2,
  generation: { number: 1, revision: 1, flinkJobId: 'f00d', name: 'counts-a1b2c3d4-1' },
  failure: { code: 'CRASH_LOOP', message: 'It exits.', cure: 'Mend it.', evidence: 'boom\nbang' },
});

test('describe job tells the whole story, in the order in which one asks for it', async () => {
  api.routes = {
    [`GET ${counts}`]: { body: job },
    [`GET ${counts}/operations`]: page([current, first]),
    [`GET ${counts}/events`]: page(events),
  };
  const { code, out, err } = await runDrey(api.server, ['describe', 'job', 'counts']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatchInlineSnapshot(`
"Name:         counts
Tenant:       default
UID:          a1b2c3d4
Created:      2026-01-01T00:00:00.000Z (60m ago)
Changed:      2026-01-01T00:00:00.000Z (60m ago)
Phase:        DEPLOYING
Revision:     2
Cluster:      local, namespace flink
Flink:        2.3, dedicated
Job:          local:///opt/flink/usrlib/counts.jar, parallelism 1
JobManager:   1 × cpu 500m, memory 1Gi
TaskManager:  as needed × 1 slots, cpu 1, memory 1728Mi
Generation:   1 of revision 1, objects counts-a1b2c3d4-1
Flink job:    f00d
Failure:
  Code:     CRASH_LOOP
  Message:  It exits.
  Cure:     Mend it.
  Evidence:
    boom
    bang

Current operation:
  Operation:  2 deploy
  State:      running
  Reason:     a new spec
  Requested:  2026-01-01T00:50:00.000Z by tester
  Started:    2026-01-01T00:50:01.000Z
  Revision:   2
  Steps:
    STEP               STATE     TIME    DETAIL
    Objects applied    done      0.3s    <none>
    Slots registered   running   1m00s   1 of 2 slots

Operations:
  OPERATION   KIND     STATE     REVISION   DURATION   BY       AGE   STEP               REASON
  2           deploy   running   2          9m59s      tester   10m   Slots registered   a new spec
  1           deploy   failed    1          1m05s      tester   60m   <none>             CRASH_LOOP

Events:
  AGE     OPERATION   TYPE           MESSAGE
  60m     <none>      specAccepted   Revision 1 by tester
  9m59s   2           stepDone       Objects applied
"
`);
});

async function describeWith(operations: readonly object[], view = jobView()): Promise<string> {
  api.routes = {
    [`GET ${counts}`]: { body: view },
    [`GET ${counts}/operations`]: page(operations),
    [`GET ${counts}/events`]: page([]),
  };
  return (await runDrey(api.server, ['describe', 'job', 'counts'])).out;
}

const shownWithout = (missing: string) =>
  `warning: PostgreSQL does not answer now: flinkjob/counts is shown without its ${missing}\n`;

describe('while PostgreSQL is away', () => {
  const away = problem('RECORDS_AWAY', 503, 'This needs PostgreSQL, which does not answer now.');
  const lists = { [`GET ${counts}/operations`]: away, [`GET ${counts}/events`]: away };

  test('describe shows the job and what is under way, and says which lists are missing', async () => {
    api.routes = {
      ...lists,
      [`GET ${counts}`]: { body: { ...job, upcoming: 2 } },
      [`GET ${counts}/operations/2`]: { body: current },
      [`GET ${counts}/savepoints`]: away,
    };
    const { code, out, err } = await runDrey(api.server, ['describe', 'job', 'counts']);
    expect({ code, err }).toEqual({ code: 0, err: shownWithout('earlier operations, events, savepoints') });
    expect(out).toMatch(/^Phase: +DEPLOYING$/m);
    expect(out).toMatch(/^ {2}Cure: +Mend it\.$/m);
    expect(out).toMatch(/\nCurrent operation:\n {2}Operation: +2 deploy\n/);
    expect(out).not.toMatch(/^Events:/m);
  });

  test('describe shows the job alone where its workflow does not answer any more either', async () => {
    const { operation: _, ...idle } = job;
    for (const view of [idle, job]) {
      api.routes = { ...lists, [`GET ${counts}`]: { body: view }, [`GET ${counts}/operations/2`]: away };
      const { code, out, err } = await runDrey(api.server, ['describe', 'job', 'counts']);
      expect({ code, err }).toEqual({ code: 0, err: shownWithout('earlier operations, events') });
      expect(out).toMatch(/^Failure:\n {2}Code: +CRASH_LOOP$/m);
    }
  });

  test('describe fails where a list is refused for another reason', async () => {
    const refused = problem('NOT_ALLOWED', 403, 'That is not yours.');
    api.routes = { ...lists, [`GET ${counts}`]: { body: job }, [`GET ${counts}/events`]: refused };
    expect(await runDrey(api.server, ['describe', 'job', 'counts'])).toMatchObject({ code: 1, out: '' });
  });
});

test('describe shows the jobs that there are, and fails for the one that there is not', async () => {
  await describeWith([]);
  const { code, out, err } = await runDrey(api.server, ['describe', 'job', 'other', 'counts']);
  expect({ code, name: out.split('\n')[0] }).toEqual({ code: 1, name: expect.stringMatching(/^Name: +counts$/) });
  expect(err).toMatch(/^error: There is no such job/);
});

describe('the newest operation that has ended', () => {
  const failure = { code: 'SAVEPOINT_FAILED', message: 'It was declined.', cure: 'See its checkpoints.' } as const;
  const taken = operationRecord({ number: 3, kind: 'savepoint', state: 'failed', endedAt: at(9), failure });
  const running = operationRecord({ number: 4 });

  test('says why it failed and what to do, where it has left the job as it was', async () => {
    expect(await describeWith([running, taken, first])).toContain(
      [
        'Operation 3 (savepoint) failed:',
        '  Code:     SAVEPOINT_FAILED',
        '  Message:  It was declined.',
        '  Cure:     See its checkpoints.\n',
      ].join('\n'),
    );
  });

  test.each<[string, readonly object[], ReturnType<typeof jobView>]>([
    ['the job says it itself', [taken], jobView({ failure })],
    ['somebody wanted it to give up', [{ ...taken, state: 'aborted' }], jobView()],
    ['a later one has succeeded', [operationRecord({ number: 4, state: 'succeeded' }), taken], jobView()],
  ])('is not told where %s', async (_, operations, view) => {
    expect(await describeWith(operations, view)).not.toMatch(/Operation 3 \(savepoint\)/);
  });
});

test('revisions lists the specs that there were, and prints them whole', async () => {
  const { spec } = jobView();
  const acceptedAt = '2026-01-01T00:00:00.000Z';
  const older = { revision: 1, spec, specHash: 'a', acceptedBy: 'tester', acceptedAt };
  const scaled = { ...spec, spec: { ...spec.spec, job: { ...spec.spec.job, parallelism: 8 } } };
  const newer = { ...older, revision: 2, spec: scaled, acceptedBy: 'drey', acceptedAt: '2026-01-01T00:59:00.000Z' };
  const pages = { [`GET ${counts}/revisions`]: [page([newer], 'next'), page([older])] };
  api.routes = pages;
  expect((await runDrey(api.server, ['revisions', 'counts'])).out).toBe(
    [
      'REVISION   STATE     FLINK   PARALLELISM   BY       AGE',
      '2          running   2.3     8             drey     60s',
      '1          running   2.3     1             tester   60m',
      '',
    ].join('\n'),
  );
  api.routes = pages;
  const { out } = await runDrey(api.server, ['revisions', 'job', 'counts', '-o', 'json']);
  expect(JSON.parse(out)).toEqual({ apiVersion: 'drey.dev/v1', kind: 'RevisionList', items: [newer, older] });
});

test.each(['operations', 'revisions'])('%s are found by the uid of a job that was removed', async (command) => {
  api.routes = { [`GET ${counts}/${command}`]: page([]) };
  const ran = await runDrey(api.server, [command, 'counts', '--uid', 'abcdefgh']);
  expect(ran).toMatchObject({ code: 0, err: `No ${command} found for job counts.\n` });
  expect(api.asked.map(({ url }) => new URL(url, api.server).searchParams.get('uid'))).toEqual(['abcdefgh']);
});

test.each(['operations', 'revisions'])(
  '%s lists the newest 100 unless told, and says that there are more',
  async (command) => {
    const revision = { spec: jobView().spec, specHash: 'a', acceptedBy: 'tester', acceptedAt: at(0) };
    const items = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) =>
        command === 'operations' ? operationRecord({ number: from - index }) : { ...revision, revision: from - index },
      );
    const limits = () => api.asked.map(({ url }) => new URL(url, api.server).searchParams.get('limit'));
    api.routes = { [`GET ${counts}/${command}`]: page(items(900, 100), 'next') };
    const few = await runDrey(api.server, [command, 'counts', '-o', 'name']);
    expect(few.out.trim().split('\n')).toHaveLength(100);
    expect([few.err, limits()]).toEqual([`These are the newest 100 ${command}: --limit N lists more.\n`, ['100']]);
    api.asked.length = 0;
    api.routes = { [`GET ${counts}/${command}`]: [page(items(900, 500), 'next'), page(items(400, 400))] };
    const all = await runDrey(api.server, [command, 'counts', '-o', 'name', '--limit', '1000']);
    expect(all.out.trim().split('\n')).toHaveLength(900);
    expect([all.err, limits()]).toEqual(['', ['500', '500']]);
  },
);

test('operations takes no --limit that is no number above 0', async () => {
  expect(await runDrey(api.server, ['operations', 'counts', '--limit', '0'])).toMatchObject({ code: 2 });
});

test('operations lists them, and operation shows one with its steps', async () => {
  api.routes = {
    [`GET ${counts}/operations`]: page([current, first]),
    [`GET ${counts}/operations/1`]: { body: first },
  };
  expect((await runDrey(api.server, ['operations', 'counts'])).out).toMatchInlineSnapshot(`
"OPERATION   KIND     STATE     REVISION   DURATION   BY       AGE
2           deploy   running   2          9m59s      tester   10m
1           deploy   failed    1          1m05s      tester   60m
"
`);
  expect((await runDrey(api.server, ['operation', 'counts', '1'])).out).toMatchInlineSnapshot(`
"Operation:  1 deploy
State:      failed in 1m05s
Reason:     a new spec
Requested:  2026-01-01T00:00:00.000Z by tester
Started:    2026-01-01T00:00:00.000Z
Ended:      2026-01-01T00:01:05.000Z
Revision:   1
Failure:
  Code:     CRASH_LOOP
  Message:  It exits.
  Cure:     Mend it.
  Evidence:
    boom
"
`);
  const { out } = await runDrey(api.server, ['operation', 'job/counts', '1', '-o', 'json']);
  expect(JSON.parse(out)).toEqual(first);
});

test('an operation says what one should know although it has succeeded', async () => {
  const notices = [{ code: 'COMMITTED_TWICE' as const, message: 'Records may have been committed twice.' }];
  const told = operationRecord({ state: 'succeeded', startedAt: at(0), endedAt: at(65), notices });
  api.routes = { [`GET ${counts}/operations/1`]: { body: told } };
  const { out } = await runDrey(api.server, ['operation', 'counts', '1']);
  expect(out).toMatch(/^To know: +COMMITTED_TWICE: Records may have been committed twice\.$/m);
});

test('describe job says when it was last seen, where nobody observes it', async () => {
  api.routes = {
    [`GET ${counts}`]: { body: jobView({ lastSeen: at(3560) }) },
    [`GET ${counts}/operations`]: page([]),
    [`GET ${counts}/events`]: page([]),
  };
  const { out } = await runDrey(api.server, ['describe', 'job', 'counts']);
  expect(out).toContain(
    `Last seen:    ${at(3560)} (40s ago): no agent of local observes it now, see drey get clusters\n`,
  );
});

describe('what was seen of a job last says from where a resume would start', () => {
  const seen = {
    at: at(3592),
    generation: 1,
    state: 'RUNNING' as const,
    tasks: { running: 3, total: 4 },
    restarts: 2,
    taskManagers: { ready: 1, wanted: 2 },
    slots: { total: 2, free: 0 },
  };
  const newest = { id: 77, path: 'file:/c/chk-77', completedAt: at(3588), durationMs: 400, sizeBytes: 3_565_158 };
  const read = { readAt: at(3595), failures: 0 };

  test.each([
    ['its newest checkpoint', { ...read, newest }, '12s ago, 3.4 MiB, took 0.4 s, file:/c/chk-77 (read 5s ago)'],
    ['that it has none', read, 'none since it was submitted (read 5s ago)'],
    [
      'that it would be lost',
      { ...read, newest: { id: 1, completedAt: at(3588) } },
      '12s ago, in the JobManager’s memory only: it is lost with it (read 5s ago)',
    ],
  ])('%s', async (_what, checkpoints, expected) => {
    api.routes = {
      [`GET ${counts}`]: { body: { ...job, seen: { ...seen, checkpoints } } },
      [`GET ${counts}/operations`]: page([]),
      [`GET ${counts}/events`]: page([]),
    };
    const { out } = await runDrey(api.server, ['describe', 'job', 'counts']);
    expect(out).toMatch(/^Seen: +RUNNING, 3 of 4 tasks, 2 restarts, 1 of 2 TaskManagers, 2 slots, 0 free \(8s ago\)$/m);
    expect(out).toContain(`Newest checkpoint:  ${expected}\n`);
    expect(out).not.toContain('Failed since');
  });

  test('and which generation that was of, and what has failed since', async () => {
    const checkpoints = { ...read, newest, failures: 3 };
    api.routes = {
      [`GET ${counts}`]: { body: { ...job, seen: { ...seen, generation: 4, checkpoints } } },
      [`GET ${counts}/operations`]: page([]),
      [`GET ${counts}/events`]: page([]),
    };
    const { out } = await runDrey(api.server, ['describe', 'job', 'counts']);
    expect(out).toMatch(/^Seen: .* \(8s ago, generation 4\)$/m);
    expect(out).toMatch(/^Failed since: +3 checkpoints$/m);
    api.routes = { 'GET /v1/tenants/default/jobs': page([{ ...job, seen: { ...seen, checkpoints } }]) };
    expect((await runDrey(api.server, ['get', 'jobs', '-o', 'wide'])).out).toMatch(/CHECKPOINT +.*\n.* 12s +f00d /);
  });
});

test('get clusters shows whether their agents are there', async () => {
  const cluster = { name: 'local', description: 'dev', labels: {}, createdAt: at(0), updatedAt: at(0) };
  const agent = { state: 'connected', lastSeen: at(3595) };
  api.routes = { 'GET /v1/clusters': page([{ ...cluster, agent }]) };
  expect((await runDrey(api.server, ['get', 'clusters'])).out).toBe(
    'NAME    AGENT       LAST-SEEN   UNKNOWN-JOBS   AGE\nlocal   connected   5s          <none>         60m\n',
  );
  const both = { ...agent, count: 2, lastObserved: at(3580) };
  api.routes = { 'GET /v1/clusters': page([{ ...cluster, agent: both }]) };
  const { out } = await runDrey(api.server, ['get', 'clusters', '-o', 'wide']);
  expect(out).toMatch(/AGE +AGENTS +OBSERVED +DESCRIPTION\nlocal .* 60m +2 +20s +dev\n$/);
});

test('clusters are shown with the jobs that no workflow knows', async () => {
  const unknownJobs = { count: 21, jobs: ['default/orders'], at: at(3000) };
  const agent = { state: 'connected', lastSeen: at(3595), unknownJobs };
  const cluster = { name: 'local', description: 'dev', labels: {}, createdAt: at(0), updatedAt: at(0), agent };
  api.routes = { 'GET /v1/clusters': page([cluster]), 'GET /v1/clusters/local': { body: cluster } };
  expect((await runDrey(api.server, ['get', 'clusters'])).out).toMatch(/UNKNOWN-JOBS +AGE\nlocal .* 21 +60m\n$/);
  const { out } = await runDrey(api.server, ['describe', 'cluster', 'local']);
  expect(out).toContain('    count: 21\n    jobs:\n      - default/orders\n');
});

describe('logs', () => {
  test('writes the log as it comes, and asks for what the flags say', async () => {
    api.routes = { [`GET ${counts}/logs`]: { body: 'line 1\nzwei Ä\n' } };
    const args = ['logs', 'job', 'counts', '--component', 'taskmanager', '--pod', 'tm-1', '-f', '--tail', '5'];
    expect(await runDrey(api.server, args)).toEqual({ code: 0, out: 'line 1\nzwei Ä\n', err: '' });
    expect(api.asked[0]?.url).toBe(`${counts}/logs?component=taskmanager&pod=tm-1&follow=true&tail=5`);
  });

  test('fails when there is no such job', async () => {
    expect(await runDrey(api.server, ['logs', 'gone'])).toMatchObject({ code: 1, out: '' });
  });
});
