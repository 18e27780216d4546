/** What a soak does is drawn by its seed alone. */
import { expect, test } from '@jest/globals';
import { drawStrike, strikeText } from './support/draw-strikes.ts';
import { seeded } from './support/seeded.ts';

function drawn(seed: number, isLongSoak = false, count = 400): string[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => strikeText(drawStrike(['a', 'b'], random, isLongSoak)));
}

const what = (text: string) => text.replace(/ \d+ ms$/, '');

/** How long what lasts does, in milliseconds. */
const lasting = (isLongSoak: boolean) =>
  drawn(1, isLongSoak, 4_000).flatMap((text) => Number(/ (\d+) ms$/.exec(text)?.[1] ?? []) || []);

test('the same seed draws the same strikes, another one others', () => {
  expect(drawn(5)).toEqual(drawn(5));
  expect(drawn(5)).not.toEqual(drawn(6));
});

test('every process and every pod has its turn', () => {
  const all = drawn(1).join('\n');
  for (const part of ['api', 'worker', 'agent', 'temporal', 'postgres', 'second api', 'second worker', 'second agent'])
    expect(all).toContain(`kill ${part}\n`);
  for (const text of ['stand still temporal', 'cut off second agent', 'delete the jobmanager of a', 'taskmanager of b'])
    expect(all).toContain(text);
  expect(all).not.toContain('stand still postgres');
});

test('a short soak strikes for seconds, a long one for a minute now and then, at the same things', () => {
  const [short, long] = [lasting(false), lasting(true)];
  expect(Math.max(...short)).toBeLessThan(10_000);
  expect(Math.max(...long)).toBeGreaterThan(55_000);
  expect(Math.max(...long)).toBeLessThanOrEqual(60_000);
  expect(long.filter((ms) => ms >= 10_000).length / long.length).toBeLessThan(0.3);
  expect(drawn(1, true).map(what)).toEqual(drawn(1).map(what));
});
