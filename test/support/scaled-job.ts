/**
 * A ledger job whose autoscaler looks after it. A record takes its subtask a known time and no CPU, so that the parallelism which a load needs
 * is known, on a machine of any size. Its windows are short: see `windows`.
 */
import { expect } from '@jest/globals';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { applied, tenant } from './e2e-job.ts';
import { allRun, flinkClustersOf, livingJobsOf } from './flink-of.ts';
import { setFault } from './ledger.ts';
import { ledgerFolders, ledgerJob } from './ledger-spec.ts';
import { drey } from './running-stack.ts';

/**
 * What a record makes a subtask wait, and so how many records a second it can process at most: on a machine that has much to do, each takes
 * some milliseconds more, of which so long a wait makes little.
 */
export const waitMicros = 40_000;
export const perSubtask = 1_000_000 / waitMicros;

/** A load that one subtask can do, busy for 56 % of its time: twice as much is too much, and with a sixth more it would still be shrunk to one. */
export const usualRate = (56 * perSubtask) / 100;

/**
 * Rates are counted by Flink as means over a minute, which are too small before a job has run for one: so the job settles for a minute. Drey has
 * Flink read its metrics anew each second, so that a window of 20 s tells the load.
 */
export const windows = { settleMs: 60_000, windowMs: 20_000 };

export type Autoscaler = NonNullable<FlinkJobInput['spec']['autoscaler']>;

/** @param more what its policy says beside the windows. */
export function scaledJob(name: string, more: Partial<Autoscaler> = {}): FlinkJobInput {
  const spec = ledgerJob(name, {
    args: ['--rate', String(usualRate), '--wait-us', String(waitMicros), '--keys', '32'],
    job: { parallelism: 1 },
  });
  const options = {
    'job.autoscaler.stabilization.interval': '60 s',
    'job.autoscaler.metrics.window': '20 s',
    'job.autoscaler.scale-down.interval': '20 s',
    // By the default, 0.6, a step leads less far down, and the next one waits twice as long.
    'job.autoscaler.scale-down.max-factor': '1',
  };
  return {
    ...spec,
    spec: {
      ...spec.spec,
      taskManager: { ...spec.spec.taskManager, slots: 4 },
      autoscaler: { mode: 'active', utilization: 0.8, max: 8, options, ...more },
    },
  };
}

/** Gives the job another load while it runs. @param rate records a second. */
export function setLoad(name: string, rate: number): void {
  setFault(ledgerFolders(name).control, 'rate', rate);
}

/** The parallelism of the vertices by the first words of their names, once all their tasks run. */
async function parallelismOf(name: string): Promise<Record<string, number>> {
  const runs = () => allRun(name, 1);
  await waitUntil(runs, { what: `${name} to run with all its tasks`, timeoutMs: 120_000, stepMs: 250 });
  const [[flink], [job]] = [await flinkClustersOf(name), await livingJobsOf(name)];
  const { vertices = [] } = (job && (await flink?.job(job.id))) ?? {};
  return Object.fromEntries(vertices.map((one) => [one.name.split(' -> ')[0] ?? '', one.parallelism]));
}

/** The parallelism of its `ledger`. The source, which costs next to nothing, has 1 whatever the load. */
export async function workersOf(name: string): Promise<number> {
  const { ledger = 0, ...others } = await parallelismOf(name);
  expect(others).toEqual({ 'Source: source': 1 });
  return ledger;
}

/** What Drey has measured of the job since then: the newest sample of records that wait, and when it was taken. */
async function newestSample(name: string): Promise<{ readonly atMs: number; readonly pending: number }> {
  const from = new Date(Date.now() - 120_000).toISOString();
  const { series } = await drey().getMetrics({ tenant, name }, { from, step: '1s' });
  const { points = [] } = series.find(({ vertex, metric }) => vertex === '' && metric === 'pendingRecords') ?? {};
  const newest = points.at(-1);
  if (!newest) throw new Error('nothing was measured yet');
  return { atMs: Date.parse(newest.at), pending: newest.last };
}

/** How many of its records wait, as measured last. */
export async function waiting(name: string): Promise<number> {
  return (await waitUntil(() => newestSample(name), measuring(name))).pending;
}

/** Waits until the job was measured for so long from now on, whatever the agent had to do. */
export async function measuredFor(name: string, ms: number): Promise<void> {
  const { atMs: beganMs } = await waitUntil(() => newestSample(name), measuring(name));
  await waitUntil(async () => (await newestSample(name)).atMs >= beganMs + ms, measuring(name));
}

const measuring = (name: string) => ({ what: `${name} to be measured`, timeoutMs: 300_000, stepMs: 500 });

/** Waits until no more records wait than come in within two seconds. */
export async function drained(name: string, rate: number): Promise<void> {
  const isSo = async () => {
    const { pending } = await newestSample(name);
    if (pending <= 2 * rate) return true;
    throw new Error(`${pending} records wait`);
  };
  await waitUntil(isSo, { what: `${name} to have worked off what waits`, timeoutMs: 600_000, stepMs: 500 });
}

/** Waits until so many records wait. */
export async function behind(name: string, records: number): Promise<void> {
  const isSo = async () => (await newestSample(name)).pending >= records;
  await waitUntil(isSo, { what: `${records} records of ${name} to wait`, timeoutMs: 120_000, stepMs: 200 });
}

/** Changes what its autoscaler may do: of Flink that changes nothing. */
export async function changePolicy(name: string, more: Partial<Autoscaler>): Promise<void> {
  expect(await applied(scaledJob(name, more))).toMatchObject({ kind: 'adjust', state: 'succeeded' });
}
