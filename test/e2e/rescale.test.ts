/** Another parallelism for a job that runs: in place, with what it needs added before and what is left over removed after. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { labels, operationWorkflowId } from '../../core/names.ts';
import { hasEnded, type OperationRecord } from '../../core/operation.ts';
import type { StepName } from '../../core/steps.ts';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { applied, apply, awaitStep, ended, namespace, removed, tenant } from '../support/e2e-job.ts';
import { flinkClustersOf, livingJobsOf } from '../support/flink-of.ts';
import { clearFault, setFault, verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger, type LedgerWish } from '../support/ledger-spec.ts';
import { setUnschedulable } from '../support/node.ts';
import { cli, drey, killAndRestart, kubernetes, terminateWorkflow } from '../support/running-stack.ts';

const names = ['rescale-d23', 'rescale-a23', 'rescale-d120'] as const;

afterAll(async () => {
  for (const name of names) await removed(name).catch(() => undefined);
}, 600_000);

/** One slot per TaskManager, so that every change of the parallelism needs another number of them. */
function job(name: string, parallelism: number, wish: LedgerWish = {}): FlinkJobInput {
  const spec = ledgerJob(name, wish);
  return {
    ...spec,
    spec: {
      ...spec.spec,
      job: { ...spec.spec.job, parallelism },
      taskManager: { ...spec.spec.taskManager, slots: 1 },
    },
  };
}

/** What really runs: the Flink job's id, the parallelism of its vertices, their tasks, and the TaskManagers' pods. */
async function running(name: string) {
  const [flink] = await flinkClustersOf(name);
  const [listed, ...others] = await livingJobsOf(name);
  const detail = listed && (await flink?.job(listed.id));
  return {
    others,
    id: listed?.id,
    parallelism: [...new Set(detail?.vertices.map((vertex) => vertex.parallelism))],
    tasks: [...new Set(detail?.vertices.map(({ tasks }) => JSON.stringify(tasks)))],
    taskManagers: (await podsOf(name, 'taskmanager')).length,
  };
}

async function verticesOf(name: string) {
  const [[flink], [listed]] = [await flinkClustersOf(name), await livingJobsOf(name)];
  return (listed && (await flink?.job(listed.id)))?.vertices ?? [];
}

async function podsOf(name: string, component: 'taskmanager' | 'jobmanager'): Promise<string[]> {
  const client = kubernetes();
  try {
    const labelSelector = `${labels.job}=${name},${labels.component}=${component}`;
    const pods = await client.list('Pod', namespace, { labelSelector });
    return pods.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => metadata.name);
  } finally {
    client.close();
  }
}

const runsAt = (parallelism: number) => ({
  others: [],
  parallelism: [parallelism],
  tasks: [JSON.stringify({ RUNNING: parallelism })],
  taskManagers: parallelism,
});

function withDeadlines(spec: FlinkJobInput): FlinkJobInput {
  return { ...spec, spec: { ...spec.spec, deadlines: { schedule: '10s' } } };
}

/** Deletes its pod, and sees it gone. */
async function loseJobManager(name: string): Promise<void> {
  const [pod = ''] = await podsOf(name, 'jobmanager');
  const client = kubernetes();
  await client.delete('Pod', namespace, pod);
  const isGone = async () => (await client.get('Pod', namespace, pod)) === undefined;
  await waitUntil(isGone, { what: `${pod} to be gone`, timeoutMs: 60_000, stepMs: 100 });
  client.close();
}

async function runsAgainAt(name: string, parallelism: number): Promise<void> {
  const isBack = async () => {
    const found = await running(name).catch(() => undefined);
    return found?.tasks.join() === runsAt(parallelism).tasks.join();
  };
  await waitUntil(isBack, { what: `${name} to run again at ${parallelism}`, timeoutMs: 120_000, stepMs: 250 });
}

function stepsOf({ steps }: OperationRecord): string[] {
  return steps.map(({ name, state }) => (state === 'done' ? name : `${name} ${state}`));
}

async function expectNothingLost(name: string): Promise<void> {
  expect(await verifyLedger(ledgerFolders(name).out)).toMatchObject({ good: true, missing: 0, doubled: 0 });
}

const begun = (name: string, number: number, step: StepName) => awaitStep(name, number, step, { stepMs: 5 });

describe('a dedicated cluster of Flink 2.3', () => {
  const name = 'rescale-d23';
  let id: string | undefined;

  test('grows in place: TaskManagers first, then the job', async () => {
    removeLedger(name);
    expect(await applied(job(name, 1))).toMatchObject({ state: 'succeeded' });
    ({ id } = await running(name));
    const record = await applied(job(name, 3));
    expect(record).toMatchObject({ kind: 'rescale', state: 'succeeded', pauseMs: expect.any(Number) });
    expect(stepsOf(record)).toEqual([
      'parallelismChecked',
      'taskManagersAdded',
      'podsScheduled',
      'imagesPulled',
      'slotsRegistered',
      'parallelismChanged',
      'tasksRescaled',
      'firstCheckpoint',
      'anchorUpdated',
    ]);
    expect(await running(name)).toMatchObject({ ...runsAt(3), id });
    await expectNothingLost(name);
  }, 600_000);

  test('keeps it when its JobManager is lost', async () => {
    await loseJobManager(name);
    await runsAgainAt(name, 3);
    expect(await running(name)).toMatchObject({ ...runsAt(3), id });
    await expectNothingLost(name);
  }, 240_000);

  test('refuses more than its state can be divided into, and stays as it is', async () => {
    const record = await applied(job(name, 200));
    expect(record).toMatchObject({ kind: 'rescale', state: 'failed', failure: { code: 'PARALLELISM_TOO_HIGH' } });
    expect(record.failure?.message).toMatch(/divided into 128 parts/);
    expect(stepsOf(record)).toEqual(['parallelismChecked failed']);
    expect(await running(name)).toMatchObject({ ...runsAt(3), id });
    expect((await drey().getJob({ tenant, name })).phase).toBe('RUNNING');
  }, 120_000);

  test('shrinks in place, and only TaskManagers without a task go', async () => {
    const before = await podsOf(name, 'taskmanager');
    const record = await applied(job(name, 1));
    expect(record).toMatchObject({ kind: 'rescale', state: 'succeeded' });
    expect(stepsOf(record)).toEqual([
      'parallelismChecked',
      'parallelismChanged',
      'tasksRescaled',
      'firstCheckpoint',
      'anchorUpdated',
      'taskManagersRemoved',
    ]);
    expect(await running(name)).toMatchObject({ ...runsAt(1), id });
    expect(before).toContain((await podsOf(name, 'taskmanager'))[0]);
    await expectNothingLost(name);
  }, 240_000);

  test('puts everything back when there is no room for another TaskManager', async () => {
    const tight = withDeadlines(job(name, 1));
    expect(await applied(tight)).toMatchObject({ kind: 'adjust', state: 'succeeded' });
    await setUnschedulable(true);
    const record = await applied(withDeadlines(job(name, 2)));
    await setUnschedulable(false);
    expect(record).toMatchObject({ kind: 'rescale', state: 'failed', failure: { code: 'NOT_SCHEDULABLE' } });
    expect(stepsOf(record)).toEqual(['parallelismChecked', 'taskManagersAdded', 'podsScheduled failed', 'undone']);
    expect(await running(name)).toMatchObject({ ...runsAt(1), id });
    expect(await applied(job(name, 1))).toMatchObject({ kind: 'adjust', state: 'succeeded' });
  }, 300_000);

  test.each<[StepName, number]>([
    ['taskManagersAdded', 2],
    ['parallelismChanged', 1],
    ['tasksRescaled', 2],
    ['taskManagersRemoved', 1],
  ])(
    'ends right when the agent is killed in %s',
    async (step, parallelism) => {
      const number = await apply(job(name, parallelism));
      await begun(name, number, step);
      await killAndRestart('agent');
      expect(await ended(name, number)).toMatchObject({ kind: 'rescale', state: 'succeeded' });
      expect(await running(name)).toMatchObject({ ...runsAt(parallelism), id });
      await expectNothingLost(name);
    },
    400_000,
  );

  test('puts everything back when somebody gives it up while TaskManagers start', async () => {
    const number = await apply(job(name, 2));
    await begun(name, number, 'podsScheduled');
    await drey().abortOperation({ tenant, name }, number);
    const record = await ended(name, number);
    expect(record).toMatchObject({ kind: 'rescale', state: 'aborted' });
    expect(stepsOf(record).at(-1)).toBe('undone');
    expect(await running(name)).toMatchObject({ ...runsAt(1), id });
  }, 240_000);

  test('puts the parallelism back when the job does not come up with it', async () => {
    const number = await apply(job(name, 2));
    const { control } = ledgerFolders(name);
    await begun(name, number, 'parallelismChanged');
    setFault(control, 'fail', 'always');
    await begun(name, number, 'parallelismPutBack');
    clearFault(control, 'fail');
    const record = await ended(name, number);
    expect(record).toMatchObject({ kind: 'rescale', state: 'failed', failure: { code: 'JOB_FAILED' } });
    expect(record.failure?.message).toMatch(/put back to parallelism 1/);
    expect(await running(name)).toMatchObject({ ...runsAt(1), id });
    await expectNothingLost(name);
  }, 400_000);

  test('goes on from the state when the operation itself is lost, with the new parallelism', async () => {
    const { control } = ledgerFolders(name);
    // Flink rescales with a checkpoint: until that is made, the operation waits.
    setFault(control, 'checkpoint-delay-ms', 6_000);
    const number = await apply(job(name, 2));
    await begun(name, number, 'tasksRescaled');
    await terminateWorkflow(operationWorkflowId({ tenant, name }, number, 'rescale'));
    clearFault(control, 'checkpoint-delay-ms');
    const isOver = async () => {
      const { items } = await drey().listOperations({ tenant, name });
      const newest = items.toSorted((one, other) => other.number - one.number)[0];
      return newest && newest.number > number && hasEnded(newest) && newest;
    };
    const record = await waitUntil(isOver, { what: 'the next operation', timeoutMs: 300_000, stepMs: 150 });
    expect(record).toMatchObject({ kind: 'deploy', state: 'succeeded' });
    expect(await running(name)).toMatchObject(runsAt(2));
    await expectNothingLost(name);
  }, 400_000);

  test('and the next start of the job has it, too', async () => {
    expect(await applied(job(name, 1))).toMatchObject({ kind: 'rescale', state: 'succeeded' });
    const next = await applied({ ...job(name, 1), spec: { ...job(name, 1).spec, restartNonce: 1 } });
    expect(next).toMatchObject({ kind: 'upgrade', state: 'succeeded' });
    expect(await running(name)).toMatchObject(runsAt(1));
    await expectNothingLost(name);
  }, 400_000);

  test('one vertex has a parallelism of its own, over a restart, until it follows the job again', async () => {
    const vertex = (await verticesOf(name)).at(-1)?.id ?? '';
    const scale = (wish: string) => cli('scale', name, '--vertex', `${vertex}=${wish}`, '--wait', '--timeout', '3m');
    expect(await scale('2')).toMatchObject({ code: 0, stdout: expect.stringContaining('rescale') });
    expect((await verticesOf(name)).map(({ parallelism }) => parallelism)).toEqual([1, 2]);
    expect(await cli('restart', name, '--wait', '--timeout', '3m')).toMatchObject({ code: 0 });
    expect((await verticesOf(name)).map(({ parallelism }) => parallelism)).toEqual([1, 2]);
    expect(await scale('')).toMatchObject({ code: 0 });
    expect((await verticesOf(name)).map(({ parallelism }) => parallelism)).toEqual([1, 1]);
    expect(await podsOf(name, 'taskmanager')).toHaveLength(1);
    await expectNothingLost(name);
  }, 600_000);
});

describe.each([
  ['an application', 'rescale-a23', { mode: 'application' }],
  ['Flink 1.20', 'rescale-d120', { version: '1.20' }],
] as const)('%s', (_what, name, wish) => {
  test('grows in place, keeps that when its JobManager is lost, and shrinks', async () => {
    removeLedger(name);
    expect(await applied(job(name, 1, wish))).toMatchObject({ state: 'succeeded' });
    const { id } = await running(name);
    expect(await applied(job(name, 2, wish))).toMatchObject({ kind: 'rescale', state: 'succeeded' });
    expect(await running(name)).toMatchObject({ ...runsAt(2), id });
    await loseJobManager(name);
    await runsAgainAt(name, 2);
    expect(await running(name)).toMatchObject({ ...runsAt(2), id });
    expect(await applied(job(name, 1, wish))).toMatchObject({ kind: 'rescale', state: 'succeeded' });
    expect(await running(name)).toMatchObject({ ...runsAt(1), id });
    await expectNothingLost(name);
  }, 600_000);
});
