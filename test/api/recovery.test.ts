/** What a job's workflow does about what agents see of it: the real workflow, on an agent whose every step succeeds at once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { jobAnswer } from '../../api/answer-shapes.ts';
import { isCurrentAttempt } from '../../clients/temporal/current-attempt.ts';
import { observerTaskQueue } from '../../core/names.ts';
import { objectsGoneName } from '../../core/observation/signal.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import type { Caller } from '../support/api-caller.ts';
import type { SpecChange } from '../support/findings.ts';
import { causedBy, jobIs } from '../support/observation-fixture.ts';
import { observedJobs, path } from '../support/observed-jobs.ts';
import { startPlaneWithAgent, type PlaneWithAgent } from '../support/plane-with-agent.ts';
import { specInput } from '../support/records.ts';

let here: PlaneWithAgent;
const call: Caller = (...request) => here.call(...request);
const failing = mkdtempSync(join(tmpdir(), 'drey-failing-'));

beforeAll(async () => {
  here = await startPlaneWithAgent('idle-agent', { agent: { FAILING_FOLDER: failing } });
}, 400_000);

afterAll(async () => {
  await here?.stop();
  rmSync(failing, { recursive: true, force: true });
});

const { viewOf, operationsOf, eventually, apply, running, tell } = observedJobs(() => here);

const failed = { ...jobIs('FAILED'), ...causedBy('JOB_FAILED', 'The job failed: IOException.') };
const quick = { recovery: { attempts: 2, backoff: { initial: '1s', max: '1s' } } };

const hoursAgo = (hours: number) => ({ from: 'checkpoint', sinceMs: Date.now() - hours * 3_600_000 });

describe('a job that fails', () => {
  test('is brought back from its newest restore point, and the answers say so', async () => {
    await running('fails');
    await tell('fails', failed);
    const job = await eventually('fails', ({ phase, generation }) => phase === 'RUNNING' && generation?.number === 2);
    expect(jobAnswer.parse(job).trouble).toBeUndefined();
    const [newest] = await operationsOf('fails');
    expect(newest).toMatchObject({
      kind: 'recover',
      state: 'succeeded',
      requestedBy: 'drey',
      reason: 'The job failed: IOException.',
      restoredFrom: 'file:/flink-state/chk-7',
    });
  }, 200_000);

  test('is given up when no attempt brings it back, though nothing of it is left, and is resumed in one command', async () => {
    await running('given-up', quick);
    writeFileSync(join(failing, 'waitTasks'), '');
    await tell('given-up', failed);
    const job = await eventually('given-up', ({ phase }) => phase === 'FAILED');
    expect(jobAnswer.parse(job)).toMatchObject({
      failure: { code: 'NOT_BROUGHT_BACK', evidence: expect.stringContaining('waitTasks was told to fail') },
      trouble: {
        next: 'givenUp',
        resume: 'drey resume given-up',
        tried: [{ hasSucceeded: false }, { hasSucceeded: false }],
      },
    });
    rmSync(join(failing, 'waitTasks'));
    const tried = await call('POST', `${path('given-up')}/resume?dryRun=true`);
    expect(tried.body).toMatchObject({
      changed: true,
      startsFrom: 'file:/flink-state/chk-7',
      plan: { kind: 'deploy' },
    });
    const answer = await call('POST', `${path('given-up')}/resume`);
    expect(answer).toMatchObject({ status: 202, body: { operation: { reason: 'The job was resumed' } } });
    const again = await eventually('given-up', ({ phase }) => phase === 'RUNNING');
    expect(again.failure).toBeUndefined();
    expect((await operationsOf('given-up'))[0]).toMatchObject({ restoredFrom: 'file:/flink-state/chk-7' });
  }, 300_000);

  describe('whose checkpoint gets too old while it is brought back', () => {
    const [also, fails] = [join(failing, 'stopJob.also'), join(failing, 'waitPodsScheduled')];
    const limit = { upgrade: { maxStateAge: '1h' } };
    // What the agent stops it judges itself: here it finds all of it young enough.
    const leaves = (told: object) => writeFileSync(also, JSON.stringify(told));
    /** Brought back once in vain, with nothing left of that, and once more. */
    const secondTry = async (name: string, spec: object) => {
      await running(name, { ...spec, recovery: { attempts: 3, backoff: { initial: '1s', max: '1s' } } });
      writeFileSync(fails, 'NOT_SCHEDULABLE');
      await tell(name, failed);
      const outcomes = async () =>
        (await operationsOf(name)).filter(({ kind, endedAt }) => kind === 'recover' && endedAt).toReversed();
      await waitUntil(async () => (await outcomes()).length > 0, { what: 'the first try', timeoutMs: 60_000 });
      rmSync(fails);
      const second = async () => (await outcomes())[1];
      return waitUntil(second, { what: 'the second try', timeoutMs: 60_000 });
    };
    afterEach(() => {
      for (const file of [also, fails]) rmSync(file, { force: true });
    });

    test('stays stopped until the limit is raised', async () => {
      leaves({ age: hoursAgo(2) });
      expect(await secondTry('aged', limit)).toMatchObject({
        state: 'failed',
        failure: { code: 'STATE_TOO_OLD', message: expect.stringMatching(/^The newest checkpoint is 72\d\d s old/) },
        steps: [{ name: 'clusterAsked' }],
      });
      const job = await eventually('aged', ({ phase }) => phase === 'FAILED');
      expect(job.failure?.cure).toMatch(/Raise spec.upgrade.maxStateAge/);
      expect((await operationsOf('aged')).length).toBe(3);
      expect((await call('POST', `${path('aged')}/resume`)).status).toBe(202);
      const resumed = async () => (await operationsOf('aged')).find(({ number, endedAt }) => number === 4 && endedAt);
      const again = await waitUntil(resumed, { what: 'the resume', timeoutMs: 60_000 });
      expect(again).toMatchObject({ failure: { code: 'STATE_TOO_OLD' } });
      await running('aged', { upgrade: { maxStateAge: '3h' } });
      expect((await operationsOf('aged'))[0]).toMatchObject({ restoredFrom: 'file:/flink-state/chk-7' });
    }, 300_000);

    test.each([
      ['is brought back where its spec has no limit', 'ageless', {}, () => ({ age: hoursAgo(2) })],
      ['is brought back where it is not too old yet', 'young', limit, () => ({ age: hoursAgo(0.5) })],
      ['is brought back where nobody has told how old it is', 'untold', limit, () => ({})],
    ])(
      '%s',
      async (_title, name, spec, told) => {
        leaves(told());
        expect(await secondTry(name, spec)).toMatchObject({
          state: 'succeeded',
          restoredFrom: 'file:/flink-state/chk-7',
        });
      },
      200_000,
    );

    test('goes on from it all the same where somebody has stopped it', async () => {
      await running('on-purpose', { ...limit, storage: { root: 's3://bucket/flink' } });
      leaves({ age: hoursAgo(2) });
      expect((await call('POST', `${path('on-purpose')}/cancel`)).status).toBe(202);
      await eventually('on-purpose', ({ phase }) => phase === 'CANCELED');
      expect((await call('POST', `${path('on-purpose')}/resume`)).status).toBe(202);
      await eventually('on-purpose', ({ phase }) => phase === 'RUNNING');
      expect((await operationsOf('on-purpose'))[0]).toMatchObject({ restoredFrom: 'file:/flink-state/chk-7' });
    }, 200_000);

    test('goes on from it where somebody has canceled it between two attempts', async () => {
      await running('in-between', { ...limit, recovery: { attempts: 3, backoff: { initial: '1s', max: '10m' } } });
      leaves({ age: hoursAgo(2) });
      writeFileSync(fails, 'NOT_SCHEDULABLE');
      await tell('in-between', failed);
      const isTried = async () => (await operationsOf('in-between'))[0]?.failure?.code === 'NOT_SCHEDULABLE';
      await waitUntil(isTried, { what: 'the first try', timeoutMs: 60_000 });
      expect((await call('POST', `${path('in-between')}/cancel`)).status).toBe(202);
      await eventually('in-between', ({ phase }) => phase === 'CANCELED');
      rmSync(fails);
      expect((await call('POST', `${path('in-between')}/resume`)).status).toBe(202);
      await eventually('in-between', ({ phase }) => phase === 'RUNNING');
      expect((await operationsOf('in-between'))[0]).toMatchObject({ restoredFrom: 'file:/flink-state/chk-7' });
    }, 200_000);
  });

  test.each(['while', 'after'])(
    '%s it is rescaled is brought back with what ran',
    async (when) => {
      const name = `rescaled-${when}`;
      const { job } = specInput(name).spec;
      const [held, file] = [join(failing, 'waitParallelism.held'), join(failing, 'waitParallelism')];
      await running(name);
      writeFileSync(held, '');
      await apply(name, { job: { ...job, parallelism: 2 } });
      const rescale = async () => (await operationsOf(name)).find(({ kind }) => kind === 'rescale');
      const isAsked = async () => (await rescale())?.steps.some((step) => step.name === 'tasksRescaled');
      await waitUntil(isAsked, { what: 'the wait for its tasks', timeoutMs: 60_000 });
      if (when === 'while') await tell(name, failed);
      writeFileSync(file, 'JOB_NOT_RUNNING');
      rmSync(held);
      const isOver = async () => (await rescale())?.state === 'failed';
      await waitUntil(isOver, { what: 'the end of the rescale', timeoutMs: 60_000 });
      rmSync(file);
      if (when === 'after') await eventually(name, ({ phase }) => phase === 'RUNNING');
      if (when === 'after') await tell(name, failed);
      const again = await eventually(name, ({ phase, generation }) => phase === 'RUNNING' && generation?.number === 2);
      expect(again.generation?.revision).toBe(1);
      expect((await operationsOf(name))[0]).toMatchObject({ kind: 'recover', state: 'succeeded', revision: 1 });
    },
    200_000,
  );

  test('soon after an upgrade goes back to the revision before', async () => {
    await running('upgraded');
    await running('upgraded', { job: { ...specInput('upgraded').spec.job, args: ['--other'] } });
    await eventually('upgraded', ({ lastRun, phase }) => phase === 'RUNNING' && lastRun === 2);
    await tell('upgraded', failed);
    const job = await eventually(
      'upgraded',
      ({ phase, generation }) => phase === 'RUNNING' && generation?.revision === 1,
    );
    expect(job).toMatchObject({
      revision: 2,
      lastRun: 1,
      failure: { message: expect.stringContaining('rolled back') },
    });
    // By this `drey wait` knows what the job was brought back to.
    expect((await operationsOf('upgraded'))[0]).toMatchObject({ kind: 'recover', state: 'succeeded', revision: 1 });
  }, 200_000);
});

describe('a job that a person has rolled back', () => {
  test('is brought back with the revision that it went back to', async () => {
    const { job: spec } = specInput('went-back').spec;
    await running('went-back');
    await running('went-back', { job: { ...spec, args: ['--bad'] } });
    await eventually('went-back', ({ lastRun, phase }) => phase === 'RUNNING' && lastRun === 2);
    expect((await call('POST', `${path('went-back')}/rollback`)).status).toBe(202);
    await eventually('went-back', ({ lastRun, phase }) => phase === 'RUNNING' && lastRun === 3);
    await tell('went-back', failed);
    const job = await eventually(
      'went-back',
      ({ phase, generation }) => phase === 'RUNNING' && generation?.number === 4,
    );
    expect(job).toMatchObject({ revision: 3, lastRun: 3, generation: { revision: 3 } });
    expect((await operationsOf('went-back'))[0]).toMatchObject({ kind: 'recover', revision: 3 });
  }, 200_000);
});

const heals: SpecChange = { recovery: { drift: 'heal' } };
const healing = async () =>
  (await operationsOf('drifts')).find(({ kind, state }) => kind === 'heal' && state === 'succeeded');

describe('a job whose objects', () => {
  test('are deleted has them put back, where its spec wants that, and runs on', async () => {
    await running('drifts', heals);
    await tell('drifts', { missing: ['Service drifts'] }, heals);
    const operation = await waitUntil(healing, { what: 'the healing', timeoutMs: 60_000 });
    expect(operation.steps.map(({ name }) => name)).toEqual(['objectsHealed']);
    await tell('drifts', jobIs('RUNNING'));
    const job = await eventually('drifts', ({ trouble }) => trouble === undefined);
    expect(job).toMatchObject({ phase: 'RUNNING', generation: { number: 1 } });
  }, 200_000);

  test('are all gone comes back', async () => {
    await running('gone');
    await here.client.workflow.getHandle('job/default/gone').signal(objectsGoneName);
    await eventually('gone', ({ phase, generation }) => phase === 'RUNNING' && generation?.number === 2);
    expect((await operationsOf('gone'))[0]).toMatchObject({ kind: 'recover', state: 'succeeded' });
  }, 200_000);
});

describe('a job that is seen to finish', () => {
  test('has its Flink cluster removed, unless its spec keeps that', async () => {
    await running('ends');
    await tell('ends', jobIs('FINISHED'));
    const job = await eventually('ends', ({ phase, generation }) => phase === 'FINISHED' && !generation);
    expect(job).toMatchObject({ revision: 1, lastRun: 1 });
    const [newest] = await operationsOf('ends');
    expect(newest).toMatchObject({ kind: 'cleanup', state: 'succeeded', requestedBy: 'drey' });
    expect(newest?.steps.map(({ name }) => name)).toEqual(['jobFinished', 'finishedRemoved']);
    await running('ends', { job: { ...specInput('ends').spec.job, args: ['--again'] } });

    await running('stays', { cleanup: { finished: 'keep' } });
    await tell('stays', jobIs('FINISHED'));
    await eventually('stays', ({ phase }) => phase === 'FINISHED');
    expect((await operationsOf('stays')).map(({ kind }) => kind)).toEqual(['deploy']);
  }, 200_000);
});

const canceled = async (name: string, change: SpecChange = {}) => {
  await running(name, change);
  await tell(name, jobIs('CANCELED'), change);
  return eventually(name, ({ phase }) => phase === 'CANCELED');
};

describe('a job that somebody cancels in Flink', () => {
  test('has its Flink cluster removed and its state kept, and goes on from that', async () => {
    writeFileSync(join(failing, 'waitFinished'), 'JOB_CANCELED_OUTSIDE');
    await canceled('stopped');
    const job = await eventually('stopped', ({ generation }) => !generation);
    rmSync(join(failing, 'waitFinished'));
    const restorePoint = 'file:/flink-state/chk-7';
    expect(job).toMatchObject({ phase: 'CANCELED', restorePoint, failure: { code: 'JOB_CANCELED_OUTSIDE' } });
    const [newest] = await operationsOf('stopped');
    expect(newest).toMatchObject({ kind: 'cleanup', state: 'succeeded', requestedBy: 'drey' });
    expect(newest?.steps.map(({ name }) => name)).toEqual(['cancellationSeen', 'stateKept', 'canceledRemoved']);
    expect((await call('POST', `${path('stopped')}/resume`)).status).toBe(202);
    await eventually('stopped', ({ phase }) => phase === 'RUNNING');
    expect((await operationsOf('stopped'))[0]).toMatchObject({ restoredFrom: restorePoint });
  }, 200_000);

  test('keeps it where its JobManager does not say so again, and where its spec wants that', async () => {
    await canceled('lives-on');
    const ended = async () =>
      (await operationsOf('lives-on')).find(({ kind, endedAt }) => kind === 'cleanup' && endedAt);
    const operation = await waitUntil(ended, { what: 'the clean-up', timeoutMs: 60_000 });
    expect(operation).toMatchObject({ state: 'succeeded', steps: [{ detail: 'It is not: nothing is removed' }] });
    expect(await viewOf('lives-on')).toMatchObject({ phase: 'CANCELED', generation: { number: 1 } });

    await canceled('looked-at', { cleanup: { canceled: 'keep' } });
    expect((await operationsOf('looked-at')).map(({ kind }) => kind)).toEqual(['deploy']);
  }, 200_000);
});

describe('an attempt to observe', () => {
  test('counts until another one has taken its place', async () => {
    const taskQueue = { name: observerTaskQueue('local') };
    const poll = () =>
      here.connection.withDeadline(Date.now() + 60_000, () =>
        here.client.workflowService.pollActivityTaskQueue({ namespace: 'default', identity: 'test', taskQueue }),
      );
    const first = await poll();
    const { workflowId = '', runId = '' } = first.workflowExecution ?? {};
    const attempt = (number: number) =>
      isCurrentAttempt(here.client, {
        workflowId: workflowId ?? '',
        runId: runId ?? '',
        activityId: first.activityId,
        attempt: number,
      });
    expect([await attempt(first.attempt), await attempt(first.attempt + 1)]).toEqual([true, false]);
    await here.client.workflowService.respondActivityTaskFailed({
      namespace: 'default',
      taskToken: first.taskToken,
      failure: { message: 'its agent was lost', applicationFailureInfo: { type: 'Lost' } },
    });
    const second = await poll();
    expect(second.attempt).toBe(first.attempt + 1);
    expect([await attempt(first.attempt), await attempt(second.attempt)]).toEqual([false, true]);
    await here.client.workflow.getHandle(workflowId ?? '').terminate();
    expect(await attempt(second.attempt)).toBe(false);
  }, 120_000);
});

describe('trouble that passes', () => {
  test('is shown while it lasts, and the same spec is still the current one', async () => {
    await running('passes');
    await tell('passes', jobIs('RESTARTING'));
    const job = await eventually('passes', ({ trouble }) => trouble?.next === 'flinkRecovers');
    expect(job).toMatchObject({
      phase: 'RUNNING',
      trouble: { reason: 'FLINK_RECOVERS', standing: 'trying', tried: [] },
    });
    const applied = await call('PUT', path('passes'), { body: specInput('passes') });
    expect(applied).toMatchObject({ status: 200, body: { changed: false } });
    await tell('passes', jobIs('RUNNING'));
    await eventually('passes', ({ trouble }) => trouble === undefined);
  }, 200_000);
});

const finite = (name: string, cleanup: object = {}) => ({
  job: { ...specInput(name).spec.job, finite: true },
  storage: { volumeClaim: { name: 'flink-state', mountPath: '/flink-state' } },
  cleanup,
});
const kindsOf = async (name: string) =>
  (await operationsOf(name)).map(({ kind, state }) => `${kind} ${state}`).toReversed();

describe('a finite job', () => {
  test('runs until it is seen to have finished, can be saved until then, and is cleared away and run again', async () => {
    await running('batch', finite('batch'));
    expect((await call('POST', `${path('batch')}/savepoints`, { body: {} })).status).toBe(202);
    await waitUntil(async () => (await kindsOf('batch')).includes('savepoint succeeded'), {
      what: 'the savepoint',
      timeoutMs: 60_000,
    });
    expect(await viewOf('batch')).toMatchObject({ phase: 'RUNNING' });
    await tell('batch', jobIs('FINISHED'));
    // Late, and twice.
    await tell('batch', jobIs('FINISHED'));
    const job = await eventually('batch', ({ phase, generation }) => phase === 'FINISHED' && !generation);
    expect(job.failure).toBeUndefined();
    await running('batch', { ...finite('batch'), restartNonce: 1 });
    const kinds = ['deploy', 'savepoint', 'cleanup', 'deploy'];
    expect(await kindsOf('batch')).toEqual(kinds.map((kind) => `${kind} succeeded`));
    expect((await operationsOf('batch'))[0]?.restoredFrom).toBeUndefined();
  }, 300_000);

  test('keeps its Flink cluster where its spec says so', async () => {
    await running('kept-batch', finite('kept-batch', { finished: 'keep' }));
    await tell('kept-batch', jobIs('FINISHED'));
    const job = await eventually('kept-batch', ({ phase }) => phase === 'FINISHED');
    expect(job).toMatchObject({ generation: { number: 1 } });
    expect(await kindsOf('kept-batch')).toEqual(['deploy succeeded']);
  }, 200_000);

  test('that fails is brought back as any other', async () => {
    await running('failing-batch', { ...finite('failing-batch'), ...quick });
    await tell('failing-batch', failed);
    await eventually('failing-batch', ({ phase, generation }) => phase === 'RUNNING' && generation?.number === 2);
    expect(await kindsOf('failing-batch')).toEqual(['deploy succeeded', 'recover succeeded']);
  }, 200_000);
});
