/**
 * Whatever dies, at whatever point of whichever operation: the operation ends right without help, at most one job runs, no
 * record is lost or doubled, and nothing is left over. `npm test` draws a few cells by a seed, `npm run test:crash` runs
 * all, or as many as `--sample` says of those that `--only` names.
 */
import { afterAll, describe, expect, test } from '@jest/globals';
import type { CrashPoint } from '../../activities/crash-point.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { awaitCommits } from '../support/commits.ts';
import { wrongAtEnd } from '../support/crash-ends.ts';
import { ended, leftOverOf, removed } from '../support/e2e-job.ts';
import { allCells, only, sampled, strangersIn, titleOf, type Cell, type Fault } from '../support/crash-cells.ts';
import { matrixJobs, phaseOf } from '../support/crash-jobs.ts';
import { matrixOperations, type MatrixOperation } from '../support/crash-operations.ts';
import { matrixSteps } from '../support/crash-steps.ts';
import { arm, awaitReached, disarm, keepingAlive, release, wasReached } from '../support/crash-points.ts';
import { seed } from '../support/drawn.ts';
import { allRun, flinkClustersOf } from '../support/flink-of.ts';
import { verifyLedger } from '../support/ledger.ts';
import type { History } from '../support/histories.ts';
import { ledgerFolders } from '../support/ledger-spec.ts';
import { killPods } from '../support/pod-process.ts';
import { killAndRestart, temporal } from '../support/running-stack.ts';
import { seeded } from '../support/seeded.ts';

const wanted = process.env.DREY_TEST_CELLS ?? '3';
const all = only(allCells(matrixSteps), process.env.DREY_TEST_ONLY);
const cells = wanted === 'all' ? all : sampled(all, Number(wanted), seeded(seed));
const table = new Map<string, { count: number; ms: number }>();

afterAll(async () => {
  disarm();
  for (const job of matrixJobs) await removed(job).catch(() => undefined);
  const lines = [...table].map(
    ([key, { count, ms }]) => `${key.padEnd(80)} ${count} cells, ${(ms / 60_000).toFixed(1)} min`,
  );
  process.stdout.write(`${[`seed ${seed}, ${cells.length} of ${all.length} cells`, ...lines].join('\n')}\n`);
}, 300_000);

/** Functions of the clients that change something; an activity that calls none of them is killed at any call. */
const acting = [
  'apply',
  'delete',
  'scale',
  'annotate',
  'uploadJar',
  'runJar',
  'cancel',
  'stopWithSavepoint',
  'triggerSavepoint',
  'triggerCheckpoint',
  'setResourceRequirements',
];
const actingActivities: ReadonlySet<string> = new Set([
  'applyGeneration',
  'applyTaskManagers',
  'applyStandIn',
  'healGeneration',
  'primeCluster',
  'submitJob',
  'stopJob',
  'cancelJob',
  'takeSavepoint',
  'disposeSavepoint',
  'publishService',
  'confirmCheckpoint',
  'endPods',
  'removeObjects',
  'addTaskManagers',
  'changeParallelism',
  'noteRevision',
  'removeTaskManagers',
]);

/** At which calls an activity is killed in its midst; empty: at any. A worker's has sent a statement by then. */
function callsOf({ activity, fault }: Cell): string[] {
  if (fault === 'worker while it acts') return ['query'];
  return actingActivities.has(activity) ? acting : [];
}

const whileHeld: Readonly<Partial<Record<Fault, (job: string) => Promise<void>>>> = {
  JobManagers: (job) => killPods(job, 'jobmanager'),
  TaskManagers: (job) => killPods(job, 'taskmanager'),
  Temporal: () => killAndRestart('temporal'),
  worker: () => killAndRestart('worker'),
};

const killedWhen: Readonly<Partial<Record<Fault, CrashPoint['when']>>> = {
  'agent before it acts': 'before',
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
  else arm({ activity, nth, when, calls: when === 'call' ? callsOf(cell) : [], action: 'kill' });
}

async function strike(cell: Cell, job: string): Promise<void> {
  const act = whileHeld[cell.fault];
  if (!act) return;
  await awaitReached(titleOf(cell));
  await act(job);
  release();
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

test('the matrix has cells', () => expect(cells.length).toBeGreaterThan(0));

describe('the operation ends right', () => {
  test.each(cells.map((cell) => [titleOf(cell), cell] as const))(
    '%s',
    async (title, cell) => {
      const startedAt = performance.now();
      const operation = matrixOperations[cell.operation];
      await operation.prepare();
      armFor(cell);
      const record = await keepingAlive(async () => {
        const number = await operation.start();
        const beside = [strike(cell, operation.job), operation.meanwhile?.(number) ?? Promise.resolve()];
        const end = await ended(operation.job, number, 900_000);
        await Promise.all(beside);
        return end;
      });
      expect(wasReached()).toBe(true);
      disarm();
      expect(record.kind).toBe(matrixSteps[cell.operation].kind);
      expect(await strangersTo(cell, record)).toEqual([]);
      await operation.settled?.();
      const phase = endsOf(operation, cell)[record.state];
      expect(phase).toBeDefined();
      expect(await phaseOf(operation.job)).toBe(phase);
      await leftWell(operation, phase ?? '', record.state === 'succeeded');
      const sum = table.get(title) ?? { count: 0, ms: 0 };
      table.set(title, { count: sum.count + 1, ms: sum.ms + performance.now() - startedAt });
    },
    1_800_000,
  );
});

test('what each job has done is whole, its tail too, when it is suspended at the end', async () => {
  const used = new Set(cells.map(({ operation }) => matrixOperations[operation].job));
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
