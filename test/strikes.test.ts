/** What a soak does is drawn by its seed alone. */
import { expect, test } from '@jest/globals';
import { growth } from './support/resident.ts';
import { drawStrike, strikeText } from './support/draw-strikes.ts';
import { seeded } from './support/seeded.ts';

function drawn(seed: number, count = 400): string[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => strikeText(drawStrike(['a', 'b'], random)));
}

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

test('a leak is told from what a process has taken once', () => {
  const flat = [100, 150, 200, 200, 205, 200, 195, 200];
  expect(growth(flat)).toBeLessThan(1.05);
  expect(growth(flat.map((mib, at) => mib + at * 20))).toBeGreaterThan(1.25);
  expect(growth([100, 500])).toBeUndefined();
});
