/** What an agent that decides first writes onto anchors, and what the next one finds there. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { emptyMemory, type EngineMemory } from '../../core/autoscaler/memory.ts';
import { annotations } from '../../core/names.ts';
import { jobOf, minute } from '../core/autoscaler/jobs.ts';
import {
  agent,
  anchors,
  away,
  beginAnew,
  enough,
  failures,
  generationOf,
  little,
  measured,
  put,
  signals,
  tooMuch,
  watched,
  writes,
} from '../support/deciding-agents.ts';

beforeEach(beginAnew);
afterEach(() => void jest.useRealTimers());

const scaled: EngineMemory = {
  ...emptyMemory,
  jobScalings: [{ atMs: 5, decision: 'd', to: { work: 4 }, pauseMs: 90 }],
};

const since = ({ note }: (typeof writes)[number]) => note.memory.delayedScaleDowns['work']?.sinceMs;

describe('what is remembered', () => {
  test('is written ever more seldom where that fails, and again as ever once it has not', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    const one = await agent();
    away.writes = true;
    await measured(one, generation, enough, { to: 60 });
    // After 30 s twice, 60 s, 90 s, 3 min, 5.5 min, 10 min …: readings come each half minute.
    expect(failures.length).toBeGreaterThan(5);
    expect(failures.length).toBeLessThan(14);
    away.writes = false;
    await measured(one, generation, enough, { from: 60.5, to: 72 });
    expect(writes).not.toEqual([]);
    const { length } = writes;
    await measured(one, generation, enough, { from: 72.5, to: 90 });
    expect(writes.length).toBeGreaterThan(length);
  });

  test('says how often something was told: the next agent tells it no sooner', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    const forLong = { ...tooMuch, lagGrowth: 0, lag: 1_000_000 };
    await measured(await agent(), generation, forLong, { to: 60 });
    const times = signals.length;
    expect(times).toBeGreaterThan(2);
    expect(writes.at(-1)?.note.toldTimes).toBe(times);
    // After four times, an hour passes: with another agent, too.
    await measured(await agent(), generation, forLong, { from: 60.5, to: 90 });
    expect(signals).toHaveLength(times);
  });

  test('is written when a vertex begins to wait, and the next agent goes on from there', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    await measured(await agent(), generation, little, { to: 6 });
    const waiting = writes.at(-1)?.note.memory.delayedScaleDowns;
    expect(Object.keys(waiting ?? {})).toEqual(['source', 'work']);
    await measured(await agent(), generation, little, { from: 7, to: 18 });
    expect(writes.at(-1)?.note.memory.delayedScaleDowns['work']?.sinceMs).toBe(waiting?.['work']?.sinceMs);
  });

  test.each([
    ['1 min', 1],
    ['3 min', 3],
    ['15 min', 10],
  ])('misses no more of the wishes to shrink than a window: %s', async (window, most) => {
    const generation = generationOf({ mode: 'active', options: { 'job.autoscaler.metrics.window': window } });
    put(generation);
    const one = await agent();
    await measured(one, generation, little, { to: 6 });
    for (let now = 6.5; now <= 30; now += 0.5) {
      await measured(one, generation, little, { from: now, to: now });
      const newest = writes.at(-1)?.note.memory.delayedScaleDowns['work']?.wishes.at(-1)?.atMs ?? -Infinity;
      expect(now - newest / minute).toBeLessThanOrEqual(most);
    }
    // And is not written oftener than it has to be.
    expect(writes.length).toBeLessThanOrEqual(30 / most + 3);
  });

  test('is not what the anchor said before it was written there, while the watch is behind', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation, {}, { memory: emptyMemory });
    const one = await agent();
    await measured(one, generation, little, { to: 8, isWatching: false });
    const [first] = writes;
    // What was there before would have to be written over, and cannot be.
    expect(failures).toEqual([]);
    await measured(one, generation, little, { from: 9, to: 24 });
    expect(writes.length).toBeGreaterThan(1);
    expect(first && since(first)).toBeGreaterThan(0);
    expect(writes.map(since)).toEqual(writes.map(() => first && since(first)));
  });

  test('is what the workflow has written, once it has', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    const one = await agent();
    await measured(one, generation, enough, { to: 4 });
    put(generation, {}, { memory: scaled });
    watched(one);
    await measured(one, generation, enough, { from: 5, to: 20 });
    expect(writes.at(-1)?.note.memory.jobScalings).toMatchObject([{ decision: 'd', pauseMs: 90 }]);
  });

  test('is not written over what the workflow has written unseen', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    const one = await agent();
    put(generation, {}, { memory: scaled });
    one.autoscaling.saw(generation, { job: jobOf(4), sample: { atMs: 0, vertices: {} } });
    await jest.advanceTimersByTimeAsync(1_000);
    expect(failures).toEqual([new Error('conflict')]);
    expect(writes).toEqual([]);
  });

  test('nor by an answer before the next reading has taken it up', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    const one = await agent();
    await measured(one, generation, enough, { to: 4 });
    put(generation, { [annotations.autoscalerAsked]: 'ada-1' }, { memory: scaled });
    watched(one);
    const ask = async () => {
      one.autoscaling.tick([generation]);
      await jest.advanceTimersByTimeAsync(200);
      watched(one);
    };
    await ask();
    expect(signals).toEqual([]);
    await measured(one, generation, enough, { from: 5, to: 5 });
    await ask();
    expect(signals).toMatchObject([{ asked: 'ada-1' }]);
    expect(writes.at(-1)?.note.memory.jobScalings).toMatchObject([{ decision: 'd', pauseMs: 90 }]);
  });

  test('goes with the job to its next generation', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation, {}, { memory: scaled });
    const one = await agent();
    await measured(one, generation, enough, { to: 3 });
    const next = generationOf({ mode: 'active' }, { identity: { ...generation.identity, number: 3 } });
    anchors.clear();
    put(next);
    watched(one);
    await measured(one, next, enough, { from: 4, to: 5 });
    expect(writes.at(-1)).toMatchObject({
      name: 'orders-abcdefgh-3',
      note: { memory: { jobScalings: [{ pauseMs: 90 }] } },
    });
  });

  test('is not what lies at a generation to which the job goes back, unless that knows of a later scaling', async () => {
    const generation = generationOf({ mode: 'active' });
    const back = generationOf({ mode: 'active' }, { identity: { ...generation.identity, number: 1 } });
    const knows = async (atMs: number) => {
      anchors.clear();
      put(generation, {}, { memory: scaled });
      const one = await agent();
      await measured(one, generation, enough, { to: 3 });
      anchors.clear();
      put(back, {}, { memory: { ...scaled, jobScalings: [{ atMs, decision: 'other', to: { work: 4 } }] } });
      watched(one);
      await measured(one, back, enough, { from: 4, to: 16 });
      return writes.at(-1)?.note.memory.jobScalings.map(({ decision }) => decision);
    };
    expect(await knows(4)).toEqual(['d']);
    expect(await knows(6)).toEqual(['other']);
  });

  test('is found by a new agent on the anchor of the generation before', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation, {}, { memory: scaled });
    const next = generationOf({ mode: 'active' }, { identity: { ...generation.identity, number: 3 } });
    put(next);
    await measured(await agent(), next, enough, { to: 1 });
    expect(writes.at(-1)).toMatchObject({
      name: 'orders-abcdefgh-3',
      note: { memory: { jobScalings: [{ pauseMs: 90 }] } },
    });
  });
});
