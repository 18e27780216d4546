/** A job's autoscaler on the real workflows, with an agent whose cluster is made up: from a window of samples to the job's end. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CrashPoint } from '../../activities/crash-point.ts';
import { askedAnswer, autoscalerAnswer, decisionAnswer, decisionInputAnswer } from '../../api/autoscaler-shapes.ts';
import { decide } from '../../core/autoscaler/decide.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import {
  call,
  crashFile,
  decided,
  decisionsOf,
  ended,
  eventually,
  folder,
  handleOf,
  inputFor,
  lengthOf,
  operationsOf,
  path,
  running,
  send,
  startAutoscaled,
  stopAutoscaled,
  viewOf,
} from '../support/autoscaled-plane.ts';
import { enough, sourceId, tooMuch, windowOf, workId } from '../support/autoscaler-window.ts';

let here: Awaited<ReturnType<typeof startAutoscaled>>;

beforeAll(async () => {
  here = await startAutoscaled();
}, 400_000);
afterAll(stopAutoscaled);

/** Nobody's turn has come at the advised job's autoscaler. */
const isIdle = async () => {
  const { raw } = await handleOf('advised').describe();
  return raw.pendingActivities?.length === 0 && !raw.pendingWorkflowTask;
};

describe('a window by which the job must be larger', () => {
  test.each(['before', 'after'] as const)(
    'makes one operation, however often it comes, with the worker killed %s it has asked',
    async (when) => {
      const name = `grows-${when}`;
      const job = await running(name);
      const point: CrashPoint = { activity: 'requestScaling', when, action: 'kill' };
      writeFileSync(crashFile, JSON.stringify(point));
      const window = windowOf(job, tooMuch);
      for (let times = 0; times < 3; times += 1) await send(window);
      const hasDied = async () => (await fetch(here.plane.workerMetricsUrl).catch(() => undefined)) === undefined;
      await waitUntil(hasDied, { what: 'the worker to be killed', timeoutMs: 60_000, stepMs: 50 });
      await here.plane.startWorker();
      const decision = await decided(name, ({ outcome }) => outcome === 'carriedOut');
      expect(decision).toMatchObject({ number: 1, action: 'scale', operation: 2, pauseMs: 321, revision: 1 });
      await send(window);
      const operations = await operationsOf(name);
      expect(operations.map(({ kind, requestedBy }) => [kind, requestedBy])).toEqual([
        ['rescale', 'autoscaler'],
        ['deploy', 'admin'],
      ]);
      expect(operations[0]?.reason).toBe(decision.reasons[0].text);
      expect(await decisionsOf(name)).toHaveLength(1);
      // What the killed worker was about to write is written when it has been waited for.
      const view = await eventually(name, ({ phase, revision }) => phase === 'RUNNING' && revision === 2);
      expect(view).toMatchObject({
        given: { [workId]: { to: 8 } },
        spec: { spec: { job: { vertexParallelism: { [workId]: 8 } } } },
      });
    },
    240_000,
  );

  test('leaves what was decided, by what, and what became of it', async () => {
    const whole = await call('GET', `${path('grows-after')}/decisions/1`);
    expect(decisionAnswer.strict().parse(whole.body)).toMatchObject({
      parallelism: { [sourceId]: 4, [workId]: 8 },
      vertices: [{ id: sourceId }, { id: workId, arithmetic: expect.arrayContaining([expect.any(String)]) }],
    });
    const { body: input } = await call('GET', `${path('grows-after')}/decisions/1/input`);
    decisionInputAnswer.parse(input);
    expect(decide(input).parallelism).toEqual(whole.body.parallelism);
    expect((await call('GET', `${path('grows-after')}/decisions/7`)).body).toMatchObject({ code: 'NO_SUCH_DECISION' });
    const noted = here.agent
      .output()
      .split('\n')
      .filter((line) => line.startsWith('noteAutoscaler'));
    expect(noted.at(-1)).toContain(`"jobScalings":[{"atMs":`);
    expect(autoscalerAnswer.parse((await call('GET', `${path('grows-after')}/autoscaler`)).body)).toMatchObject({
      mode: 'active',
      lastDecision: { number: 1, outcome: 'carriedOut', changes: [{ id: workId, from: 4, to: 8 }] },
      given: { [workId]: { to: 8 } },
    });
  });

  test('outlasts the next apply: of the same file, and of a changed one', async () => {
    const name = 'grows-before';
    const same = await call('PUT', path(name), { body: inputFor(name) });
    expect(same).toMatchObject({ status: 200, body: { changed: false, job: { revision: 2 } } });
    const tried = await call('PUT', `${path(name)}?dryRun=true`, { body: inputFor(name) });
    expect(tried.body).toMatchObject({ changed: false });
    const labels = { ...inputFor(name), metadata: { name, labels: { team: 'orders' } } };
    const changed = await call('PUT', path(name), { body: labels });
    expect(changed).toMatchObject({
      status: 202,
      body: { job: { revision: 3, spec: { spec: { job: { vertexParallelism: { [workId]: 8 } } } } } },
    });
    await eventually(name, ({ phase, generation }) => phase === 'RUNNING' && generation?.revision === 3);
  }, 120_000);

  test('outlasts a rollback, and a restart', async () => {
    const name = 'grows-before';
    await call('POST', `${path(name)}/rollback`, { body: { to: 1 } });
    const back = await eventually(name, ({ phase, generation }) => phase === 'RUNNING' && generation?.revision === 4);
    expect(back.spec.spec.job.vertexParallelism).toEqual({ [workId]: 8 });
    expect(back.spec.metadata.labels).toEqual({});
    await call('POST', `${path(name)}/restart`);
    const again = await eventually(name, ({ phase, generation }) => phase === 'RUNNING' && generation?.revision === 5);
    expect(again.given).toEqual({ [workId]: { to: 8 } });
  }, 120_000);

  test('gives way to a scaling by hand, which outlasts the next apply while the autoscaler is active', async () => {
    const name = 'grows-after';
    await call('POST', `${path(name)}/scale`, { body: { vertices: { [workId]: 6 } } });
    await eventually(name, ({ phase, generation }) => phase === 'RUNNING' && generation?.revision === 3);
    expect((await call('PUT', path(name), { body: inputFor(name) })).body).toMatchObject({ changed: false });
    expect((await viewOf(name)).given).toEqual({ [workId]: { to: 6 } });
    const off = await call('PUT', path(name), { body: inputFor(name, 'off') });
    expect(off.body).toMatchObject({ changed: true, job: { given: { [workId]: { to: 6 } } } });
    await eventually(name, ({ phase, generation }) => phase === 'RUNNING' && generation?.revision === 4);
    await call('POST', `${path(name)}/scale`, { body: { parallelism: 3 } });
    const all = await eventually(name, ({ phase, generation }) => phase === 'RUNNING' && generation?.revision === 5);
    expect(all.spec.spec.job).toMatchObject({ parallelism: 3 });
    expect(all.given).toBeUndefined();
  }, 120_000);
});

describe('a decision that cannot be carried out', () => {
  test('for the job would not, is recorded with the reason', async () => {
    const job = await running('suspended');
    await call('POST', `${path('suspended')}/suspend`);
    await eventually('suspended', ({ phase }) => phase === 'SUSPENDED');
    const { revision } = await viewOf('suspended');
    await send({ ...windowOf(job, tooMuch), revision });
    const decision = await decided('suspended', ({ outcome }) => outcome === 'notCarriedOut');
    expect(decision.why).toEqual({ code: 'NOT_NOW', text: 'The job is not rescaled now: it is SUSPENDED.' });
  }, 120_000);

  test('for another revision was accepted since, is recorded with the reason', async () => {
    const job = await running('moved');
    await send({ ...windowOf(job, tooMuch), revision: 9 });
    const decision = await decided('moved', ({ outcome }) => outcome === 'notCarriedOut');
    expect(decision.why).toEqual({ code: 'PRECONDITION_FAILED', text: 'Job moved is at revision 1, not 9.' });
  }, 120_000);

  test('for the rescale fails, is taken back, and holds the next one off', async () => {
    const name = 'breaks';
    const job = await running(name);
    writeFileSync(join(folder, 'checkRescale'), '');
    await send(windowOf(job, tooMuch));
    const failed = await decided(name, ({ outcome }) => outcome === 'failed');
    expect(failed.why?.text).toContain('checkRescale was told to fail');
    rmSync(join(folder, 'checkRescale'));
    const adjusted = async () =>
      (await operationsOf(name)).find(({ kind, state }) => kind === 'adjust' && state === 'succeeded');
    await waitUntil(async () => (await adjusted()) ?? false, {
      what: 'the scaling to be taken back',
      timeoutMs: 60_000,
    });
    const back = await viewOf(name);
    expect(back).toMatchObject({ phase: 'RUNNING', revision: 3 });
    expect([back.given, back.failure, back.spec.spec.job.vertexParallelism]).toEqual([undefined, undefined, undefined]);
    expect((await call('PUT', path(name), { body: inputFor(name) })).body).toMatchObject({ changed: false });
    await send(windowOf(back, tooMuch, 21));
    const held = await decided(name, ({ outcome, number }) => number === 2 && outcome === 'notCarriedOut');
    expect(held.why?.code).toBe('HELD_OFF');
    expect((await call('GET', `${path(name)}/autoscaler`)).body.heldOff).toMatchObject({ times: 1 });
  }, 240_000);
});

describe('an autoscaler that may only advise', () => {
  test('records what it would do, and does nothing; and costs nothing while nothing comes', async () => {
    const job = await running('advised', 'advise');
    const window = windowOf(job, tooMuch);
    await send(window);
    expect(await decided('advised', ({ outcome }) => outcome === 'advised')).toMatchObject({
      action: 'advise',
      changes: [{ id: workId, from: 4, to: 8 }],
    });
    expect(await operationsOf('advised')).toHaveLength(1);
    await waitUntil(isIdle, { what: 'the autoscaler to be idle', timeoutMs: 30_000 });
    const before = await lengthOf('advised');
    await send(windowOf(await running('beside'), tooMuch));
    await decided('beside', ({ outcome }) => outcome === 'carriedOut');
    const { events } = await handleOf('advised').fetchHistory();
    expect(events?.some(({ timerStartedEventAttributes: timer }) => timer)).toBe(false);
    expect(await lengthOf('advised')).toBe(before);
  }, 120_000);
});

const ask = (name: string, key: string) =>
  call('POST', `${path(name)}/autoscaler/decide`, { headers: { 'idempotency-key': key } });

describe('somebody who asks for a decision now', () => {
  test('gets one that carries the key, also where nothing is to be done', async () => {
    const job = await running('asked');
    writeFileSync(join(folder, 'window-asked'), JSON.stringify(windowOf(job, enough)));
    const answer = await ask('asked', 'now-1');
    expect(answer.status).toBe(202);
    expect(askedAnswer.parse(answer.body)).toEqual({ key: 'now-1' });
    const location = answer.headers.get('location') ?? '';
    const found = async () => (await call('GET', location)).body.items[0] ?? false;
    const decision = await waitUntil(found, { what: 'the decision', timeoutMs: 60_000 });
    expect(decision).toMatchObject({ action: 'none', outcome: 'nothing', asked: 'now-1', askedBy: 'admin' });
    expect((await ask('asked', 'now-1')).status).toBe(202);
    await ask('asked', 'now-2');
    await decided('asked', ({ asked }) => asked === 'now-2');
    expect(await decisionsOf('asked')).toHaveLength(2);
  }, 120_000);

  test('shares the one that is still to be asked of the agent', async () => {
    const name = 'crowded';
    const job = await running(name);
    writeFileSync(join(folder, `window-${name}`), JSON.stringify(windowOf(job, enough)));
    const hold = join(folder, 'askAutoscaler-waits');
    writeFileSync(hold, '');
    await ask(name, 'one');
    const wait = { what: 'the agent to be asked', timeoutMs: 60_000 };
    await waitUntil(async () => here.agent.output().includes('"key":"one"'), wait);
    const keys = [];
    for (const key of ['two', 'three', 'four', 'five', 'four']) keys.push((await ask(name, key)).body.key);
    expect(keys).toEqual(['two', 'two', 'two', 'two', 'two']);
    rmSync(hold);
    await decided(name, ({ asked }) => asked === 'two');
    expect((await decisionsOf(name)).map(({ asked }) => asked)).toEqual(['two', 'one']);
  }, 120_000);

  test('is told where no agent answers', async () => {
    await running('unheard');
    writeFileSync(join(folder, 'askAutoscaler'), '');
    await ask('unheard', 'now-3');
    const decision = await decided('unheard', ({ asked }) => asked === 'now-3');
    rmSync(join(folder, 'askAutoscaler'));
    expect(decision).toMatchObject({ action: 'none', reasons: [{ code: 'AGENT_AWAY' }] });
  }, 120_000);

  test('is refused where the autoscaler is off', async () => {
    await running('quiet', 'off');
    expect(await ask('quiet', 'now-4')).toMatchObject({ status: 409, body: { code: 'AUTOSCALER_OFF' } });
  }, 120_000);
});

describe('the removal of a job', () => {
  test('ends its autoscaler, and its decisions stay', async () => {
    const { uid } = await viewOf('advised');
    await call('DELETE', path('advised'));
    await ended('advised');
    const { body } = await call('GET', `${path('advised')}/decisions?uid=${uid}`);
    expect(body.items).toMatchObject([{ number: 1, outcome: 'advised' }]);
  }, 120_000);

  test('lets another job of that name begin anew, which a late window of the one before does not touch', async () => {
    const name = 'reborn';
    const old = await running(name);
    await send(windowOf(old, enough));
    await decided(name, ({ number }) => number === 1);
    await call('DELETE', path(name));
    await ended(name);
    const job = await running(name);
    await send(windowOf(old, tooMuch));
    await ended(name);
    await send(windowOf(job, tooMuch));
    await send(windowOf(old, tooMuch, 21));
    expect(await decided(name, ({ outcome }) => outcome === 'carriedOut')).toMatchObject({ number: 1 });
    expect(await decisionsOf(name)).toHaveLength(1);
  }, 240_000);

  test('is found out where a window comes late', async () => {
    const late = windowOf({ ...(await viewOf('moved')), name: 'never-was' }, tooMuch);
    await send(late);
    await ended('never-was');
    expect((await handleOf('never-was').describe()).historyLength).toBeLessThan(20);
  }, 120_000);
});
