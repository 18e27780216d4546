/**
 * Ledger jobs under changing load and random operations, while every 10 s a process or a pod is killed, stands still or is cut off:
 * nothing is lost, doubled or left behind. `npm test` has two jobs for half a minute, `npm run test:soak` five for 20 minutes.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DreyProcess } from '../../deploy/dev/builds.ts';
import { pause, waitUntil } from '../../deploy/dev/process.ts';
import { clusterWorkflowId, jobWorkflowId } from '../../core/names.ts';
import { hasEnded } from '../../core/operation.ts';
import { applied, ended, leftOverOf, removed, tenant } from '../support/e2e-job.ts';
import { seed } from '../support/drawn.ts';
import { allRun } from '../support/flink-of.ts';
import { verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, removeLedger } from '../support/ledger-spec.ts';
import { growthOf, lookAt, type MemoryLook } from '../support/resident.ts';
import { drey, pidOf, temporal } from '../support/running-stack.ts';
import { seeded } from '../support/seeded.ts';
import { startSecond, type Second } from '../support/second.ts';
import { abandonedIn, broughtBack, soak, soakedSpec } from '../support/soaked-job.ts';
import { faultsIn, type Done } from '../support/soak-outcomes.ts';
import { soakVerbs } from '../support/soak-verbs.ts';
import { drawStrike, strikeText } from '../support/draw-strikes.ts';
import { carryOut } from '../support/strikes.ts';

const minutes = Number(process.env.DREY_TEST_SOAK_MINUTES ?? 0.5);
const count = Number(process.env.DREY_TEST_SOAK_JOBS ?? 2);
const jobs = Array.from({ length: count }, (_, index) => `soaked-${index + 1}`);
const strikeEveryMs = 10_000;
/** From so long on, processes live for long enough to be judged, every operation is drawn, and pauses last for up to a minute. */
const isLong = minutes >= 15;
const longMs = minutes * 60_000 + 3_600_000;

let seconds: Readonly<Record<DreyProcess, Second>>;
const started: Second[] = [];
const kinds = ['api', 'worker', 'agent'] as const;
const looks = new Map<DreyProcess, MemoryLook[]>(kinds.map((kind) => [kind, []]));
const lookEveryMs = 5_000;

async function begin(kind: DreyProcess): Promise<Second> {
  const second = await startSecond(kind);
  started.push(second);
  return second;
}

beforeAll(async () => {
  process.stdout.write(`seed ${seed}, ${count} jobs, ${minutes} minutes\n`);
  for (const name of jobs) removeLedger(name);
  const [api, worker, agent] = await Promise.all([begin('api'), begin('worker'), begin('agent')]);
  seconds = { api, worker, agent };
}, 400_000);

afterAll(async () => {
  await Promise.all(jobs.map((name) => removed(name, 600_000).catch(() => undefined)));
  await Promise.all(started.map((second) => second.stop()));
}, 900_000);

/** Notes what all processes take, the first and the second of each kind; one that is just being started anew is left out. */
function look(): void {
  for (const kind of kinds)
    for (const pid of [() => pidOf(kind), () => seconds[kind].pid()]) {
      try {
        looks.get(kind)?.push(lookAt(pid()));
      } catch {
        // It does not run now.
      }
    }
}

async function lookUntil(isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    look();
    await pause(lookEveryMs);
  }
}

/** One strike every 10 s until the time is up, or after one that lasts longer. */
async function strikes(endsAtMs: number): Promise<number> {
  const random = seeded(seed);
  let made = 0;
  for (let dueMs = performance.now() + strikeEveryMs; dueMs < endsAtMs; dueMs += strikeEveryMs) {
    await pause(Math.max(0, dueMs - performance.now()));
    const strike = drawStrike(jobs, random, isLong);
    process.stdout.write(`${new Date().toISOString()} ${strikeText(strike)}\n`);
    if (await carryOut(strike, seconds)) made += 1;
    else process.stdout.write('  there was none\n');
    // One that lasted for a minute is followed by no shower of those that were due meanwhile.
    dueMs = Math.max(dueMs, performance.now() - strikeEveryMs);
  }
  return made;
}

function print(outcomes: readonly string[]): void {
  const sums = new Map<string, number>();
  for (const outcome of outcomes) sums.set(outcome, (sums.get(outcome) ?? 0) + 1);
  const lines = [...sums]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([outcome, times]) => `${String(times).padStart(5)} ${outcome}`);
  const memory = [...looks].map(([kind, all]) => `${kind} ${all.map(({ mib }) => mib).join(' ')} MiB`);
  process.stdout.write(`${[...lines, ...memory].join('\n')}\n`);
}

/**
 * Nobody had to bring back what Drey was to bring back, nobody was told of a fault of Drey's own, and what was asked was also done: in a long
 * soak, each thing at some time.
 */
function expectWell(done: readonly Done[]): void {
  expect(abandonedIn(done)).toEqual([]);
  expect(faultsIn(done)).toEqual([]);
  const succeeded = new Set(done.flatMap(({ verb, outcome }) => (outcome === 'succeeded' ? [verb] : [])));
  expect(succeeded.size).toBeGreaterThan(0);
  const wanted = isLong ? Object.keys(soakVerbs) : [];
  expect(wanted.filter((verb) => !succeeded.has(verb))).toEqual([]);
}

test(
  `${count} jobs are changed and struck for ${minutes} minutes, and run at the end`,
  async () => {
    const deploys = await Promise.all(jobs.map((name) => applied(soakedSpec(name), 1_200_000)));
    expect(deploys.map(({ state, failure }) => failure?.code ?? state)).toEqual(jobs.map(() => 'succeeded'));
    const endsAtMs = performance.now() + minutes * 60_000;
    const isOver = () => performance.now() > endsAtMs;
    // Each draws by itself: how long one takes changes nothing of what the others do.
    const soaking = jobs.map((name, index) => soak(name, seeded(seed + index + 1), isOver));
    const [made, , ...each] = await Promise.all([strikes(endsAtMs), lookUntil(isOver), ...soaking]);
    const atEnd = await Promise.all(jobs.map(broughtBack));
    const done = [...each, ...atEnd].flat();
    print(done.map(({ verb, outcome }) => `${verb} ${outcome}`));
    expect(made).toBeGreaterThan(0);
    expectWell(done);
    for (const name of jobs) {
      await waitUntil(() => allRun(name, 1), { what: `${name} to run whole`, timeoutMs: 300_000, stepMs: 250 });
      expect(await leftOverOf(name, 1)).toEqual([]);
    }
  },
  longMs,
);

test('every operation has come to an end, and none to one that is a fault of Drey itself', async () => {
  for (const name of jobs) {
    const { items } = await drey().listOperations({ tenant, name });
    expect(items.filter((operation) => !hasEnded(operation))).toEqual([]);
    expect(items.filter(({ failure }) => failure?.code === 'INTERNAL')).toEqual([]);
  }
}, 60_000);

/** What keeps a workflow from going on shows as a task that is tried again. */
async function ill(workflowId: string): Promise<string | undefined> {
  const client = await temporal();
  const { status, raw } = await client.workflow.getHandle(workflowId).describe();
  await client.connection.close();
  const attempt = raw.pendingWorkflowTask?.attempt ?? 1;
  return status.name === 'RUNNING' && attempt <= 1 ? undefined : `${workflowId} is ${status.name}, attempt ${attempt}`;
}

async function runningOperations(): Promise<number> {
  const client = await temporal();
  const names = jobs.map((name) => `'${name}'`).join(', ');
  const query = `ExecutionStatus = 'Running' AND DreyOperation IS NOT NULL AND DreyJob IN (${names})`;
  const found = await client.workflow.count(query);
  await client.connection.close();
  return found.count;
}

/** What is wrong with the workflows that should run, and how many run that should not. */
async function illnesses(): Promise<string[]> {
  const ids = [clusterWorkflowId('local'), ...jobs.map((name) => jobWorkflowId({ tenant, name }))];
  const ofEach = await Promise.all(ids.map(ill));
  const left = await runningOperations();
  return [...ofEach.flatMap((one) => one ?? []), ...(left === 0 ? [] : [`${left} operations run`])];
}

test('all workflows are healthy', async () => {
  const areNone = async () => (await illnesses()).length === 0;
  // Temporal lists what has ended a moment later.
  await waitUntil(areNone, { what: 'all to be well', timeoutMs: 60_000, stepMs: 500 }).catch(() => undefined);
  expect(await illnesses()).toEqual([]);
}, 180_000);

test(
  'no record is lost or doubled, and no object is left behind',
  async () => {
    for (const name of jobs) {
      const { operation } = await drey().suspendJob({ tenant, name });
      expect(await ended(name, operation?.number ?? 0, 600_000)).toMatchObject({ state: 'succeeded' });
      const report = await verifyLedger(ledgerFolders(name).out, { final: true });
      process.stdout.write(`${name}: ${JSON.stringify(report)}\n`);
      expect(report).toMatchObject({ missing: 0, doubled: 0, mismatches: 0, good: true });
      expect(await leftOverOf(name, 0)).toEqual([]);
    }
  },
  longMs,
);

/** Ten minutes of the same: a process that grows by a quarter in them is at twice its size within the hour. */
const growthMax = 0.25;

test('memory stays as it is, as far as a soak is long enough to judge it', () => {
  const found = [...looks].map(([kind, all]) => ({ kind, looks: all.length, ...growthOf(all) }));
  for (const { kind, lives = 0, growth } of found) {
    const text = growth === undefined ? 'not judged: none has lived for long enough' : `${Math.round(growth * 100)} %`;
    process.stdout.write(`growth of ${kind} in ten minutes, by ${lives} lives: ${text}\n`);
  }
  expect(found.filter((one) => one.looks === 0)).toEqual([]);
  // Of a long soak, what could not be judged is no better than what grows.
  const judged = found.filter(({ growth }) => isLong || growth !== undefined);
  expect(judged.filter(({ growth = Infinity }) => growth >= growthMax)).toEqual([]);
});
