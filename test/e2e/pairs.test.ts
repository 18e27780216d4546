/**
 * API, worker and agent as two processes each: any of them is killed, stands still, or is cut off from the network while an operation
 * runs, and the operation ends right. `npm test` draws one of the faults by a seed and lets it last 15 s;
 * `DREY_TEST_CELLS=all` has all, for a minute each.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DreyProcess } from '../../deploy/dev/builds.ts';
import { pause, waitUntil } from '../../deploy/dev/process.ts';
import { applied, awaitPhase, ended, removed, tenant } from '../support/e2e-job.ts';
import { drawn, seed } from '../support/drawn.ts';
import { livingJobsOf } from '../support/flink-of.ts';
import { setFault, verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger } from '../support/ledger-spec.ts';
import { drey, endPart, killAndRestart, pidOf, standStill, startPart } from '../support/running-stack.ts';
import { seeded } from '../support/seeded.ts';
import { startSecond, type Second } from '../support/second.ts';
import { observerPid } from '../support/worker-builds.ts';

const name = 'pairs';
const ref = { tenant, name };
const { out, control } = ledgerFolders(name);
const faultMs = process.env.DREY_TEST_CELLS === 'all' ? 60_000 : 15_000;
const random = seeded(seed);

let seconds: Readonly<Record<DreyProcess, Second>>;
const started: Second[] = [];

async function begin(kind: DreyProcess): Promise<Second> {
  const second = await startSecond(kind);
  started.push(second);
  return second;
}

beforeAll(async () => {
  removeLedger(name);
  const [api, worker, agent] = await Promise.all([begin('api'), begin('worker'), begin('agent')]);
  seconds = { api, worker, agent };
}, 400_000);

afterAll(async () => {
  await removed(name).catch(() => undefined);
  await Promise.all(started.map((second) => second.stop()));
}, 300_000);

type Fault = 'killed' | 'standing still' | 'cut off';

interface Case {
  readonly kind: DreyProcess;
  readonly which: 'first' | 'second';
  readonly fault: Fault;
}

const kinds = ['api', 'worker', 'agent'] as const;

/** Only the second ones can be cut off; the first ones are no different. */
const cases: readonly Case[] = kinds.flatMap((kind) => [
  { kind, which: 'first', fault: 'killed' },
  { kind, which: 'first', fault: 'standing still' },
  { kind, which: 'second', fault: 'killed' },
  { kind, which: 'second', fault: 'standing still' },
  { kind, which: 'second', fault: 'cut off' },
]);

/** Resolves when the process is as it was before. */
async function inflict({ kind, which, fault }: Case): Promise<void> {
  const second = seconds[kind];
  if (fault === 'standing still') return standStill(which === 'first' ? pidOf(kind) : second.pid(), faultMs);
  if (fault === 'cut off') {
    second.cutOff(true);
    await pause(faultMs);
    second.cutOff(false);
    return;
  }
  if (which === 'first') return killAndRestart(kind);
  await second.kill();
  await second.start();
}

/** The API that is asked meanwhile; undefined: the stack's own. */
function apiDuring({ kind, which }: Case): string | undefined {
  return kind === 'api' && which === 'first' ? seconds.api.url : undefined;
}

async function isWhole(): Promise<void> {
  expect(await livingJobsOf(name)).toHaveLength(1);
  expect(await verifyLedger(out)).toMatchObject({ good: true, missing: 0, doubled: 0 });
}

test('a job is deployed by both of each', async () => {
  // What has failed for Flink is for Drey to bring back.
  const configuration = { 'restart-strategy.type': 'none' };
  expect(await applied(ledgerJob(name, { configuration }))).toMatchObject({ state: 'succeeded' });
}, 400_000);

describe('an upgrade ends right', () => {
  test.each(drawn(cases, 1).map((one) => [one.which, one.kind, one.fault, one] as const))(
    'with the %s %s %s meanwhile',
    async (_which, _kind, _fault, one) => {
      const api = apiDuring(one);
      const { operation } = await drey(30_000, api).restartJob(ref);
      await pause(Math.round(random() * 3_000));
      const over = inflict(one);
      const record = await ended(name, operation?.number ?? 0, 600_000, api);
      await over;
      expect(record).toMatchObject({ kind: 'upgrade', state: 'succeeded' });
      await isWhole();
    },
    900_000,
  );
});

const clusterOf = async () => (await drey().listClusters()).find((cluster) => cluster.name === 'local');

const operations = async () => (await drey().listOperations(ref)).items.toSorted((a, b) => a.number - b.number);

const agentsShown = (count: number) => async () => (await clusterOf())?.agent.count === count;

const isSeen = async () => (await drey().getJob(ref)).lastSeen === undefined && (await observerPid()) !== undefined;

/** Waits until one of the agents observes the job. */
const observed = () => waitUntil(isSeen, { what: 'the job to be observed', timeoutMs: 90_000, stepMs: 250 });

/** Longer than the 40 s after which Temporal gives the observation to another agent. */
const observerStillMs = Math.max(45_000, faultMs);

describe('the agent that observes stands still', () => {
  let observer: number;
  let before: number;
  let standing: Promise<void>;

  const isUnseenOrTakenOver = async () =>
    (await drey().getJob(ref)).lastSeen !== undefined || (await observerPid()) !== observer;
  const isBroughtBack = async () =>
    (await operations()).slice(before).some(({ kind, state }) => kind === 'recover' && state === 'succeeded');

  beforeAll(async () => {
    await observed();
    observer = (await observerPid()) ?? 0;
    before = (await operations()).length;
    standing = standStill(observer, observerStillMs);
    standing.catch(() => undefined);
  }, 120_000);

  test('and is shown as gone within 15 s, and the job as last seen until another one observes', async () => {
    await waitUntil(agentsShown(1), { what: 'one agent to be gone', timeoutMs: 15_000, stepMs: 250 });
    expect((await clusterOf())?.agent.state).toBe('connected');
    // Temporal counts from the last heartbeat, which may have been half a minute before.
    await waitUntil(isUnseenOrTakenOver, { what: 'the job to be shown as last seen', timeoutMs: 15_000, stepMs: 250 });
  }, 60_000);

  test('and the other one takes over, and sees that the job fails', async () => {
    setFault(control, 'fail', `once-${Date.now()}`);
    await waitUntil(isBroughtBack, { what: 'the job to be brought back', timeoutMs: 240_000, stepMs: 250 });
    const now = await observerPid();
    expect([pidOf('agent'), seconds.agent.pid()]).toContain(now);
    expect(now).not.toBe(observer);
    await awaitPhase(ref, 'RUNNING');
  }, 300_000);

  test('and when it wakes up it comes back by itself, and does no harm', async () => {
    await standing;
    await waitUntil(agentsShown(2), { what: 'both agents to be there', timeoutMs: 15_000, stepMs: 250 });
    await observed();
    // What it had still to tell would be told by now.
    await pause(5_000);
    expect(await observerPid()).not.toBe(observer);
    expect((await operations()).slice(before).map(({ kind }) => kind)).toEqual(['recover']);
    expect((await drey().getJob(ref)).phase).toBe('RUNNING');
    await isWhole();
  }, 120_000);
});

const isFirst = async () => (await observerPid()) === pidOf('agent');

/** Longer than its watches last, the two minutes for which it waits for the API server, and the recovery by whichever agent takes each of its steps up. */
const withoutKubernetesMs = 900_000;

if (process.env.DREY_TEST_CELLS === 'all')
  test('an agent that observes and does not reach the API server any more leaves that to the other one', async () => {
    await endPart('agent');
    const isSecond = async () => (await observerPid()) === seconds.agent.pid();
    await waitUntil(isSecond, { what: 'the second agent to observe', timeoutMs: 120_000, stepMs: 250 });
    await startPart('agent');
    await observed();
    const before = (await operations()).length;
    seconds.agent.cutOffFromKubernetes(true);
    setFault(control, 'fail', `once-${Date.now()}`);
    await waitUntil(isFirst, { what: 'the first agent to observe', timeoutMs: withoutKubernetesMs, stepMs: 250 });
    const isBroughtBack = async () =>
      (await operations()).slice(before).some(({ kind, state }) => kind === 'recover' && state === 'succeeded');
    await waitUntil(isBroughtBack, { what: 'the job to be back', timeoutMs: withoutKubernetesMs, stepMs: 250 });
    seconds.agent.cutOffFromKubernetes(false);
    expect((await drey().getJob(ref)).phase).toBe('RUNNING');
    await isWhole();
  }, 2_000_000);

test('no record was lost or doubled by any of it', async () => {
  const { operation } = await drey().suspendJob(ref);
  expect(await ended(name, operation?.number ?? 0)).toMatchObject({ state: 'succeeded' });
  expect(await verifyLedger(out, { final: true })).toMatchObject({ missing: 0, doubled: 0, mismatches: 0, good: true });
}, 300_000);
