/** The cache: fresh answers are not asked for again, stale ones serve while the source is away, and not for ever. */
import { expect, test } from '@jest/globals';
import { createCache } from '../../api/cache.ts';

function cacheOf(keep?: (value: string) => boolean) {
  const source = { value: 'first', isAway: false, loads: 0, now: 0 };
  const load = async () => {
    source.loads += 1;
    if (source.isAway) throw new Error('away');
    return source.value;
  };
  const options = { load, freshMs: 10, staleMs: 5_000, now: () => source.now, ...(keep ? { keep } : {}) };
  return { source, cache: createCache(options) };
}

test('asks once while an answer is fresh, however many ask', async () => {
  const { source, cache } = cacheOf();
  await Promise.all([cache.get('a'), cache.get('a'), cache.get('a')]);
  source.value = 'second';
  source.now = 9;
  expect([await cache.get('a'), source.loads]).toEqual(['first', 1]);
  source.now = 10;
  expect([await cache.get('a'), source.loads]).toEqual(['second', 2]);
});

test('uses the old answer while the source is away, asks again once a second, and gives up in the end', async () => {
  const { source, cache } = cacheOf();
  await cache.get('a');
  source.isAway = true;
  source.now = 20;
  expect(await cache.get('a')).toBe('first');
  source.now = 1_019;
  await cache.get('a');
  expect(source.loads).toBe(2);
  source.now = 1_020;
  await cache.get('a');
  expect(source.loads).toBe(3);
  source.now = 7_000;
  await expect(cache.get('a')).rejects.toThrow('away');
});

test('does not keep what it shall not', async () => {
  const { source, cache } = cacheOf((value) => value !== 'first');
  await cache.get('a');
  source.isAway = true;
  await expect(cache.get('a')).rejects.toThrow('away');
});

test('asks again when told to, even while the answer is fresh', async () => {
  const { source, cache } = cacheOf();
  await cache.get('a');
  source.value = 'second';
  expect(await cache.refresh('a')).toBe('second');
  expect(await cache.get('a')).toBe('second');
});
