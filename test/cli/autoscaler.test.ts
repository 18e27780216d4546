import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decisionSummary, someDecisionRecord } from '../support/decisions.ts';
import { page, startFakeApi, type FakeApi } from './fake-api.ts';
import { runDrey } from './run-drey.ts';

let api: FakeApi;
beforeAll(async () => {
  api = await startFakeApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.asked.length = 0;
  api.routes = {};
});

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

  test('gives all of it to programs', async () => {
    api.routes = { [`GET ${decisions}/1`]: { body: whole } };
    const ran = await runDrey(api.server, ['autoscaler', 'counts', '--explain', '1', '-o', 'json']);
    expect(JSON.parse(ran.out)).toEqual(whole);
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
