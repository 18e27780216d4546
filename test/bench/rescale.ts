/**
 * `npm run bench:rescale [-- -n RUNS] [-o json]`, beside a stack that `npm run up` started: the gap in processing when a job
 * is rescaled from 1 to 2 and a TaskManager more is needed, against the floor: the same calls to Flink by a script,
 * with the slots already there. Once idle and once with a backlog; runs alternate, and medians are printed.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { FlinkClient } from '../../clients/flink/client.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { requirementsFor } from '../../core/rescale/vertex-parallelism.ts';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { pause } from '../../deploy/dev/process.ts';
import { tenant } from '../support/e2e-job.ts';
import { setFault } from '../support/ledger.ts';
import { ledgerJob } from '../support/ledger-spec.ts';
import { numberSaid } from './numbers-said.ts';
import { recordGapWithinMs } from './pause.ts';
import { benchStack, median, operationEnd, seconds, stepMedians } from './support.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', short: 'n', default: '5' }, output: { type: 'string', short: 'o' } },
});
const runs = numberSaid('runs', values.runs);
const job = { tenant, name: 'bench-rescale' };
const stack = await benchStack(['2.3']);
const { drey } = stack;
const folder = join(stack.stateVolume, 'ledger', job.name);
const out = join(folder, 'out');

/** What the job has to do. One subtask of the backlog's can do a third of it. */
const loads = {
  idle: { rate: 200, costUs: 0 },
  backlog: { rate: 600, costUs: 5_000 },
} as const;

type Load = keyof typeof loads;

/** How long a backlog grows before a run. */
const backlogMs = 8_000;

function jobAt(parallelism: number, replicas?: number): FlinkJobInput {
  const { spec, ...rest } = ledgerJob(job.name);
  const taskManager = { ...spec.taskManager, slots: 1, ...(replicas !== undefined && { replicas }) };
  return { ...rest, spec: { ...spec, job: { ...spec.job, parallelism }, taskManager } };
}

/** Applies and waits. @throws when it does not succeed. */
async function applied(spec: FlinkJobInput): Promise<OperationRecord> {
  const { operation } = await drey.applyJob(job, spec);
  if (!operation) throw new Error('the spec made no operation');
  const record = await operationEnd(stack, job, operation.number);
  if (record.state !== 'succeeded') throw new Error(`operation ${record.number}: ${record.failure?.message}`);
  return record;
}

interface ByDrey {
  readonly gapMs: number;
  readonly operation: OperationRecord;
}

async function byDrey(): Promise<ByDrey> {
  const fromMs = Date.now();
  const operation = await applied(jobAt(2));
  const gapMs = await recordGapWithinMs(out, fromMs, Date.now());
  await applied(jobAt(1));
  return { gapMs, operation };
}

async function byScript(): Promise<number> {
  await applied(jobAt(1, 2));
  const { generation } = await drey.getJob(job);
  if (!generation) throw new Error('the job does not run');
  const flink = stack.flinkOf(generation.name);
  const fromMs = Date.now();
  await change(flink, generation.flinkJobId, 2);
  const gapMs = await recordGapWithinMs(out, fromMs, Date.now() + 1_000);
  await change(flink, generation.flinkJobId, 1);
  await applied(jobAt(1));
  return gapMs;
}

/** The calls that a rescale cannot do without. */
async function change(flink: FlinkClient, jobId: string, parallelism: number): Promise<void> {
  const vertices = (await flink.job(jobId))?.vertices ?? [];
  const wanted = Object.fromEntries(vertices.map(({ id }) => [id, parallelism]));
  await flink.setResourceRequirements(jobId, requirementsFor(wanted));
  await flink.triggerCheckpoint(jobId);
  for (;;) {
    const seen = await flink.job(jobId).catch(() => undefined);
    const isThere = (seen?.vertices ?? []).map(({ tasks }) => tasks.RUNNING === parallelism);
    if (isThere.length > 0 && isThere.every(Boolean)) return;
    await pause(20);
  }
}

async function measure(load: Load) {
  const control = join(folder, 'control');
  setFault(control, 'rate', loads[load].rate);
  setFault(control, 'cost-us', loads[load].costUs);
  const floor: number[] = [];
  const measured: ByDrey[] = [];
  for (let run = 0; run < runs; run += 1) {
    if (load === 'backlog') await pause(backlogMs);
    floor.push(await byScript());
    measured.push(await byDrey());
    console.error(
      `${load} ${run + 1}: floor ${seconds(floor.at(-1) ?? 0)}, drey ${seconds(measured.at(-1)?.gapMs ?? 0)}`,
    );
  }
  const operations = measured.map(({ operation }) => operation);
  const gaps = measured.map(({ gapMs }) => gapMs);
  return {
    floorGapMs: { median: median(floor), all: floor },
    dreyGapMs: { median: median(gaps), all: gaps },
    pauseMs: { median: median(operations.map(({ pauseMs = Number.NaN }) => pauseMs)) },
    tookMs: { median: median(operations.map(tookOf)) },
    steps: stepMedians(operations),
    load: loadavg()[0],
  };
}

function tookOf({ startedAt = '', endedAt = '' }: OperationRecord): number {
  return Date.parse(endedAt) - Date.parse(startedAt);
}

function told(load: string, { floorGapMs, dreyGapMs, pauseMs, tookMs, steps }: Awaited<ReturnType<typeof measure>>) {
  const [gap, floor] = [dreyGapMs.median, floorGapMs.median];
  console.log(
    `\n${load}, medians of ${runs}: gap ${seconds(gap)}, floor ${seconds(floor)}, above the floor ${seconds(gap - floor)}`,
  );
  console.log(`  as Drey tells it ${seconds(pauseMs.median)}; the whole operation ${seconds(tookMs.median)}`);
  for (const { title, medianMs } of steps) console.log(`  ${title.padEnd(60)} ${seconds(medianMs)}`);
}

rmSync(folder, { recursive: true, force: true });
await applied(jobAt(1));
const results = { idle: await measure('idle'), backlog: await measure('backlog') };
const { operation: removal } = await drey.removeJob(job);
if (removal) await operationEnd(stack, job, removal.number);
if (values.output === 'json') console.log(JSON.stringify({ runs, ...results }, undefined, 2));
else for (const [load, result] of Object.entries(results)) told(load, result);
stack.kubernetes.close();
