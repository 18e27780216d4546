/** What the benchmarks take for a number. */
import { expect, test } from '@jest/globals';
import { numberSaid, numbersSaid } from './numbers-said.ts';

test.each<[said: string, whole: boolean, expected: number]>([
  ['10', true, 10],
  ['0', true, 0],
  ['0.5', false, 0.5],
])('%s (whole: %s) is %d', (said, whole, expected) => {
  expect(numberSaid('minutes', said, whole)).toBe(expected);
});

test.each([
  ['x', false],
  ['', false],
  ['-1', false],
  ['NaN', false],
  ['Infinity', false],
  ['0.5', true],
])('"%s" (whole: %s) is refused, with the option', (said, whole) => {
  expect(() => numberSaid('jobs', said, whole)).toThrow(`--jobs ${said}: give`);
});

test('several have commas between them', () => {
  expect(numbersSaid('fleet', '1000,10000')).toEqual([1_000, 10_000]);
  expect(() => numbersSaid('fleet', '1000,many')).toThrow('--fleet many');
});
