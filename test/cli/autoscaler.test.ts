import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { decisionSummary, someDecisionRecord } from '../support/decisions.ts';
import { page, useFakeApi } from './fake-api.ts';
import { runDrey } from './run-drey.ts';

const api = useFakeApi();

const counts = '/v1/tenants/default/jobs/counts';
const decisions = `${counts}/decisions`;
const time = '2026-01-01T00:00:00.000Z';
const summary = decisionSummary({ at: time });
const refused = decisionSummary({
  number: 2,
  at: time,
  outcome: 'notCarriedOut',
  why: { code: 'HELD_OFF', text: 'Nothing is scaled until noon.' },
});
const { operation: _operation, pauseMs: _pause, ...held } = refused;
const autoscaler = { mode: 'active', profile: 'drey', waits: [], coolDowns: [], asked: [] };
const whole = someDecisionRecord({ at: time, operation: 5, pauseMs: 321 });

describe('autoscaler', () => {
  test('shows the newest decisions below what waits', async () => {
    const because = { code: 'NOT_NOW', text: 'It is busy.' };
    api.routes = {
      [`GET ${decisions}`]: page([held, summary]),
      [`GET ${counts}/autoscaler`]: { body: { ...autoscaler, heldOff: { until: time, times: 1, because } } },
    };
    const ran = await runDrey(api.server, ['autoscaler', 'counts']);
    expect(ran.out).toMatchInlineSnapshot(`
"Mode:      active, profile drey
Held off:  until 2026-01-01T00:00:00.000Z: It is busy.
DECISION   AGE   ACTION   OUTCOME                                 VERTICES     REASON                                                 WHY NOT
2          60m   scale    notCarriedOut                           Source 2→4   It can process 100 records/s; it needs 180 at least.   Nothing is scaled until noon.
1          60m   scale    carriedOut (operation 5, paused 0.3s)   Source 2→4   It can process 100 records/s; it needs 180 at least.   <none>
"
`);
    expect(api.asked[0]?.url).toBe(`${decisions}?limit=20`);
  });

  test('of a removed job shows its decisions alone', async () => {
    api.routes = { [`GET ${decisions}`]: page([summary]) };
    const ran = await runDrey(api.server, ['autoscaler', 'counts', '--uid', 'a1b2c3d4', '-o', 'name']);
    expect(ran).toMatchObject({ code: 0, out: 'decision/1\n' });
    expect(api.asked.map(({ url }) => url)).toEqual([`${decisions}?uid=a1b2c3d4&limit=20`]);
  });

  test('says so where nothing was decided', async () => {
    api.routes = { [`GET ${decisions}`]: page([]), [`GET ${counts}/autoscaler`]: { body: autoscaler } };
    const ran = await runDrey(api.server, ['autoscaler', 'counts']);
    expect(ran).toEqual({
      code: 0,
      out: 'Mode:  active, profile drey\n',
      err: 'Nothing was decided for job counts yet.\n',
    });
  });

  test('explains one, vertex by vertex', async () => {
    api.routes = { [`GET ${decisions}/1`]: { body: whole } };
    expect((await runDrey(api.server, ['autoscaler', 'counts', '--explain', '1'])).out).toMatchInlineSnapshot(`
"Decision:  1 (f00-1000)
Decided:   2026-01-01T00:00:00.000Z (60m ago)
Action:    scale
Outcome:   carriedOut (operation 5, paused 0.3s)
Mode:      active
Profile:   drey, version 1
Job:       revision 3, generation 2, submission 4
Reasons:   TOO_SMALL: It can process 100 records/s; it needs 180 at least.
Metrics:   NUM_TASK_SLOTS_USED 2

Vertex Source (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa): 2 → 4
  Reasons:     TOO_SMALL: It can process 100 records/s; it needs 180 at least.
  Limits:      MAX: 5 → 4. The spec allows 4.
  Arithmetic:  factor = 180 / 100 = 1.8
               parallelism = ⌈1.8 × 2⌉ = 4
  Metrics:     TRUE_PROCESSING_RATE 100
               TARGET_DATA_RATE 180
               LAG NaN
"
`);
  });

  test('explains memory that comes with it', async () => {
    const memoryAdvice = {
      options: { 'taskmanager.memory.process.size': '2560m' },
      removed: [],
      reasons: [{ code: 'HEAP_TOO_FULL', text: '90 % of the heap are alive.' }],
    };
    api.routes = { [`GET ${decisions}/1`]: { body: { ...whole, memoryBytes: 2560 * 2 ** 20, memoryAdvice } } };
    const { out } = await runDrey(api.server, ['autoscaler', 'counts', '--explain', '1']);
    expect(out).toContain('Gives:     2560Mi of memory to each TaskManager\n');
    expect(out).toContain(
      'Memory:    taskmanager.memory.process.size: 2560m\n           90 % of the heap are alive.\n',
    );
  });

  test('gives all of it to programs', async () => {
    api.routes = { [`GET ${decisions}/1`]: { body: whole } };
    const ran = await runDrey(api.server, ['autoscaler', 'counts', '--explain', '1', '-o', 'json']);
    expect(JSON.parse(ran.out)).toEqual(whole);
  });
});

const simulation = {
  from: '2025-12-31T20:00:00.000Z',
  to: '2026-01-01T01:00:00.000Z',
  profile: 'drey',
  summary: {
    judged: 590,
    notJudged: 10,
    hours: 4.9,
    done: { rescales: 1, slotHours: 30.5 },
    would: { rescales: 2, slotHours: 26 },
    differing: 1,
  },
  items: [
    {
      at: '2025-12-31T21:00:00.000Z',
      until: '2025-12-31T21:01:00.000Z',
      done: { decision: 7, outcome: 'carriedOut' },
      differs: false,
      vertices: [{ id: 'a', name: 'Source', parallelism: 2, done: 4, would: 4 }],
      reason: { code: 'TOO_SMALL', text: 'It needs more.' },
    },
    {
      at: time,
      until: time,
      differs: true,
      vertices: [{ id: 'a', name: 'Source', parallelism: 4, done: 4, would: 2 }],
      reason: { code: 'TOO_LARGE', text: 'It needs less.' },
    },
  ],
  caveats: ['Nobody knows what would have followed.'],
};

describe('autoscaler --simulate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drey-policy-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'policy.yaml');
  writeFileSync(file, 'profile: drey\nmax: 4 # at most\n');
  const path = `${counts}/autoscaler/simulate`;
  const args = ['autoscaler', 'counts', '--simulate', file];

  test('sends the policy of the file, and shows what was done beside what would have been', async () => {
    api.routes = { [`POST ${path}`]: { body: simulation } };
    const ran = await runDrey(api.server, args);
    expect(ran.out).toMatchInlineSnapshot(`
"From:       2025-12-31T20:00:00.000Z to 2026-01-01T01:00:00.000Z, 4.9 h of it measured
Profile:    drey
Judged:     590 moments; 10 not, for want of samples
Was done:   1 rescales, 30.5 slot-hours
Would be:   2 rescales, 26 slot-hours, estimated
Differing:  1
TIME                       VERTEX   WAS DONE                      WOULD BE DONE   DIFFERS   REASON
2025-12-31T21:00:00.000Z   Source   2→4 (decision 7 carriedOut)   2→4             no        It needs more.
2026-01-01T00:00:00.000Z   Source   nothing                       4→2             yes       It needs less.
"
`);
    expect(ran).toMatchObject({ code: 0, err: 'Nobody knows what would have followed.\n' });
    expect(api.asked).toMatchObject([
      {
        body: { profile: 'drey', max: 4 },
        url: `${path}?from=2025-12-31T20%3A00%3A00.000Z&to=2026-01-01T01%3A00%3A00.000Z`,
      },
    ]);
  });

  test('gives all of it to programs, of the time that is asked for', async () => {
    api.routes = { [`POST ${path}`]: { body: simulation } };
    const ran = await runDrey(api.server, [...args, '--since', '30m', '--uid', 'a1b2c3d4', '-o', 'json']);
    expect(JSON.parse(ran.out)).toEqual(simulation);
    expect(api.asked[0]?.url).toContain('uid=a1b2c3d4&from=2026-01-01T00%3A30');
  });

  test('reads the policy from its input, where none of its fields need be', async () => {
    api.routes = { [`POST ${path}`]: { body: { ...simulation, items: [] } } };
    const ran = await runDrey(api.server, ['autoscaler', 'counts', '--simulate', '-'], { input: '# defaults\n' });
    expect(api.asked[0]?.body).toEqual({});
    expect(ran.err).toContain('Nothing was decided for job counts then, nor would have been.');
  });

  test.each([
    ['that is not there', '/nowhere/policy.yaml', ''],
    ['that is no YAML', '-', 'max: [1'],
  ])('refuses a file %s, and asks nobody', async (_, name, input) => {
    const ran = await runDrey(api.server, ['autoscaler', 'counts', '--simulate', name], { input });
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(`cannot read the policy in ${name}`);
    expect(api.asked).toEqual([]);
  });

  test('says what the API has against the policy, and what to do', async () => {
    const problem = {
      code: 'POLICY_REFUSED',
      status: 422,
      title: 't',
      detail: 'min must not be above `max`.',
      cure: 'Mend it.',
    };
    api.routes = { [`POST ${path}`]: { status: 422, body: problem } };
    const ran = await runDrey(api.server, args);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('min must not be above `max`.');
    expect(ran.err).toContain('Mend it.');
  });
});

describe('autoscale', () => {
  const asked = { status: 202, body: { key: 'k' } };
  const decide = `POST ${counts}/autoscaler/decide`;

  test('asks for a decision, and says by which key it is found', async () => {
    api.routes = { [decide]: asked };
    const ran = await runDrey(api.server, ['autoscale', 'counts', '--now']);
    expect(ran).toEqual({ code: 0, out: 'flinkjob/counts asked for a decision (key k)\n', err: '' });
    expect(api.asked[0]?.headers['idempotency-key']).toMatch(/^[\w-]{36}$/);
  });

  test('with --wait follows the decision until it is carried out, and explains it', async () => {
    const underWay = decisionSummary({ outcome: 'underWay' });
    api.routes = {
      [decide]: asked,
      [`GET ${decisions}`]: [page([]), page([underWay]), page([summary])],
      [`GET ${decisions}/1`]: { body: whole },
    };
    const ran = await runDrey(api.server, ['autoscale', 'counts', '--now', '--wait']);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('carriedOut (operation 5, paused 0.3s)');
    expect(api.asked.at(-2)?.url).toBe(`${decisions}?asked=k&limit=1`);
  });

  test('with --wait fails as what is done by it fails', async () => {
    const failed = decisionSummary({ outcome: 'failed', why: { code: 'NO_SLOTS', text: 'There is no room.' } });
    api.routes = { [decide]: asked, [`GET ${decisions}`]: page([failed]), [`GET ${decisions}/1`]: { body: whole } };
    const ran = await runDrey(api.server, ['autoscale', 'counts', '--now', '--wait']);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('decision 1 failed: There is no room.');
  });

  test('without --now asks nobody', async () => {
    expect(await runDrey(api.server, ['autoscale', 'counts'])).toMatchObject({ code: 2 });
    expect(api.asked).toEqual([]);
  });
});
