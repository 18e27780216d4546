/** What a job's workflow does about its candidate: the real workflow, on an agent whose steps succeed at once unless they are told to fail. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { jobAnswer } from '../../api/answer-shapes.ts';
import type { JobView } from '../../core/job.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import type { Caller } from '../support/api-caller.ts';
import { causedBy, jobIs } from '../support/observation-fixture.ts';
import { observedJobs, path } from '../support/observed-jobs.ts';
import { startPlaneWithAgent, type PlaneWithAgent } from '../support/plane-with-agent.ts';

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
const quick = { attempts: 2, backoff: { initial: '1s', max: '1s' } };
const blueGreen = { strategy: 'blueGreen', stableAfter: '1s' };

/** A job with a candidate beside it. */
async function dual(name: string, spec: { recovery?: object; upgrade?: object; storage?: object } = {}) {
  const { storage } = spec;
  const both = { recovery: { ...quick, ...spec.recovery }, ...(storage && { storage }) };
  await running(name, both);
  await apply(name, { ...both, restartNonce: 1, upgrade: { ...blueGreen, ...spec.upgrade } });
  return eventually(name, ({ phase }) => phase === 'DUAL_RUNNING');
}

const tellOfCandidate = (name: string, seen: Parameters<typeof tell>[1]) => tell(name, seen, {}, 'candidate');
const ended = async (name: string, kind: string): Promise<OperationRecord> => {
  const isThere = async () => (await operationsOf(name)).find((one) => one.kind === kind && one.endedAt !== undefined);
  return waitUntil(isThere, { what: `the ${kind} of ${name}`, timeoutMs: 60_000, stepMs: 100 });
};
const stepsOf = ({ steps }: OperationRecord) => steps.map(({ name }) => name);
const isBack = ({ phase, candidate }: JobView) => phase === 'DUAL_RUNNING' && candidate?.trouble === undefined;

describe('a candidate', () => {
  test('is shown as it is, apart from the job', async () => {
    await dual('shown', { recovery: { policy: 'never' } });
    await tellOfCandidate('shown', jobIs('RUNNING'));
    await eventually('shown', ({ candidate }) => candidate?.seen?.state === 'RUNNING');
    await tellOfCandidate('shown', failed);
    const job = jobAnswer.parse(await eventually('shown', ({ candidate }) => candidate?.trouble?.next === 'givenUp'));
    expect(job).toMatchObject({
      phase: 'DUAL_RUNNING',
      candidate: {
        seen: { state: 'FAILED', restarts: 0, checkpoint: { id: 7 } },
        trouble: { reason: 'JOB_FAILED', standing: 'ended' },
      },
    });
    expect([job.trouble, job.failure]).toEqual([undefined, undefined]);
  }, 200_000);

  test('that fails is brought back from its own newest restore point, and the job is not touched', async () => {
    const before = await dual('revived');
    await tellOfCandidate('revived', failed);
    const revival = await ended('revived', 'revive');
    expect(revival).toMatchObject({
      state: 'succeeded',
      requestedBy: 'drey',
      reason: 'The job failed: IOException.',
      revision: 2,
      restoredFrom: 'file:/flink-state/chk-7',
    });
    expect(stepsOf(revival)).toEqual(expect.arrayContaining(['candidateStopped', 'candidateRemoved', 'stable']));
    const job = await eventually('revived', isBack);
    expect(job).toMatchObject({ generation: before.generation, candidate: { number: 3, revision: 2 } });
    expect(job.candidate?.since).toBe(before.candidate?.since);
    expect((await call('POST', `${path('revived')}/promote`, { body: {} })).status).toBe(202);
    await eventually('revived', ({ phase, generation }) => phase === 'RUNNING' && generation?.number === 3);
  }, 200_000);

  test('that no attempt brings back is discarded, the job runs on, and says why and what to do', async () => {
    const before = await dual('lost');
    writeFileSync(join(failing, 'waitTasks'), '');
    await tellOfCandidate('lost', failed);
    const job = await eventually('lost', ({ phase }) => phase === 'RUNNING');
    rmSync(join(failing, 'waitTasks'));
    expect(job).toMatchObject({
      generation: before.generation,
      failure: {
        code: 'NOT_BROUGHT_BACK',
        message: expect.stringMatching(/candidate of revision 2 was discarded.*waitTasks was told to fail/),
        cure: expect.stringMatching(/apply the spec again/),
      },
    });
    expect(job.candidate).toBeUndefined();
    const kinds = (await operationsOf('lost')).map(({ kind, state }) => `${kind} ${state}`);
    expect(kinds).toEqual([
      'discard succeeded',
      'revive failed',
      'revive failed',
      'upgrade succeeded',
      'deploy succeeded',
    ]);
    // The same spec is not the current one: it makes another candidate.
    await apply('lost', { recovery: quick, restartNonce: 1, upgrade: blueGreen });
    await eventually('lost', ({ phase }) => phase === 'DUAL_RUNNING');
  }, 300_000);
});

describe('a candidate whose state is too old', () => {
  const fails = join(failing, 'stopJob');
  const brokenWith = async (name: string, upgrade: object) => {
    await dual(name, { upgrade });
    writeFileSync(fails, 'STATE_TOO_OLD');
    await tellOfCandidate(name, failed);
    return ended(name, 'revive');
  };
  afterEach(() => rmSync(fails, { force: true }));

  test('is not brought back from it, but discarded at once, and that is said', async () => {
    expect(await brokenWith('aged', { maxStateAge: '1h' })).toMatchObject({
      state: 'failed',
      failure: { code: 'STATE_TOO_OLD' },
    });
    const job = await eventually('aged', ({ phase }) => phase === 'RUNNING');
    expect(job).toMatchObject({
      failure: { message: expect.stringMatching(/was discarded.*stopJob was told to fail/) },
    });
    const kinds = (await operationsOf('aged')).map(({ kind, state }) => `${kind} ${state}`);
    expect(kinds.slice(0, 2)).toEqual(['discard succeeded', 'revive failed']);
  }, 200_000);

  describe('since an attempt that brought it back in vain', () => {
    const [also, scheduling] = [join(failing, 'stopJob.also'), join(failing, 'waitPodsScheduled')];
    /** Brought back once in vain, and once more; what the agent stops it finds young enough. */
    const secondTry = async (name: string, upgrade: object) => {
      await dual(name, { upgrade, recovery: { ...quick, attempts: 3 } });
      writeFileSync(also, JSON.stringify({ age: { from: 'checkpoint', sinceMs: Date.now() - 7_200_000 } }));
      writeFileSync(scheduling, 'NOT_SCHEDULABLE');
      await tellOfCandidate(name, failed);
      await ended(name, 'revive');
      rmSync(scheduling);
      const second = async () =>
        (await operationsOf(name)).filter(({ kind, endedAt }) => kind === 'revive' && endedAt).toReversed()[1];
      return waitUntil(second, { what: 'the second try', timeoutMs: 60_000 });
    };
    afterEach(() => {
      for (const file of [also, scheduling]) rmSync(file, { force: true });
    });

    test('is discarded then', async () => {
      expect(await secondTry('aged-since', { maxStateAge: '1h' })).toMatchObject({
        state: 'failed',
        failure: { code: 'STATE_TOO_OLD', cure: expect.stringContaining('for the next candidate') },
      });
      const job = await eventually('aged-since', ({ phase }) => phase === 'RUNNING');
      expect(job.candidate).toBeUndefined();
    }, 200_000);

    test('is brought back where its spec has no limit', async () => {
      expect(await secondTry('ageless-since', {})).toMatchObject({ state: 'succeeded' });
    }, 200_000);
  });

  test('is brought back from state of any age where its spec has no limit', async () => {
    expect(await brokenWith('ageless', {})).toMatchObject({
      state: 'succeeded',
      restoredFrom: 'file:/flink-state/chk-7',
    });
  }, 200_000);
});

test('a candidate whose newest checkpoint is gone is not brought back from it, whatever its JobManager tells', async () => {
  const fails = join(failing, 'stopJob');
  await dual('emptied');
  writeFileSync(fails, 'STATE_GONE');
  await tellOfCandidate('emptied', failed);
  expect(await ended('emptied', 'revive')).toMatchObject({ state: 'failed', failure: { code: 'STATE_GONE' } });
  const job = await eventually('emptied', ({ phase }) => phase === 'RUNNING');
  rmSync(fails);
  expect(job).toMatchObject({ failure: { message: expect.stringMatching(/candidate of revision 2 was discarded/) } });
}, 200_000);

const take = (name: string, body: object) => call('POST', `${path(name)}/savepoints`, { body });
const newest = async (name: string) => (await call('GET', `${path(name)}/savepoints`)).body.items[0];

describe('a savepoint', () => {
  test('is of the job, and of its candidate only where that is asked for', async () => {
    const refused = await take('saved', { candidate: true });
    expect(refused.status).toBe(404);
    const { generation, candidate } = await dual('saved', {
      storage: { volumeClaim: { name: 'flink-state', mountPath: '/flink-state' } },
    });
    for (const [body, of] of [
      [{}, { generation: generation?.number }],
      [{ candidate: true }, { generation: candidate?.number, revision: 2, ofCandidate: true }],
    ] as const) {
      const { number } = (await take('saved', body)).body.operation;
      const isTaken = async () => (await newest('saved'))?.number === number;
      await waitUntil(isTaken, { what: 'the savepoint', timeoutMs: 60_000, stepMs: 100 });
      expect(await newest('saved')).toMatchObject({ state: 'completed', ...of });
    }
    const tried = await call('POST', `${path('saved')}/savepoints?dryRun=true`, { body: { candidate: true } });
    expect(tried.body).toMatchObject({ changed: true, plan: { kind: 'savepoint' } });
    expect((await call('POST', `${path('saved')}/discard`, { body: {} })).status).toBe(202);
    await eventually('saved', ({ phase }) => phase === 'RUNNING');
    expect(await take('saved', { candidate: true })).toMatchObject({ status: 409, body: { code: 'NO_CANDIDATE' } });
  }, 200_000);
});

describe('the time of a candidate', () => {
  test('promotes it when it is well again, and not while it is not', async () => {
    await dual('timed', { recovery: { policy: 'never' }, upgrade: { promoteAfter: '10s' } });
    await tellOfCandidate('timed', failed);
    const broken = await eventually('timed', ({ candidate }) => candidate?.trouble !== undefined);
    expect(broken.candidate?.due).toBeUndefined();
    const dueMs = Date.parse(broken.candidate?.since ?? '') + 10_000;
    await waitUntil(async () => Date.now() > dueMs, { what: 'its time', timeoutMs: 30_000, stepMs: 100 });
    await tellOfCandidate('timed', jobIs('RUNNING'));
    await eventually('timed', ({ phase, generation }) => phase === 'RUNNING' && generation?.number === 2);
    const promotion = await ended('timed', 'promote');
    // Its time was over, but not that for which it must have been well again.
    expect(Date.parse(promotion.requestedAt)).toBeGreaterThan(dueMs);
    expect(promotion).toMatchObject({ requestedBy: 'drey', state: 'succeeded' });
  }, 200_000);
});

describe('a job with a candidate', () => {
  test('is brought back when it fails, and the candidate runs on', async () => {
    const before = await dual('both');
    await tell('both', failed);
    const recovery = await ended('both', 'recover');
    expect(recovery).toMatchObject({ state: 'succeeded', restoredFrom: 'file:/flink-state/chk-7' });
    expect(stepsOf(recovery)).not.toContain('candidateCanceled');
    const job = await eventually('both', ({ phase }) => phase === 'DUAL_RUNNING');
    expect(job).toMatchObject({ candidate: before.candidate, generation: { number: 3, revision: 1 }, lastRun: 1 });
  }, 200_000);

  test('comes first: what brings the candidate back gives way, and goes on afterwards', async () => {
    await dual('first');
    const held = join(failing, 'waitTasks.held');
    writeFileSync(held, '');
    await tellOfCandidate('first', failed);
    const isUnderWay = async () => {
      const [last] = await operationsOf('first');
      return last?.kind === 'revive' && last.steps.some(({ name }) => name === 'tasksRunning');
    };
    await waitUntil(isUnderWay, { what: 'the revival', timeoutMs: 60_000, stepMs: 100 });
    await tell('first', failed);
    await eventually('first', ({ phase }) => phase === 'RECOVERING');
    rmSync(held);
    const job = await eventually('first', (one) => isBack(one) && one.candidate?.number === 5);
    expect(job).toMatchObject({ generation: { number: 4, revision: 1 }, candidate: { revision: 2 } });
    const kinds = (await operationsOf('first')).slice(0, 3).map(({ kind, state }) => `${kind} ${state}`);
    expect(kinds).toEqual(['revive succeeded', 'recover succeeded', 'revive aborted']);
  }, 200_000);

  test('that is given up keeps it: promoted, it is the job', async () => {
    const before = await dual('saved-by-it');
    writeFileSync(join(failing, 'waitTasks'), '');
    await tell('saved-by-it', failed);
    const job = await eventually('saved-by-it', ({ phase }) => phase === 'FAILED');
    rmSync(join(failing, 'waitTasks'));
    expect(job).toMatchObject({ candidate: before.candidate, failure: { code: 'NOT_BROUGHT_BACK' } });
    const refused = await call('POST', `${path('saved-by-it')}/resume`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'CANDIDATE_WAITS' } });
    expect((await call('POST', `${path('saved-by-it')}/promote`, { body: {} })).status).toBe(202);
    const after = await eventually('saved-by-it', ({ phase }) => phase === 'RUNNING');
    expect(after).toMatchObject({ generation: { number: 2, revision: 2 }, lastRun: 2 });
    expect([after.failure, after.trouble, after.restorePoint]).toEqual([undefined, undefined, undefined]);
  }, 300_000);

  test('that is given up stays so when the candidate is discarded, and is resumed from its own state', async () => {
    await dual('still-failed');
    writeFileSync(join(failing, 'waitTasks'), '');
    await tell('still-failed', failed);
    await eventually('still-failed', ({ phase }) => phase === 'FAILED');
    rmSync(join(failing, 'waitTasks'));
    expect((await call('POST', `${path('still-failed')}/discard`, { body: {} })).status).toBe(202);
    const job = await eventually('still-failed', ({ phase, candidate }) => phase === 'FAILED' && !candidate);
    expect(job).toMatchObject({ failure: { code: 'NOT_BROUGHT_BACK' } });
    expect((await call('POST', `${path('still-failed')}/resume`)).status).toBe(202);
    await eventually('still-failed', ({ phase }) => phase === 'RUNNING');
    expect((await operationsOf('still-failed'))[0]).toMatchObject({ restoredFrom: 'file:/flink-state/chk-7' });
    expect((await viewOf('still-failed')).failure).toBeUndefined();
  }, 300_000);
});
