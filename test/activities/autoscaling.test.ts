/** Deciding first: what is told, and how often. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { decide } from '../../core/autoscaler/decide.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { annotations, labels } from '../../core/names.ts';
import { roomOf, type SharedQuota } from '../../core/scaling/quota-room.ts';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { minute } from '../core/autoscaler/jobs.ts';
import { smallSpec, someGeneration } from '../support/state-fixture.ts';
import {
  agent,
  away,
  beginAnew,
  enough,
  failures,
  generationOf,
  measured,
  put,
  quotas,
  signals,
  told,
  tooMuch,
  watched,
  writes,
  type Agent,
  type Autoscaler,
} from '../support/deciding-agents.ts';

beforeEach(beginAnew);
afterEach(() => void jest.useRealTimers());

test('a job of which Kubernetes killed a TaskManager for its memory is told at once, and gets more', async () => {
  const memory = { mode: 'active', max: '8Gi' } as const;
  const storage = { root: 's3://bucket/drey' };
  const resources = { limits: { memory: '2Gi' } };
  const spec = smallSpec({ autoscaler: { mode: 'active', memory }, storage, taskManager: { resources } });
  const generation = someGeneration(2, { spec });
  put(generation);
  const one = await agent();
  await measured(one, generation, enough, { to: 3 });
  expect(signals).toEqual([]);
  const killed = { exitCode: 137, reason: 'OOMKilled', finishedAt: new Date(2.5 * minute).toISOString() };
  const name = 'flink-main-container';
  const { metadata } = renderAnchor(generation, 4);
  const { namespace } = metadata;
  const labelled = { ...metadata.labels, [labels.component]: 'taskmanager' };
  one.podWatch.replaced([
    {
      metadata: { name: 'a', namespace, labels: labelled },
      spec: { containers: [{ name, resources }] },
      status: { containerStatuses: [{ name, restartCount: 1, lastState: { terminated: killed } }] },
    } as never,
  ]);
  await measured(one, generation, enough, { from: 3.5, to: 5 });
  expect(signals).toMatchObject([{ found: { action: 'scale' } }]);
  const [signal] = signals;
  expect(signal && decide(signal.input)).toMatchObject({
    reasons: [{ code: 'OUT_OF_MEMORY' }],
    memoryBytes: 3 * 2 ** 30,
  });
});

describe('a job whose load is too much', () => {
  test('is told once, by a window as the engine takes it', async () => {
    const generation = generationOf({ mode: 'active' }, { submission: 7, revision: 3 });
    put(generation);
    await measured(await agent(), generation, tooMuch, { to: 10 });
    expect(signals).toMatchObject([
      {
        uid: 'abcdefgh',
        generation: 2,
        submission: 7,
        revision: 3,
        found: { action: 'scale' },
        input: { policy: { mode: 'active' }, job: { taskManagers: { slots: 1, cpuCores: 1 } } },
      },
    ]);
    expect(writes.at(-1)?.note.lastTold).toMatch(/-scale-/);
    expect(failures).toEqual([]);
  });

  test('is told again where nothing has come of it, ever more seldom', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    await measured(await agent(), generation, { ...tooMuch, lagGrowth: 0, lag: 1_000_000 }, { to: 60 });
    const minutes = signals.map(({ input }) => input.nowMs / minute);
    const waits = minutes.slice(1).map((at, index) => at - (minutes[index] ?? 0));
    expect(waits.length).toBeGreaterThan(0);
    expect(waits).toEqual(waits.toSorted((one, other) => one - other));
    expect(waits.length).toBeLessThanOrEqual(4);
  });

  test('is told again by the next agent only after a while', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    await measured(await agent(), generation, tooMuch, { to: 6 });
    expect(signals).toHaveLength(1);
    await measured(await agent(), generation, tooMuch, { from: 7, to: 13 });
    expect(signals).toHaveLength(1);
  });

  test.each<[string, Autoscaler]>([
    ['held by a blackout', { mode: 'active', blackouts: [{ cron: '* * * * *', lasts: '1h' }] }],
    ['held by its maximum', { mode: 'active', max: 4 }],
    ['whose autoscaler is off', { mode: 'off' }],
    ['without an autoscaler', undefined],
  ])('and that is %s costs no signal', async (_, autoscaler) => {
    const generation = generationOf(autoscaler);
    put(generation);
    await measured(await agent(), generation, tooMuch, { to: 40 });
    expect(signals).toEqual([]);
  });

  test('and that is held by the quota of its tenant or its cluster costs no signal, until there is room again', async () => {
    const generation = generationOf({ mode: 'active' });
    const { identity, spec } = generation;
    const own = roomOf(spec.spec);
    const left = (slots: number): readonly SharedQuota[] => [
      { of: 'tenant', name: identity.tenant, limits: { slots: 40 }, taken: { ...own, slots: own.slots + 40 - slots } },
      { of: 'cluster', name: 'another', limits: { slots: 0 }, taken: own },
    ];
    put(generation);
    const one = await agent();
    quotas.push(...left(4));
    await measured(one, generation, tooMuch, { to: 40 });
    expect(signals).toEqual([]);
    quotas.splice(0, 1, ...left(6));
    await measured(one, generation, tooMuch, { from: 41, to: 45 });
    expect(signals).toMatchObject([
      { found: { action: 'scale' }, input: { policy: { quotas: [{ of: 'tenant', slots: 6 }] } } },
    ]);
    expect(signals.map(({ input }) => decide(input).parallelism)).toMatchObject([{ work: 6 }]);
  });

  test('with advice alone costs one signal', async () => {
    const generation = generationOf({ mode: 'advise' });
    put(generation);
    await measured(await agent(), generation, { ...tooMuch, lagGrowth: 0, lag: 1_000_000 }, { to: 120 });
    expect(signals).toMatchObject([{ found: { action: 'advise' } }]);
  });

  const forLong = { ...tooMuch, lagGrowth: 0, lag: 1_000_000 };

  test.each<[string, Partial<FlinkJobInput['spec']>]>([
    ['another scheduler', { flink: { version: '2.3', configuration: { 'jobmanager.scheduler': 'default' } } }],
    ['a batch job', { flink: { version: '2.3', configuration: { 'execution.runtime-mode': 'BATCH' } } }],
  ])('and that can never be scaled is told once, with the reason: %s', async (_, spec) => {
    const generation = someGeneration(2, { spec: smallSpec({ autoscaler: { mode: 'active' }, ...spec }) });
    put(generation);
    await measured(await agent(), generation, forLong, { to: 180 });
    expect(signals).toMatchObject([
      { found: { action: 'advise' }, input: { policy: { mode: 'advise', onlyAdvised: { code: 'NOT_SCALABLE' } } } },
    ]);
    const [signal] = signals;
    expect(signal && decide(signal.input).reasons).toMatchObject([{ code: 'TOO_SMALL' }, { code: 'NOT_SCALABLE' }]);
  });

  test.each([
    ['as many as it has', 4, undefined],
    ['a few more', 6, 6],
  ])('is scaled to no more than counted TaskManagers hold: %s', async (_, replicas, most) => {
    const spec = smallSpec({ autoscaler: { mode: 'active' }, taskManager: { replicas, slots: 1 } });
    const generation = someGeneration(2, { spec });
    put(generation);
    await measured(await agent(), generation, tooMuch, { to: 10 });
    expect(signals.map(({ input }) => decide(input).parallelism?.['work'])).toEqual(most === undefined ? [] : [most]);
  });

  test.each<[string, Readonly<Record<string, string>>]>([['rescaled', { [annotations.rescaling]: '9' }]])(
    'is left alone while it is %s',
    async (_, notes) => {
      const generation = generationOf({ mode: 'active' });
      put(generation, notes);
      await measured(await agent(), generation, tooMuch, { to: 10 });
      expect(signals).toEqual([]);
    },
  );

  test('is left alone while another generation of it is there', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    put(generationOf({ mode: 'active' }, { identity: { ...generation.identity, number: 3 } }));
    await measured(await agent(), generation, tooMuch, { to: 10 });
    expect(signals).toEqual([]);
  });

  test('is told later where Temporal is away', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    const one = await agent();
    away.temporal = true;
    await measured(one, generation, tooMuch, { to: 8 });
    expect(told).toContain('failed');
    expect(writes.at(-1)?.note.lastTold).toBeUndefined();
    away.temporal = false;
    await measured(one, generation, tooMuch, { from: 9, to: 10 });
    expect(signals).toHaveLength(1);
  });
});

describe('a job that was switched off for a while', () => {
  test('is judged by what is measured from then on', async () => {
    const [on, off] = [generationOf({ mode: 'active' }), generationOf({ mode: 'off' })];
    put(on);
    const one = await agent();
    await measured(one, on, enough, { to: 10 });
    put(off);
    watched(one);
    one.autoscaling.tick([off]);
    put(on);
    watched(one);
    // With what was measured before, the window would be covered at once.
    await measured(one, on, tooMuch, { from: 12, to: 13 });
    expect(signals).toEqual([]);
    await measured(one, on, tooMuch, { from: 14, to: 22 });
    expect(signals[0]?.input.samples[0]?.atMs).toBe(12 * minute);
  });

  test('is not one beside which a candidate runs without an autoscaler', async () => {
    const [on, candidate] = [generationOf({ mode: 'active' }), generationOf({ mode: 'off' }, { candidate: true })];
    put(on);
    const one = await agent();
    await measured(one, on, enough, { to: 5 });
    one.autoscaling.tick([candidate]);
    await measured(one, on, tooMuch, { from: 5.5, to: 10 });
    expect(signals[0]?.input.samples[0]?.atMs).toBe(0);
  });
});

describe('a job that is as it should be', () => {
  test('costs no signal, and few writes', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    await measured(await agent(), generation, enough, { to: 60 });
    expect(signals).toEqual([]);
    expect(writes.length).toBeLessThanOrEqual(8);
  });

  test('answers who asks at once, and each once, whole or not', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation, { [annotations.autoscalerAsked]: 'ada-1' });
    const one = await agent();
    await measured(one, generation, enough, { to: 1 });
    const ask = async (asked: Agent) => {
      asked.autoscaling.tick([generation]);
      await jest.advanceTimersByTimeAsync(200);
      watched(asked);
    };
    await ask(one);
    await ask(one);
    expect(signals).toMatchObject([{ asked: 'ada-1', found: { action: 'none' } }]);
    const next = await agent();
    await measured(next, generation, enough, { from: 2, to: 3 });
    await ask(next);
    expect(signals).toHaveLength(1);
  });
});
