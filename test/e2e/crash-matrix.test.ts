/**
 * Whatever dies, at whatever point of whichever operation: the operation ends right without help, at most one job runs, no
 * record is lost or doubled, and nothing is left over. `npm test` draws a few cells by a seed, `npm run test:crash` runs
 * all, or as many as `--sample` says of those that `--only` names. Where no pod was there to be killed, its table says so.
 */
import { afterAll, describe, expect, test } from '@jest/globals';
import type { CrashPoint } from '../../activities/crash-point.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { awaitCommits } from '../support/commits.ts';
import { wrongAtEnd } from '../support/crash-ends.ts';
import { ended, leftOverOf, removed } from '../support/e2e-job.ts';
import {
  allCells,
  callsOf,
  only,
  rowsThatMissed,
  sampled,
  strangersIn,
  titleOf,
  type Cell,
  type Fault,
  type Ran,
} from '../support/crash-cells.ts';
import { matrixJobs, phaseOf } from '../support/crash-jobs.ts';
import { matrixOperations, type MatrixOperation } from '../support/crash-operations.ts';
import { unrecorded } from '../support/crash-recorded.ts';
import { matrixSteps, type MatrixOperationName } from '../support/crash-steps.ts';
import { arm, awaitReached, disarm, keepingAlive, release, wasReached } from '../support/crash-points.ts';
import { seed } from '../support/drawn.ts';
import { allRun, flinkClustersOf } from '../support/flink-of.ts';
import { verifyLedger } from '../support/ledger.ts';
import { recordHistory, type History } from '../support/histories.ts';
import { ledgerFolders } from '../support/ledger-spec.ts';
import { deletedPods, type FlinkProcess } from '../support/pod-process.ts';
import { killAndRestart, temporal, type StackProcess } from '../support/running-stack.ts';
import { seeded } from '../support/seeded.ts';

const wanted = process.env.DREY_TEST_CELLS ?? '3';
/** Rows whose history is to be recorded, and nothing else; most often none. */
const toRecord = process.env.DREY_TEST_RECORD === undefined ? [] : unrecorded(matrixSteps);
const all = process.env.DREY_TEST_RECORD === undefined ? only(allCells(matrixSteps), process.env.DREY_TEST_ONLY) : [];
const cells = wanted === 'all' ? all : sampled(all, Number(wanted), seeded(seed));
const ran: (Ran & { readonly ms: number })[] = [];

function line({ cell, struck, ms }: (typeof ran)[number]): string {
  return `${titleOf(cell).padEnd(90)} ${struck ? '              ' : 'struck nothing'} ${(ms / 60_000).toFixed(1)} min`;
}

afterAll(async () => {
  disarm();
  for (const job of matrixJobs) await removed(job).catch(() => undefined);
  const missed = ran.filter(({ struck }) => !struck).length;
  const sum = `seed ${seed}, ${cells.length} of ${all.length} cells: ${ran.length - missed} survived, ${missed} struck nothing`;
  process.stdout.write(`${[sum, ...ran.map(line)].join('\n')}\n`);
}, 300_000);

/** Less than the time for which an activity is held. */
const podsMs = 45_000;

/** Kills a job's pods; those on their way are waited for. @returns whether there were any */
async function podsStruck(process: FlinkProcess, job: string, { mayMiss }: Cell): Promise<boolean> {
  const isStruck = async () => (await deletedPods(job, process)) > 0;
  if (mayMiss) return isStruck();
  return waitUntil(isStruck, { what: `a ${process} of ${job} to be killed`, timeoutMs: podsMs, stepMs: 50 });
}

async function processStruck(part: StackProcess): Promise<boolean> {
  await killAndRestart(part);
  return true;
}

const whileHeld: Readonly<Partial<Record<Fault, (job: string, cell: Cell) => Promise<boolean>>>> = {
  JobManagers: (job, cell) => podsStruck('jobmanager', job, cell),
  TaskManagers: (job, cell) => podsStruck('taskmanager', job, cell),
  Temporal: () => processStruck('temporal'),
  worker: () => processStruck('worker'),
};

const killedWhen: Readonly<Partial<Record<Fault, CrashPoint['when']>>> = {
  'agent before it acts': 'before',
  'agent while it notes': 'call',
  'agent while it acts': 'call',
  'agent after it acted': 'after',
  'worker before it acts': 'before',
  'worker while it acts': 'call',
  'worker after it acted': 'after',
};

function armFor(cell: Cell): void {
  const { activity, nth } = cell;
  const when = killedWhen[cell.fault];
  if (!when) arm({ activity, nth, when: 'before', action: 'hold' });
  else arm({ activity, nth, when, calls: when === 'call' ? [...callsOf(cell)] : [], action: 'kill' });
}

/** @returns whether there was anything to be struck */
async function strike(cell: Cell, job: string): Promise<boolean> {
  const act = whileHeld[cell.fault];
  if (!act) return true;
  await awaitReached(titleOf(cell));
  try {
    return await act(job, cell);
  } finally {
    release();
  }
}

function strikesPods({ fault }: Cell): boolean {
  return fault === 'JobManagers' || fault === 'TaskManagers';
}

function endsOf({ mayEnd, whenPodsDie }: MatrixOperation, cell: Cell): MatrixOperation['mayEnd'] {
  return strikesPods(cell) ? { ...mayEnd, ...whenPodsDie } : mayEnd;
}

/** Activities of the operation that it has no cells of: its history is to be recorded anew. Where pods die, another way may be taken. */
async function strangersTo(cell: Cell, { workflowId = '' }: OperationRecord): Promise<string[]> {
  if (strikesPods(cell)) return [];
  const client = await temporal();
  const within10s = (fetch: () => Promise<History>) => client.connection.withDeadline(Date.now() + 10_000, fetch);
  // It had just been asked to do a lot, or was killed.
  const history = await waitUntil(() => within10s(() => client.workflow.getHandle(workflowId).fetchHistory()), {
    what: `the history of ${workflowId}`,
    timeoutMs: 60_000,
    stepMs: 200,
  });
  await client.connection.close();
  return strangersIn(history, matrixSteps[cell.operation]);
}

function expectGivenUp({ steps, rolledBackTo }: OperationRecord, at: RegExp): void {
  expect(steps.find(({ name }) => name === 'newStopped')?.detail).toMatch(at);
  expect(rolledBackTo).toBeDefined();
}

/** Carries it out with nothing beside it, and writes its history down. */
async function recordRow(operation: MatrixOperationName): Promise<void> {
  const { job, prepare, start, meanwhile, mayEnd, givenUpAt } = matrixOperations[operation];
  await prepare();
  const number = await start();
  const [record] = await Promise.all([ended(job, number, 900_000), meanwhile?.(number)]);
  const { state, workflowId = '' } = record;
  if (givenUpAt) expectGivenUp(record, givenUpAt);
  const isWell = async () => (await phaseOf(job)) === mayEnd[state];
  await waitUntil(isWell, { what: `${job} to be as after ${operation}`, timeoutMs: 60_000, stepMs: 200 });
  const client = await temporal();
  await recordHistory(client, workflowId, matrixSteps[operation].history);
  await client.connection.close();
}

test('the matrix has cells, or rows to record', () => expect(cells.length + toRecord.length).toBeGreaterThan(0));

for (const operation of toRecord)
  test(`${operation} is recorded`, async () => {
    await recordRow(operation);
    expect(unrecorded(matrixSteps)).not.toContain(operation);
  }, 1_800_000);

describe('the operation ends right', () => {
  for (const [at, cell] of cells.entries())
    test(`${at + 1}. ${titleOf(cell)}`, async () => {
      const startedAt = performance.now();
      const operation = matrixOperations[cell.operation];
      await operation.prepare();
      armFor(cell);
      const { record, struck } = await keepingAlive(async () => {
        const number = await operation.start();
        const beside = Promise.all([strike(cell, operation.job), operation.meanwhile?.(number)]);
        // What it throws is told when the operation has come to its end.
        beside.catch(() => undefined);
        const end = await ended(operation.job, number, 900_000);
        const [isStruck] = await beside;
        return { record: end, struck: isStruck };
      });
      expect(wasReached()).toBe(true);
      disarm();
      expect(record.kind).toBe(matrixSteps[cell.operation].kind);
      expect(await strangersTo(cell, record)).toEqual([]);
      if (operation.givenUpAt && !strikesPods(cell)) expectGivenUp(record, operation.givenUpAt);
      await operation.settled?.();
      const phase = endsOf(operation, cell)[record.state];
      expect(phase).toBeDefined();
      expect(await phaseOf(operation.job)).toBe(phase);
      await leftWell(operation, phase ?? '', record.state === 'succeeded');
      ran.push({ cell, struck, ms: performance.now() - startedAt });
    }, 1_800_000);
});

test('no row has struck nothing at all its steps', () => {
  expect(rowsThatMissed(allCells(matrixSteps), ran)).toEqual([]);
});

test('what each job has done is whole, its tail too, when it is suspended at the end', async () => {
  const run = [...toRecord, ...cells.map(({ operation }) => operation)];
  const used = new Set(run.map((operation) => matrixOperations[operation].job));
  const wrong: string[] = [];
  // A cell that failed may have left something that is about to strike, or somebody who was struck.
  disarm();
  await keepingAlive(async () => {
    for (const job of used) wrong.push(...(await wrongAtEnd(job)));
  });
  expect(wrong).toEqual([]);
}, 3_600_000);

/** How many Flink clusters a job has, each with one job; none in other phases. */
const clusters: Readonly<Record<string, number>> = { RUNNING: 1, DUAL_RUNNING: 2 };

/** As many as there should be with nothing beside them, and a ledger without a gap. */
async function leftWell({ job, alsoIn, atLeastOnce, isFinal }: MatrixOperation, phase: string, succeeded: boolean) {
  const count = clusters[phase] ?? 0;
  const isThere = () => allRun(job, count);
  await waitUntil(isThere, { what: `${count} jobs of ${job} to run`, timeoutMs: 180_000, stepMs: 200 });
  // A double or a gap is in the files only with what is committed next.
  if (count > 0) await awaitCommits(ledgerFolders(alsoIn && succeeded ? alsoIn : job).out, count);
  expect(await leftOverOf(job, count)).toEqual([]);
  expect(await flinkClustersOf(job)).toHaveLength(count);
  // What went back from the folder without state has done again in its own what is done there.
  const exactly = atLeastOnce || (alsoIn && !succeeded) ? {} : { doubled: 0, outOfOrder: 0, good: true };
  for (const folder of alsoIn && succeeded ? [job, alsoIn] : [job]) {
    // Of a job that was canceled, what came after its last checkpoint was never committed.
    const report = await verifyLedger(ledgerFolders(folder).out, { final: isFinal ?? false });
    expect(report).toMatchObject({ missing: 0, mismatches: 0, ...exactly });
  }
}
