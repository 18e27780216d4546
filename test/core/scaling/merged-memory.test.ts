/** Whose memory counts for what. */
import { describe, expect, test } from '@jest/globals';
import { emptyMemory, type Distrust, type EngineMemory, type JobScaling } from '../../../core/autoscaler/memory.ts';
import { mergedMemory } from '../../../core/scaling/merged-memory.ts';

const scaling = { atMs: 1, from: 1, to: 2, trueRate: 10, expectedRate: 20, targetRate: 15 };
const job = (decision: string, restartMs?: number): JobScaling => ({
  atMs: 1,
  decision,
  to: {},
  ...(restartMs !== undefined && { restartMs }),
});
const distrust = (vertex: string, atMs: number): Distrust => ({ vertex, above: 2, atMs, untilMs: atMs + 9, times: 1 });
const memory = (change: Partial<EngineMemory>): EngineMemory => ({ ...emptyMemory, ...change });

test('a new workflow knows what the agent has kept', () => {
  const seen = memory({ scalings: { v: [scaling] } });
  expect(mergedMemory(undefined, seen)).toEqual(seen);
});

test('scalings are the workflow’s, what is learned from samples is the agent’s', () => {
  const held = memory({ scalings: { v: [scaling] }, capacity: { v: [] } });
  const point = { parallelism: 2, recordsPerSecond: 5, measured: 1, atMs: 3 };
  const delayed = { v: { sinceMs: 3, wishes: [] } };
  const seen = memory({ scalings: {}, capacity: { v: [point] }, delayedScaleDowns: delayed, season: [null] });
  expect(mergedMemory(held, seen)).toEqual(
    memory({ scalings: { v: [scaling] }, capacity: { v: [point] }, delayedScaleDowns: delayed, season: [null] }),
  );
});

test('memory that was given is the workflow’s: by it alone it is known whether that was carried out', () => {
  const memoryGiven = { usualBytes: 4, givenBytes: 8 };
  expect(mergedMemory(memory({ memoryTriedAtMs: 3 }), memory({ memoryTriedAtMs: 1 })).memoryTriedAtMs).toBe(3);
  const memoryRefused = { bytes: 8, untilMs: 5, times: 1 };
  expect(mergedMemory(memory({ memoryRefused }), memory({})).memoryRefused).toEqual(memoryRefused);
  expect(mergedMemory(memory({}), memory({ memoryRefused })).memoryRefused).toBeUndefined();
  expect(mergedMemory(memory({ memoryGiven }), memory({})).memoryGiven).toEqual(memoryGiven);
  expect(mergedMemory(memory({}), memory({ memoryGiven })).memoryGiven).toBeUndefined();
});

test('a restart that only the agent has seen is taken over, one that is known stays', () => {
  const held = memory({ jobScalings: [job('one'), job('two', 7)] });
  const seen = memory({ jobScalings: [job('one', 5), job('two', 9), job('stranger', 1)] });
  expect(mergedMemory(held, seen).jobScalings).toEqual([job('one', 5), job('two', 7)]);
});

test('of what does not help, the newest finding about each vertex counts', () => {
  const held = memory({ distrusts: [distrust('v', 5), distrust('w', 1)] });
  const seen = memory({ distrusts: [distrust('v', 2), distrust('w', 3)] });
  expect(mergedMemory(held, seen).distrusts).toEqual([distrust('v', 5), distrust('w', 3)]);
});

test('also where it was found of another parallelism before', () => {
  const held = memory({ distrusts: [distrust('v', 1)] });
  const again = { ...distrust('v', 20), above: 4, times: 2 };
  expect(mergedMemory(held, memory({ distrusts: [again] })).distrusts).toEqual([again]);
});

const wish = (atMs: number, parallelism: number) => ({ atMs, parallelism, outside: true });
const waiting = (sinceMs: number, ...wishes: readonly ReturnType<typeof wish>[]) =>
  memory({ delayedScaleDowns: { v: { sinceMs, wishes } } });
const scaledAt = (atMs: number) => memory({ jobScalings: [{ ...job('one'), atMs }] });

describe('what waits to shrink', () => {
  test.each([
    ['a wish that the agent has lost counts', waiting(1, wish(2, 8), wish(3, 6)), waiting(1, wish(4, 5)), [8, 6, 5]],
    ['not where a later one was larger', waiting(1, wish(2, 5)), waiting(1, wish(4, 6)), [6]],
    ['nor where a later one was as large', waiting(1, wish(2, 6)), waiting(1, wish(4, 6)), [6]],
    ['nor from before it began to wait anew', waiting(1, wish(2, 8)), waiting(3, wish(4, 5)), [5]],
    ['one that both know counts once', waiting(1, wish(2, 8)), waiting(1, wish(2, 8), wish(4, 5)), [8, 5]],
    ['a rescale has cleared them', memory({}), waiting(1, wish(4, 5)), [5]],
  ])('%s', (_, held, seen, wishes) => {
    const merged = mergedMemory(held, seen).delayedScaleDowns['v'];
    expect(merged?.wishes.map(({ parallelism }) => parallelism)).toEqual(wishes);
    expect(merged?.sinceMs).toBe(seen.delayedScaleDowns['v']?.sinceMs);
  });

  test('begins to wait anew with each scaling that was carried out, also where the agent has not heard of it', () => {
    const merged = (atMs: number) => mergedMemory(scaledAt(atMs), waiting(5, wish(5, 2))).delayedScaleDowns;
    expect([merged(4), merged(6)]).toEqual([waiting(5, wish(5, 2)).delayedScaleDowns, {}]);
  });

  test('is not what the agent sees wait no longer', () =>
    expect(mergedMemory(waiting(1, wish(2, 8)), memory({})).delayedScaleDowns).toEqual({}));
});
