/**
 * Whatever dies, at whatever point of whichever operation: the operation ends right without help, at most one job runs, no
 * record is lost or doubled, and nothing is left over. `npm test` draws a few cells by a seed, `npm run test:crash` runs
 * all, or as many as `--sample` says.
 */
import { afterAll, describe, expect, test } from '@jest/globals';
import { waitUntil } from '../../deploy/dev/process.ts';
import { ended, leftOverOf, removed } from '../support/e2e-job.ts';
import { allCells, sampled, type Cell, type Fault } from '../support/crash-cells.ts';
import { matrixJobs, matrixOperations, phaseOf, type MatrixOperation } from '../support/crash-operations.ts';
import { arm, awaitReached, disarm, keepingAlive, release, wasReached } from '../support/crash-points.ts';
import { seed } from '../support/drawn.ts';
import { allRun, flinkClustersOf } from '../support/flink-of.ts';
import { verifyLedger } from '../support/ledger.ts';
import { ledgerFolders } from '../support/ledger-spec.ts';
import { killPods } from '../support/pod-process.ts';
import { killAndRestart } from '../support/running-stack.ts';
import { seeded } from '../support/seeded.ts';

const wanted = process.env.DREY_TEST_CELLS ?? '3';
const all = allCells(matrixOperations);
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

const whileHeld: Readonly<Partial<Record<Fault, (job: string) => Promise<void>>>> = {
  JobManagers: (job) => killPods(job, 'jobmanager'),
  TaskManagers: (job) => killPods(job, 'taskmanager'),
  Temporal: () => killAndRestart('temporal'),
  worker: () => killAndRestart('worker'),
};

function armFor({ activity, nth, fault }: Cell): void {
  const at = { activity, nth };
  if (fault === 'agent before it acts') arm({ ...at, when: 'before', action: 'kill' });
  else if (fault === 'agent after it acted') arm({ ...at, when: 'after', action: 'kill' });
  else if (fault === 'agent while it acts')
    arm({ ...at, when: 'call', calls: actingActivities.has(activity) ? acting : [], action: 'kill' });
  else arm({ ...at, when: 'before', action: 'hold' });
}

async function strike(cell: Cell, job: string): Promise<void> {
  const act = whileHeld[cell.fault];
  if (!act) return;
  await awaitReached(`${stepOf(cell)} of ${cell.operation}`);
  await act(job);
  release();
}

function stepOf({ activity, nth }: Cell): string {
  return nth === 1 ? activity : `${activity}, the ${nth}. of them`;
}

function endsOf({ mayEnd, whenPodsDie }: MatrixOperation, fault: Fault): MatrixOperation['mayEnd'] {
  return fault === 'JobManagers' || fault === 'TaskManagers' ? { ...mayEnd, ...whenPodsDie } : mayEnd;
}

test('the matrix has cells', () => expect(cells.length).toBeGreaterThan(0));

describe('the operation ends right', () => {
  test.each(cells.map((cell) => [cell.operation, cell.fault, stepOf(cell), cell] as const))(
    '%s: %s killed at %s',
    async (title, fault, step, cell) => {
      const startedAt = performance.now();
      const operation = matrixOperations[title];
      if (!operation) throw new Error(`no operation ${title}`);
      await operation.prepare();
      armFor(cell);
      const record = await keepingAlive(async () => {
        const number = await operation.start();
        const striking = strike(cell, operation.job);
        const end = await ended(operation.job, number, 900_000);
        await striking;
        return end;
      });
      expect(wasReached()).toBe(true);
      disarm();
      await operation.settled?.();
      const phase = endsOf(operation, fault)[record.state];
      expect(phase).toBeDefined();
      expect(await phaseOf(operation.job)).toBe(phase);
      await leftWell(operation, phase ?? '', record.state === 'succeeded');
      const key = `${title} × ${step} × ${fault}`;
      const sum = table.get(key) ?? { count: 0, ms: 0 };
      table.set(key, { count: sum.count + 1, ms: sum.ms + performance.now() - startedAt });
    },
    1_800_000,
  );
});

/** How many Flink clusters a job has, each with one job; none in other phases. */
const clusters: Readonly<Record<string, number>> = { RUNNING: 1, DUAL_RUNNING: 2 };

/** As many as there should be with nothing beside them, and a ledger without a gap. */
async function leftWell({ job, alsoIn, atLeastOnce }: MatrixOperation, phase: string, succeeded: boolean) {
  const count = clusters[phase] ?? 0;
  const isThere = () => allRun(job, count);
  await waitUntil(isThere, { what: `${count} jobs of ${job} to run`, timeoutMs: 180_000, stepMs: 200 });
  expect(await leftOverOf(job, count)).toEqual([]);
  expect(await flinkClustersOf(job)).toHaveLength(count);
  // What went back from the folder without state has done again in its own what is done there.
  const exactly = atLeastOnce || (alsoIn && !succeeded) ? {} : { doubled: 0, outOfOrder: 0, good: true };
  for (const folder of alsoIn && succeeded ? [job, alsoIn] : [job]) {
    // A removed job was canceled: what came after its last checkpoint was never committed.
    const report = await verifyLedger(ledgerFolders(folder).out, { final: phase === 'SUSPENDED' });
    expect(report).toMatchObject({ missing: 0, mismatches: 0, ...exactly });
  }
}
