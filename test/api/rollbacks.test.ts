/** Where a failed upgrade goes back to, by how its old job was stopped: on the real workflows with a cluster that is made up. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jobAnswer, operationAnswer } from '../../api/answer-shapes.ts';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import type { Caller } from '../support/api-caller.ts';
import { causedBy, jobIs } from '../support/observation-fixture.ts';
import { observedJobs } from '../support/observed-jobs.ts';
import { startPlaneWithAgent, type PlaneWithAgent } from '../support/plane-with-agent.ts';
import { specInput } from '../support/records.ts';

let here: PlaneWithAgent;
const call: Caller = (...request) => here.call(...request);

beforeAll(async () => {
  here = await startPlaneWithAgent('made-up-agent', { agent: {} });
}, 400_000);

afterAll(() => here?.stop());

const path = (name: string) => `/v1/tenants/default/jobs/${name}`;
const storage = { volumeClaim: { name: 'flink-state', mountPath: '/flink-state' } };

/** Applies the spec of a job whose program gets these arguments, and waits for the end of the operation. */
async function applied(name: string, said: string, change: Partial<FlinkJobInput['spec']> = {}) {
  const job = { jarUri: 'local:///opt/flink/usrlib/counts.jar', args: said.split(' ') };
  return endOf(name, await call('PUT', path(name), { body: specInput(name, { storage, job, ...change }) }));
}

async function endOf(name: string, { body }: Awaited<ReturnType<Caller>>) {
  const look = async () => {
    const answer = await call('GET', `${path(name)}/operations/${body.operation.number}`);
    const operation = operationAnswer.parse(answer.body);
    return operation.endedAt !== undefined && operation;
  };
  return waitUntil(look, { what: `the end of an operation of ${name}`, timeoutMs: 120_000 });
}

const viewOf = async (name: string) => jobAnswer.parse((await call('GET', path(name))).body);

test.each([
  ['seen to end: on its own Flink cluster', '--seen', 1],
  ['ended with its pods: on a new one, for its own would run it again', '--lost', 3],
])(
  'a job that was %s',
  async (_title, said, generation) => {
    const name = said.slice(2);
    await applied(name, said);
    const upgrade = await applied(name, '--unstable --empty');
    expect(upgrade).toMatchObject({ kind: 'upgrade', state: 'failed', rolledBackTo: 1 });
    expect(await viewOf(name)).toMatchObject({ phase: 'RUNNING', generation: { number: generation, revision: 1 } });
  },
  200_000,
);

test.each(['stateless', 'last-state'] as const)(
  'what makes no checkpoints and does not become stable gives the state back that was there before it (%s)',
  async (mode) => {
    await applied(mode, '--seen');
    const upgrade = await applied(mode, '--unstable --empty --no-checkpoints', { upgrade: { mode } });
    expect(upgrade).toMatchObject({ kind: 'upgrade', state: 'failed', rolledBackTo: 1 });
    expect(await viewOf(mode)).toMatchObject({ phase: 'RUNNING', startedFrom: 'file:///flink-state/chk-7' });
  },
  200_000,
);

/** Restores a job whose stop finds this from a savepoint of its own, in vain. @returns that savepoint, and what became of it */
async function restoredInVain(name: string, found: string) {
  await applied(name, `${found} --unstable`);
  const { number } = await endOf(name, await call('POST', `${path(name)}/savepoints`, { body: {} }));
  const restore = await endOf(name, await call('POST', `${path(name)}/restore`, { body: { savepoint: number } }));
  expect(restore).toMatchObject({ kind: 'upgrade', state: 'failed', restoredFrom: expect.stringMatching(/taken-/) });
  return { restore, job: await viewOf(name) };
}

test('a restore that does not become stable gives a job that had no state none: it begins as it did', async () => {
  const { restore, job } = await restoredInVain('empty', '--empty');
  expect(restore.rolledBackTo).toBe(1);
  expect(job).toMatchObject({ phase: 'RUNNING', generation: { revision: 1 } });
  expect([job.startedFrom, job.restorePoint]).toEqual([undefined, undefined]);
}, 200_000);

test('one of a job whose state could not be found waits with the savepoint that was named: nothing starts empty', async () => {
  const { restore, job } = await restoredInVain('unknown', '--gone');
  expect(restore).toMatchObject({ failure: { code: 'ROLLBACK_UNSAFE' } });
  expect(job).toMatchObject({ phase: 'FAILED', restorePoint: restore.restoredFrom });
}, 200_000);

test('a job that is found to have finished when it is to be gone back from stays finished: nothing is run again', async () => {
  const { eventually, operationsOf, tell } = observedJobs(() => here);
  await applied('done', '--first');
  await applied('done', '--done');
  await tell('done', { ...jobIs('FAILED'), ...causedBy('JOB_FAILED', 'The job failed: IOException.') });
  const job = await eventually('done', ({ phase, generation }) => phase === 'FINISHED' && !generation);
  expect(job).toMatchObject({ revision: 2, lastRun: 2 });
  expect(job.failure).toBeUndefined();
  const [newest] = await operationsOf('done');
  expect(newest).toMatchObject({ kind: 'recover', state: 'succeeded', revision: 1 });
  expect(newest?.steps.map(({ name }) => name)).toEqual(['clusterAsked', 'previousStopped', 'finishedRemoved']);
}, 200_000);

test('files that Flink cannot be rid of are told by the step that should remove them', async () => {
  await applied('keeps', '--keeps');
  const { steps } = await applied('keeps', '--other');
  const [removed] = steps.filter(({ name }) => name === 'previousRemoved');
  expect(removed?.detail).toBe('files are left in file:///flink-state: denied');
}, 200_000);

test('a job whose state could not be found is not brought back: it would start empty', async () => {
  await applied('gone', '--gone');
  const upgrade = await applied('gone', '--unstable --empty', { upgrade: { mode: 'stateless' } });
  expect(upgrade).toMatchObject({ kind: 'upgrade', state: 'failed', failure: { code: 'ROLLBACK_UNSAFE' } });
  expect(upgrade.rolledBackTo).toBeUndefined();
  expect(await viewOf('gone')).toMatchObject({ phase: 'FAILED' });
}, 200_000);

test('and says so though what has failed cannot be cleared away', async () => {
  await applied('lasting', '--gone');
  const upgrade = await applied('lasting', '--unstable --empty --stuck', { upgrade: { mode: 'stateless' } });
  expect(upgrade).toMatchObject({ kind: 'upgrade', state: 'failed', failure: { code: 'ROLLBACK_UNSAFE' } });
}, 200_000);

test('a job is not brought back beside what may still run, and that is said', async () => {
  await applied('unstoppable', '--seen');
  const { failure, rolledBackTo } = await applied('unstoppable', '--unstable --unstoppable');
  expect(failure).toMatchObject({ code: 'PODS_NOT_GONE', message: expect.stringContaining('Going back failed, too') });
  expect(rolledBackTo).toBeUndefined();
  expect(await viewOf('unstoppable')).toMatchObject({ phase: 'FAILED', restorePoint: 'file:///flink-state/chk-7' });
}, 200_000);

test('what is stable is what runs, though the one before could not be cleared away', async () => {
  await applied('stuck', '--stuck');
  const upgrade = await applied('stuck', '--other');
  expect(upgrade).toMatchObject({ kind: 'upgrade', state: 'failed', failure: { code: 'PODS_NOT_GONE' } });
  const seen = await viewOf('stuck');
  expect(seen).toMatchObject({ phase: 'RUNNING', lastRun: 2, generation: { revision: 2 } });
  // Nor is it touched by what would end it, as long as that cannot be cleared away.
  const suspend = await endOf('stuck', await call('POST', `${path('stuck')}/suspend`));
  expect(suspend).toMatchObject({ kind: 'suspend', state: 'failed', failure: { code: 'PODS_NOT_GONE' } });
  const left = await viewOf('stuck');
  expect(left).toMatchObject({ phase: 'RUNNING', generation: { revision: 2 } });
  expect(left.restorePoint).toBeUndefined();
}, 200_000);

test('so is what is rescaled, though its TaskManagers do not go', async () => {
  await applied('crowded', '--stuck');
  const job = { jarUri: 'local:///opt/flink/usrlib/counts.jar', args: ['--stuck'], parallelism: 2 };
  const rescale = await applied('crowded', '', { job });
  expect(rescale).toMatchObject({ kind: 'rescale', state: 'failed', failure: { code: 'PODS_NOT_GONE' } });
  expect(await viewOf('crowded')).toMatchObject({ phase: 'RUNNING', lastRun: 2, generation: { revision: 2 } });
}, 200_000);

test('so is what is promoted, though what ran before does not go', async () => {
  await applied('promoted', '--stuck');
  await applied('promoted', '--other', { upgrade: { strategy: 'blueGreen', stableAfter: '1s' } });
  const promote = await endOf('promoted', await call('POST', `${path('promoted')}/promote`));
  expect(promote).toMatchObject({ kind: 'promote', state: 'failed', failure: { code: 'PODS_NOT_GONE' } });
  expect(await viewOf('promoted')).toMatchObject({ phase: 'RUNNING', lastRun: 2, generation: { revision: 2 } });
}, 200_000);
