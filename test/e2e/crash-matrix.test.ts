/**
 * Whatever dies, at whatever point of whichever operation: the operation ends right without help, at most one job runs, no
 * record is lost or doubled, and nothing is left over. `npm test` draws a few cells by a seed, `npm run test:crash` runs
 * all, or as many as `--sample` says.
 */
import { afterAll, describe, expect, test } from '@jest/globals';
import { waitUntil } from '../../deploy/dev/process.ts';
import { labels } from '../../core/names.ts';
import { ended, namespace, objectsOf, removed } from '../support/e2e-job.ts';
import { allCells, sampled, type Cell, type Fault } from '../support/crash-cells.ts';
import { exactJob, matrixJobs, matrixOperations, phaseOf } from '../support/crash-operations.ts';
import { arm, awaitReached, disarm, keepingAlive, release, wasReached } from '../support/crash-points.ts';
import { seed } from '../support/drawn.ts';
import { flinkClustersOf, livingJobsOf } from '../support/flink-of.ts';
import { verifyLedger } from '../support/ledger.ts';
import { ledgerFolders } from '../support/ledger-spec.ts';
import { killAndRestart, kubernetes } from '../support/running-stack.ts';
import { seeded } from '../support/sabotage.ts';

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

/** Kills pods of all generations; false where there are none. */
async function killPods(job: string, component: 'jobmanager' | 'taskmanager'): Promise<void> {
  const client = kubernetes();
  const labelSelector = `${labels.job}=${job},${labels.component}=${component}`;
  const pods = await client.list('Pod', namespace, { labelSelector });
  await Promise.all(
    pods.map(({ metadata }) => client.delete('Pod', namespace, metadata.name, { gracePeriodSeconds: 0 })),
  );
  client.close();
}

const whileHeld: Readonly<Partial<Record<Fault, (job: string) => Promise<void>>>> = {
  JobManagers: (job) => killPods(job, 'jobmanager'),
  TaskManagers: (job) => killPods(job, 'taskmanager'),
  Temporal: () => killAndRestart('temporal'),
  worker: () => killAndRestart('worker'),
};

function armFor({ activity, fault }: Cell): void {
  if (fault === 'agent before it acts') arm({ activity, when: 'before', action: 'kill' });
  else if (fault === 'agent after it acted') arm({ activity, when: 'after', action: 'kill' });
  else if (fault === 'agent while it acts')
    arm({ activity, when: 'call', calls: actingActivities.has(activity) ? acting : [], action: 'kill' });
  else arm({ activity, when: 'before', action: 'hold' });
}

async function strike(cell: Cell, job: string): Promise<void> {
  const act = whileHeld[cell.fault];
  if (!act) return;
  await awaitReached(`${cell.activity} of ${cell.operation}`);
  await act(job);
  release();
}

async function runsAgain(job: string, count: number): Promise<boolean> {
  const jobs = await livingJobsOf(job).catch(() => []);
  return (
    jobs.length === count &&
    jobs.every(({ state, tasks, tasksTotal }) => state === 'RUNNING' && tasks.RUNNING === tasksTotal)
  );
}

test('the matrix has cells', () => expect(cells.length).toBeGreaterThan(0));

describe('the operation ends right', () => {
  test.each(cells.map((cell) => [cell.operation, cell.fault, cell.activity, cell] as const))(
    '%s: %s killed at %s',
    async (title, fault, activity, cell) => {
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
      const phase = operation.mayEnd[record.state];
      expect(phase).toBeDefined();
      expect(await phaseOf(operation.job)).toBe(phase);
      await leftWell(operation.job, phase ?? '');
      const key = `${title} × ${activity} × ${fault}`;
      const sum = table.get(key) ?? { count: 0, ms: 0 };
      table.set(key, { count: sum.count + 1, ms: sum.ms + performance.now() - startedAt });
    },
    1_800_000,
  );
});

/** How many Flink clusters a job has, each with one job; none in other phases. */
const clusters: Readonly<Record<string, number>> = { RUNNING: 1, DUAL_RUNNING: 2 };

/** As many as there should be, and a ledger without a gap. */
async function leftWell(job: string, phase: string): Promise<void> {
  const count = clusters[phase] ?? 0;
  const isThere = () => runsAgain(job, count);
  await waitUntil(isThere, { what: `${count} jobs of ${job} to run`, timeoutMs: 180_000, stepMs: 200 });
  expect((await objectsOf(job)).length > 0).toBe(count > 0);
  expect(await flinkClustersOf(job)).toHaveLength(count);
  // A removed job was canceled: what came after its last checkpoint was never committed.
  const report = await verifyLedger(ledgerFolders(job).out, { final: phase === 'SUSPENDED' });
  const exactly = job === exactJob ? { doubled: 0, outOfOrder: 0, good: true } : {};
  expect(report).toMatchObject({ missing: 0, mismatches: 0, ...exactly });
}
