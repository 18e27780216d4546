/**
 * The autoscaler on a real job, by what Flink itself says of records that wait and of how busy its tasks are. `npm test` draws one of these
 * cases by a seed; `DREY_TEST_CELLS=all` has all.
 */
import { afterAll, afterEach, describe, expect } from '@jest/globals';
import type { DecisionSummary } from '../../clients/drey/autoscaler-shapes.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { showBroken, type BrokenCase } from '../support/broken-cases.ts';
import { endsWhole } from '../support/broken-job.ts';
import { advisedFor } from '../support/asked-advice.ts';
import { arm, awaitReached, disarm, keepingAlive } from '../support/crash-points.ts';
import { apply, ended, tenant } from '../support/e2e-job.ts';
import { Figures } from '../support/figures.ts';
import { expectEnough, expectFits } from '../support/fitting.ts';
import { setFault } from '../support/ledger.ts';
import { ledgerFolders, removeLedger } from '../support/ledger-spec.ts';
import { drey, killAndRestart, killPart } from '../support/running-stack.ts';
import {
  behind,
  changePolicy,
  drained,
  measuredFor,
  perSubtask,
  scaledJob,
  setLoad,
  usualRate,
  waiting,
  waitMicros,
  windows,
  workersOf,
  type Autoscaler,
} from '../support/scaled-job.ts';
import {
  decided,
  decisionInHistory,
  decisionsOf,
  expectNoActions,
  expectReadable,
  judgedAs,
} from '../support/seen-decisions.ts';

const figures = new Figures('autoscaler');
const doubled = 2 * usualRate;
const tripled = 3 * doubled;
const always = [{ cron: '* * * * *', timeZone: 'UTC', lasts: '2m' }];

/** Deploys it with a ledger of its own. @param before sets what it finds when it begins. */
async function begun(name: string, more: Partial<Autoscaler> = {}, before?: () => void): Promise<void> {
  removeLedger(name);
  before?.();
  const named = { what: `the name ${name} to be free`, timeoutMs: 60_000, stepMs: 200 };
  const number = await waitUntil(() => apply(scaledJob(name, more)), named);
  expect(await ended(name, number)).toMatchObject({ state: 'succeeded' });
}

/** How often the job was scaled, and that each time was one decision and one operation. */
async function expectScaled(name: string, times: number): Promise<void> {
  const scalings = (await decisionsOf(name)).filter(({ action }) => action === 'scale');
  expect(scalings.map(({ outcome }) => outcome)).toEqual(Array.from({ length: times }, () => 'carriedOut'));
  const { items } = await drey().listOperations({ tenant, name });
  const rescales = items.filter(({ kind }) => kind === 'rescale').map(({ number }) => number);
  expect(rescales.toSorted((one, other) => one - other)).toEqual(scalings.map(({ operation }) => operation));
}

/** The job has to grow, and is held: nothing is done about it, whatever gathers meanwhile. @returns the decision's number. */
async function heldBy(name: string, code: string): Promise<number> {
  const held = await judgedAs(name, code);
  expect(held).toMatchObject({ action: 'none', outcome: 'nothing' });
  const before = await waiting(name);
  await expectNoActions(name);
  expect(await waiting(name)).toBeGreaterThan(before);
  expect(await workersOf(name)).toBe(1);
  await expectReadable(name, held);
  return held.number;
}

/** Who only knows its Flink cluster says the same. What little is too much, `drey` passes over until it was seen to be too much. */
async function advisedFromOutside(name: string): Promise<void> {
  const asked = figures.begin();
  expect(await advisedFor(name, 'flink-operator-main')).toBeGreaterThan(1);
  figures.note('from asked for advice to the advice of flink-operator-main', asked);
  const grows = async () => (await advisedFor(name, 'drey')) > 1;
  await waitUntil(grows, { what: `advice of drey that ${name} grows`, timeoutMs: 240_000, stepMs: 100 });
  figures.note('from asked for advice to that of both profiles', asked);
}

async function heldThenAdvisedThenScaled(name: string): Promise<void> {
  await begun(name, { blackouts: always }, () => setLoad(name, doubled));
  const running = figures.begin();
  await heldBy(name, 'BLACKOUT');
  figures.note('from running to judged, and at rest in a blackout', running);
  const bounded = figures.begin();
  await changePolicy(name, { max: 1 });
  const held = await heldBy(name, 'BOUNDS');
  figures.note('from its maximum to judged, and at rest there', bounded);

  await changePolicy(name, { mode: 'advise' });
  const advised = await decided(name, held + 1, 'advised');
  expect(advised).toMatchObject({ changes: [{ from: 1, to: 2, name: expect.stringMatching(/^ledger/) }] });
  await advisedFromOutside(name);
  await expectNoActions(name);
  expect(await workersOf(name)).toBe(1);
  await expectReadable(name, advised);

  const acts = figures.begin();
  await changePolicy(name, { mode: 'active' });
  const scaled = await decided(name, advised.number + 1, 'carriedOut');
  figures.note(`from active to ${scaled.changes[0]?.to} subtasks, paused for ${scaled.pauseMs} ms`, acts);
  await expectFits(name, scaled, doubled, waitMicros);
  await drained(name, doubled);
  figures.note('from active to drained', acts);
  await expectReadable(name, scaled);
  await expectScaled(name, 1);
  await endsWhole(name);
}

/**
 * Five minutes behind, and due in half of that. Its one subtask would work that off within 6½ minutes: so it is late for all of the minute and a
 * half until it may be judged. With a deadline like the backlog, it was not, once it had worked off a quarter meanwhile.
 */
async function worksOffBacklog(name: string): Promise<void> {
  const minutes = 5;
  await begun(name, { catchUp: { within: '150s' } });
  setLoad(name, 10 * perSubtask);
  await behind(name, minutes * 60 * usualRate);
  setLoad(name, usualRate);
  const isBehind = figures.begin();

  const grown = await decided(name, 1, 'carriedOut');
  expect(grown.reasons[0]?.code).toBe('BACKLOG');
  const most = await workersOf(name);
  expect(most).toBeGreaterThan(1);
  figures.note(`from ${minutes} minutes behind to ${most} subtasks, paused for ${grown.pauseMs} ms`, isBehind);
  await expectReadable(name, grown);
  await drained(name, usualRate);
  figures.note(`from ${minutes} minutes behind to drained`, isBehind);

  const shrunk = await decided(name, grown.number + 1, 'carriedOut');
  figures.note(`from ${minutes} minutes behind to what the load needs`, isBehind);
  expect(shrunk.reasons[0]?.code).toBe('TOO_LARGE');
  await expectReadable(name, shrunk);
  expect(await workersOf(name)).toBe(1);
  await expectScaled(name, 2);
  await endsWhole(name);
}

/** Scaled once for a load that has just come. @returns the parallelism. */
async function followed(name: string, rate: number, what: string): Promise<number> {
  const from = (await decisionsOf(name)).length + 1;
  const changed = figures.begin();
  setLoad(name, rate);
  const { operation = 0 } = await decided(name, from, 'underWay', 'carriedOut');
  figures.note(`${what}: to the decision`, changed);
  expect(await ended(name, operation)).toMatchObject({ kind: 'rescale', state: 'succeeded' });
  const decision = await decided(name, from, 'carriedOut');
  const subtasks = await expectFits(name, decision, rate, waitMicros);
  figures.note(`${what}: to ${subtasks} subtasks, paused for ${decision.pauseMs} ms`, changed);
  await drained(name, rate);
  figures.note(`${what}: to drained`, changed);
  await expectReadable(name, decision);
  return subtasks;
}

/**
 * It grew twice, then shrank, and did not waver. In two steps where a record took longer at the fall than later, on a machine that had much to do.
 * @returns its scalings, the oldest first.
 */
async function scaledWithItsLoad(name: string): Promise<readonly DecisionSummary[]> {
  const scalings = (await decisionsOf(name)).filter(({ action }) => action === 'scale');
  const turns = scalings.map(({ changes: [change] }) => Math.sign((change?.to ?? 0) - (change?.from ?? 0)));
  expect(turns.join(' ')).toMatch(/^1 1 -1( -1)?$/);
  return scalings;
}

async function followsItsLoad(name: string): Promise<void> {
  await begun(name);
  await judgedAs(name, 'AT_TARGET');
  await expectNoActions(name);
  const few = await followed(name, doubled, 'doubled');
  expect(few).toBeGreaterThan(1);
  const many = await followed(name, tripled, 'tripled');
  expect(many).toBeGreaterThan(few);
  expect(await followed(name, usualRate, 'fallen')).toBeLessThan(many);
  await judgedAs(name, 'AT_TARGET');
  await expectNoActions(name);
  // The first three were looked at as they were made. A step down after these led to where the job is now.
  const scalings = await scaledWithItsLoad(name);
  for (const last of scalings.slice(3)) {
    await expectFits(name, last, usualRate, waitMicros);
    await expectReadable(name, last);
  }
  await expectScaled(name, scalings.length);
  const atRest = await judgedAs(name, 'AT_TARGET');
  await expectEnough(name, atRest.id, usualRate, waitMicros);
  await expectReadable(name, atRest);
  await endsWhole(name);
}

async function outlivesCrashes(name: string): Promise<void> {
  await begun(name);
  setFault(ledgerFolders(name).control, 'wait-us', 2 * waitMicros);
  // What was measured is sent some seconds later: by then it is in the middle of the window by which it would have been scaled.
  await measuredFor(name, windows.settleMs);
  expect(await decisionsOf(name)).toEqual([]);
  const killedAtMs = Date.now();
  const killed = figures.begin();
  await killAndRestart('agent');

  arm({ activity: 'decideScaling', when: 'after', action: 'kill' });
  const scaled = await keepingAlive(async () => {
    await awaitReached('a decision that its worker does not outlive');
    figures.note('from the death of the agent to the decision', killed);
    arm({ activity: 'requestScaling', when: 'after', action: 'kill' });
    await awaitReached('a request that its worker does not outlive');
    disarm();
    const isRescaling = async () => {
      const { items } = await drey().listOperations({ tenant, name });
      return items.some(({ kind, steps }) => kind === 'rescale' && steps.length > 0);
    };
    await waitUntil(isRescaling, { what: `${name} to be rescaled`, timeoutMs: 120_000, stepMs: 20 });
    await killPart('worker');
    return decided(name, 1, 'carriedOut');
  });
  figures.note('from there to carried out, through three deaths of the worker', killed);
  expect(scaled).toMatchObject({ number: 1, changes: [{ from: 1 }] });
  const { input } = await decisionInHistory(name, scaled.id);
  const [first] = input.samples;
  expect(first?.atMs).toBeGreaterThan(killedAtMs);
  expect(input.nowMs - (first?.atMs ?? 0)).toBeLessThan(2 * windows.windowMs);
  await expectFits(name, scaled, usualRate, 2 * waitMicros);
  await expectReadable(name, scaled);
  await drained(name, usualRate);
  await expectScaled(name, 1);
  await endsWhole(name);
}

const cases: readonly BrokenCase[] = [
  [
    'is held by a blackout window, by its maximum, then advised, each at no action; then it is scaled',
    (name) => heldThenAdvisedThenScaled(name),
  ],
  ['works off a backlog, and is as small as before then', (name) => worksOffBacklog(name)],
  [
    'has twice the load, then six times as much, then what it had; and costs no action while that is steady',
    (name) => followsItsLoad(name),
  ],
  [
    'has one vertex that takes longer: that one grows, once, though the agent dies in its window, and the worker while it acts',
    (name) => outlivesCrashes(name),
  ],
];

describe('a job with real lag and real busy time', () => {
  afterAll(() => figures.print());

  afterEach(() => disarm());

  showBroken('scaled', cases);
});
