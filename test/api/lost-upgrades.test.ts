/** Upgrades whose workflow is lost after the old job was stopped, on the real workflows: a deploy takes their place. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
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
const folder = mkdtempSync(join(tmpdir(), 'drey-lost-'));
const stall = join(folder, 'stall');

beforeAll(async () => {
  here = await startPlaneWithAgent('made-up-agent', { agent: { STALL: stall } });
}, 400_000);

afterAll(async () => {
  await here?.stop();
  rmSync(folder, { recursive: true });
});

const { eventually, tell } = observedJobs(() => here);

type Operation = ReturnType<typeof operationAnswer.parse>;
type Change = Partial<FlinkJobInput['spec']>;

const path = (name: string) => `/v1/tenants/default/jobs/${name}`;
const storage = { volumeClaim: { name: 'flink-state', mountPath: '/flink-state' } };
const args = (...said: string[]) => ({ job: { jarUri: 'local:///opt/flink/usrlib/counts.jar', args: said } });

async function operationOf(name: string, number: number): Promise<Operation | undefined> {
  const { status, body } = await call('GET', `${path(name)}/operations/${number}`);
  return status === 200 ? operationAnswer.parse(body) : undefined;
}

function seen(name: string, number: number, isSo: (operation: Operation) => boolean): Promise<Operation> {
  const look = async () => {
    const operation = await operationOf(name, number);
    return operation !== undefined && isSo(operation) && operation;
  };
  return waitUntil(look, { what: `operation ${number} of ${name}`, timeoutMs: 120_000 });
}

const ended = (name: string, number: number) => seen(name, number, ({ endedAt }) => endedAt !== undefined);

async function applied(name: string, change: Change): Promise<number> {
  const { body } = await call('PUT', path(name), { body: specInput(name, { storage, ...change }) });
  return body.operation.number;
}

/** Terminates the operation while it waits in this step, and lets its agent go on. */
async function lose(name: string, number: number, step: string): Promise<void> {
  const { workflowId = '' } = await seen(name, number, ({ steps }) => steps.some((one) => one.name === step));
  await here.client.workflow.getHandle(workflowId).terminate('by hand');
  rmSync(stall);
}

/** A job that runs revision 1, and whose upgrade to this one was lost after it was stopped. */
async function upgradeLost(name: string, change: Change): Promise<Operation> {
  await ended(name, await applied(name, {}));
  writeFileSync(stall, 'submitJob');
  const number = await applied(name, change);
  await lose(name, number, 'jobSubmitted');
  expect(await ended(name, number)).toMatchObject({ kind: 'upgrade', state: 'failed', supersededBy: number + 1 });
  return ended(name, number + 1);
}

/** Gives an operation up that waits for the cluster's answer. */
async function givenUpAsking(name: string, number: number): Promise<Operation> {
  await seen(name, number, (one) => stepsOf(one).includes('clusterAsked'));
  await call('POST', `${path(name)}/operations/${number}/abort`);
  const operation = await ended(name, number);
  expect(operation).toMatchObject({ state: 'aborted' });
  return operation;
}

/** A job whose upgrade to this one was lost, and what took its place given up. Its agent answers to no question what is there. */
async function repetitionGivenUp(name: string, change: Change): Promise<void> {
  await ended(name, await applied(name, {}));
  writeFileSync(stall, 'submitJob');
  const number = await applied(name, change);
  const { workflowId = '' } = await seen(name, number, (one) => stepsOf(one).includes('jobSubmitted'));
  writeFileSync(stall, 'findGenerations');
  await here.client.workflow.getHandle(workflowId).terminate('by hand');
  expect(await givenUpAsking(name, number + 1)).toMatchObject({ kind: 'deploy' });
}

const viewOf = async (name: string) => jobAnswer.parse((await call('GET', path(name))).body);
const stepsOf = ({ steps }: Operation) => steps.map(({ name }) => name);

describe('an upgrade that was lost is begun again', () => {
  test('and goes back to the revision before where the new one does not become stable', async () => {
    const again = await upgradeLost('unstable', args('--unstable'));
    expect(again).toMatchObject({ kind: 'deploy', state: 'failed', failure: { code: 'JOB_FAILED' }, rolledBackTo: 1 });
    const job = await viewOf('unstable');
    expect(job).toMatchObject({ phase: 'RUNNING', lastRun: 1, generation: { revision: 1 } });
    // A number that nothing had before: neither the lost upgrade's nor that of the deploy.
    expect(job.generation?.number).toBe((again.generation ?? 0) + 1);
  }, 200_000);

  test('and brings the new one about where it does', async () => {
    const again = await upgradeLost('well', args('--well'));
    expect(again).toMatchObject({ kind: 'deploy', state: 'succeeded' });
    expect(stepsOf(again)).toContain('stable');
    expect(await viewOf('well')).toMatchObject({ phase: 'RUNNING', lastRun: 2, generation: { revision: 2 } });
  }, 200_000);

  test('and goes back though that is lost, too', async () => {
    await ended('twice', await applied('twice', {}));
    writeFileSync(stall, 'submitJob');
    const number = await applied('twice', args('--unstable'));
    await lose('twice', number, 'jobSubmitted');
    writeFileSync(stall, 'submitJob');
    await lose('twice', number + 1, 'jobSubmitted');
    expect(await ended('twice', number + 2)).toMatchObject({ kind: 'deploy', state: 'failed', rolledBackTo: 1 });
    expect(await viewOf('twice')).toMatchObject({ phase: 'RUNNING', generation: { revision: 1 } });
  }, 200_000);

  test('by the next one, where what took its place was given up before the cluster was asked', async () => {
    const change = args('--unstable');
    await repetitionGivenUp('given-up', change);
    rmSync(stall);
    const again = await applied('given-up', change);
    expect(await ended('given-up', again)).toMatchObject({ kind: 'deploy', state: 'failed', rolledBackTo: 1 });
    expect(await viewOf('given-up')).toMatchObject({ phase: 'RUNNING', generation: { revision: 1 } });
  }, 200_000);

  test('as a restore of what had state that nobody can find: it waits with the savepoint that was named', async () => {
    await ended('restored', await applied('restored', args('--gone', '--unstable')));
    const taking = (await call('POST', `${path('restored')}/savepoints`, { body: {} })).body.operation.number;
    await ended('restored', taking);
    writeFileSync(stall, 'submitJob');
    const { body } = await call('POST', `${path('restored')}/restore`, { body: { savepoint: taking } });
    const { number } = body.operation;
    await lose('restored', number, 'jobSubmitted');
    const again = await ended('restored', number + 1);
    expect(again).toMatchObject({ kind: 'deploy', state: 'failed', failure: { code: 'ROLLBACK_UNSAFE' } });
    expect([again.stopFound, again.rolledBackTo]).toEqual(['stateUnknown', undefined]);
    expect(await viewOf('restored')).toMatchObject({ phase: 'FAILED', restorePoint: again.restoredFrom });
  }, 200_000);

  test('and says that it goes back nowhere where nobody knows the state that was left behind', async () => {
    await ended('left', await applied('left', args('--gone')));
    writeFileSync(stall, 'submitJob');
    const number = await applied('left', { ...args('--gone', '--left'), upgrade: { mode: 'stateless' } });
    const { workflowId = '' } = await seen('left', number, (one) => stepsOf(one).includes('jobSubmitted'));
    writeFileSync(stall, 'waitTasks');
    await here.client.workflow.getHandle(workflowId).terminate('by hand');
    const again = await seen('left', number + 1, (one) => stepsOf(one).includes('tasksRunning'));
    expect(again).toMatchObject({
      kind: 'deploy',
      plan: { mode: 'stateless', notes: [expect.stringMatching(/left behind/)] },
    });
    const abort = (query: string) => call('POST', `${path('left')}/operations/${number + 1}/abort${query}`);
    expect((await abort('?dryRun=true')).body.abort).toMatchObject({ end: 'givenUp' });
    expect((await abort('')).status).toBe(202);
    rmSync(stall);
    const given = await ended('left', number + 1);
    expect(given).toMatchObject({ state: 'aborted' });
    expect(given.rolledBackTo).toBeUndefined();
  }, 200_000);

  test('and what was seen to have ended since is not said to run by a start that is given up, too', async () => {
    await repetitionGivenUp('seen-ended', args('--unstable'));
    await tell('seen-ended', jobIs('CANCELED'));
    await eventually('seen-ended', ({ phase }) => phase === 'CANCELED');
    const { body } = await call('POST', `${path('seen-ended')}/resume`);
    await givenUpAsking('seen-ended', body.operation.number);
    rmSync(stall);
    expect(await viewOf('seen-ended')).toMatchObject({ phase: 'FAILED' });
  }, 200_000);

  test('and stays stopped with its state where its spec wants no rollback', async () => {
    const change = { ...args('--unstable'), upgrade: { rollback: false } };
    const again = await upgradeLost('stays', change);
    expect(again).toMatchObject({ state: 'failed', failure: { code: 'JOB_FAILED' } });
    expect(again.rolledBackTo).toBeUndefined();
    expect(await viewOf('stays')).toMatchObject({
      phase: 'FAILED',
      restorePoint: expect.stringContaining('savepoint'),
    });
  }, 200_000);
});

/** Savepoints with which the job's first submission was stopped. */
async function stopped(name: string): Promise<object[]> {
  const { items } = (await call('GET', `${path(name)}/savepoints`)).body;
  return items.filter((one: { path: string }) => one.path.includes('/stop-1-2/'));
}

describe('the savepoint with which a lost upgrade stopped the job is on its list', () => {
  test('once, where the old Flink cluster still tells of it', async () => {
    await upgradeLost('listed', args('--listed'));
    expect(await stopped('listed')).toMatchObject([{ number: 2, origin: 'upgrade', revision: 1, generation: 1 }]);
  }, 200_000);

  test('and so cleaned up, where only what started from it is left', async () => {
    await ended('started', await applied('started', {}));
    writeFileSync(stall, 'waitTasks');
    const change = { upgrade: { strategy: 'recreate' }, savepoints: { retain: { count: 1 } } } as const;
    const number = await applied('started', { ...args('--started'), ...change });
    await lose('started', number, 'tasksRunning');
    const again = await ended('started', number + 1);
    expect(again).toMatchObject({ kind: 'deploy', state: 'succeeded' });
    expect(await stopped('started')).toMatchObject([
      { number, generation: 1, revision: 1, state: 'disposed', disposedBy: number + 1 },
    ]);
  }, 200_000);
});

test('each of two savepoints with which one deploy stopped two Flink clusters is listed, and cleaned up', async () => {
  await ended('both', await applied('both', args('--unending')));
  writeFileSync(stall, 'waitTasks');
  const lost = await applied('both', args('--both'));
  await lose('both', lost, 'tasksRunning');
  const [again, further] = [lost + 1, lost + 2];
  expect(await ended('both', again)).toMatchObject({ kind: 'deploy', state: 'succeeded' });
  const listed = async () => (await call('GET', `${path('both')}/savepoints`)).body.items;
  expect(await listed()).toMatchObject([
    { number: further, operation: again, generation: 2, state: 'completed' },
    { number: again, generation: 1, state: 'completed' },
    { number: lost, generation: 1, state: 'completed' },
  ]);
  // No operation has the number of a savepoint that another one took.
  const adjusted = await applied('both', { ...args('--both'), savepoints: { retain: { count: 1 } } });
  expect(adjusted).toBe(further + 1);
  const { body } = await call('POST', `${path('both')}/savepoints`, { body: {} });
  const cleaning = body.operation.number;
  expect(await ended('both', cleaning)).toMatchObject({ state: 'succeeded' });
  const gone = { state: 'disposed', disposedBy: cleaning };
  expect(await listed()).toMatchObject([
    { number: cleaning, state: 'completed' },
    { number: further, operation: again, ...gone },
    { number: again, ...gone },
    { number: lost, ...gone },
  ]);
}, 200_000);

test('both are listed, too, where that deploy is lost then: the storage tells of what is gone', async () => {
  await ended('both-lost', await applied('both-lost', args('--unending')));
  writeFileSync(stall, 'waitTasks');
  const upgrade = await applied('both-lost', args('--both-lost'));
  await lose('both-lost', upgrade, 'tasksRunning');
  writeFileSync(stall, 'waitTasks');
  await lose('both-lost', upgrade + 1, 'tasksRunning');
  const again = upgrade + 2;
  expect(await ended('both-lost', again)).toMatchObject({ kind: 'deploy', state: 'succeeded' });
  const { items } = (await call('GET', `${path('both-lost')}/savepoints`)).body;
  // Of the upgrade, of both that its repetition has stopped, and of what that has started.
  expect(items.map(({ generation }: { generation: number }) => generation).toSorted()).toEqual([1, 1, 2, 4]);
}, 200_000);

/** A job with a candidate beside it. */
async function dual(name: string): Promise<void> {
  const blueGreen = { upgrade: { strategy: 'blueGreen', stableAfter: '1s' } } as const;
  await ended(name, await applied(name, {}));
  await ended(name, await applied(name, { ...args('--next'), ...blueGreen }));
}

/** @returns the number of the operation. */
const promoted = async (name: string): Promise<number> =>
  (await call('POST', `${path(name)}/promote`)).body.operation.number;

/** A promotion that was lost when its candidate was the job already; what is done again finds this in the way. @returns its number. */
async function promotionLost(name: string, inTheWay: string): Promise<number> {
  await dual(name);
  writeFileSync(stall, 'cancelJob');
  const number = await promoted(name);
  const { workflowId = '' } = await seen(name, number, (one) => stepsOf(one).includes('previousStopped'));
  writeFileSync(stall, inTheWay);
  await here.client.workflow.getHandle(workflowId).terminate('by hand');
  await seen(name, number + 1, (one) => stepsOf(one).includes('clusterAsked'));
  // Its own record may be written later than that.
  await seen(name, number, (one) => one.state === 'failed');
  return number;
}

/** @returns the generation that runs since. */
async function promotedBy(name: string, number: number): Promise<number | undefined> {
  const operation = await ended(name, number);
  expect(operation).toMatchObject({ kind: 'promote', state: 'succeeded' });
  expect(stepsOf(operation)).toContain('previousRemoved');
  const job = await viewOf(name);
  expect(job).toMatchObject({ phase: 'RUNNING', generation: { revision: 2 } });
  expect(job.candidate).toBeUndefined();
  return job.generation?.number;
}

describe('a promotion that was lost when the candidate was the job already', () => {
  test('comes to its end, though it is to be given up then', async () => {
    const again = (await promotionLost('promoted', 'findGenerations')) + 1;
    const abort = (query = '') => call('POST', `${path('promoted')}/operations/${again}/abort${query}`);
    expect((await abort('?dryRun=true')).body.abort).toMatchObject({ end: 'undecided' });
    await abort();
    rmSync(stall);
    expect(await promotedBy('promoted', again)).toBe(2);
  }, 200_000);

  test('is not taken back by a discard where it failed then, and can be asked for again', async () => {
    const again = (await promotionLost('not-discarded', 'findGenerations fails')) + 1;
    expect(await ended('not-discarded', again)).toMatchObject({ kind: 'promote', state: 'failed' });
    rmSync(stall);
    const discard = (await call('POST', `${path('not-discarded')}/discard`)).body.operation.number;
    expect(await ended('not-discarded', discard)).toMatchObject({
      state: 'failed',
      failure: { code: 'OBJECTS_GONE', cure: expect.stringMatching(/Promote it/) },
    });
    expect(await viewOf('not-discarded')).toMatchObject({ phase: 'DUAL_RUNNING', generation: { number: 1 } });
    expect(await promotedBy('not-discarded', await promoted('not-discarded'))).toBe(2);
  }, 200_000);

  test('nor forgotten by what was to bring it back', async () => {
    const again = (await promotionLost('not-revived', 'findGenerations fails')) + 1;
    await ended('not-revived', again);
    rmSync(stall);
    await tell('not-revived', { ...jobIs('FAILED'), ...causedBy('JOB_FAILED', 'It failed.') }, {}, 'candidate');
    expect(await ended('not-revived', again + 1)).toMatchObject({
      kind: 'revive',
      failure: { code: 'OBJECTS_GONE', cure: expect.stringMatching(/Promote it/) },
    });
    const job = await viewOf('not-revived');
    expect(job).toMatchObject({ phase: 'DUAL_RUNNING', generation: { number: 1 }, candidate: { number: 2 } });
  }, 200_000);
});

test('a promotion that is refused halfway, again and again, leaves a candidate that can be promoted', async () => {
  await dual('halfway');
  writeFileSync(stall, 'publishService fails');
  for (let tries = 0; tries < 2; tries += 1) {
    expect(await ended('halfway', await promoted('halfway'))).toMatchObject({ failure: { code: 'NAME_TAKEN' } });
    const job = await viewOf('halfway');
    expect(job).toMatchObject({ phase: 'DUAL_RUNNING', generation: { number: 1 }, candidate: { number: 2 } });
  }
  rmSync(stall);
  expect(await promotedBy('halfway', await promoted('halfway'))).toBe(2);
}, 200_000);

test('nor does what brings the job back beside it take it for the job', async () => {
  await dual('beside');
  writeFileSync(stall, 'publishService fails');
  const number = await promoted('beside');
  await ended('beside', number);
  rmSync(stall);
  await tell('beside', { ...jobIs('FAILED'), ...causedBy('JOB_FAILED', 'It failed.') });
  const recovery = await ended('beside', number + 1);
  expect(recovery).toMatchObject({ kind: 'recover', state: 'succeeded' });
  const job = await viewOf('beside');
  expect(job).toMatchObject({
    phase: 'DUAL_RUNNING',
    generation: { number: 3, revision: 1 },
    candidate: { number: 2 },
  });
  expect(await promotedBy('beside', await promoted('beside'))).toBe(2);
}, 200_000);

test('a first deploy that was lost has nothing to go back to', async () => {
  writeFileSync(stall, 'submitJob');
  const number = await applied('first', args('--unstable'));
  await lose('first', number, 'jobSubmitted');
  const again = await ended('first', number + 1);
  expect(again).toMatchObject({ kind: 'deploy', state: 'succeeded' });
  expect(stepsOf(again)).not.toContain('stable');
}, 200_000);
