/** A leak is told from what a process has taken once, also where processes are killed again and again. */
import { describe, expect, test } from '@jest/globals';
import { growthOf, lookAt, type MemoryLook } from './support/resident.ts';

const minute = 60_000;

/** One life, looked at every 5 s. @param mibAt what it takes at that age, in minutes */
function life(name: string, minutes: number, mibAt: (age: number) => number): MemoryLook[] {
  const ages = Array.from({ length: minutes * 12 + 1 }, (_, at) => at / 12);
  return ages.map((age) => ({ life: name, ageMs: age * minute, mib: mibAt(age) }));
}

const comesUp = (age: number) => Math.min(200, 50 + age * 150);
/** Garbage is collected every two minutes. */
const sawtooth = (age: number) => comesUp(age) + (age % 2) * 20;
const leaks = (age: number) => comesUp(age) + age * 10;

describe('processes', () => {
  test.each([
    ['that take 10 MiB more a minute leak', [life('a', 20, leaks)], 0.3, 0.5],
    [
      'leak though each is killed after five minutes',
      [life('a', 5, leaks), life('b', 5, leaks), life('c', 5, leaks)],
      0.3,
      0.5,
    ],
    ['that took their part in the first minute do not', [life('a', 5, comesUp), life('b', 6, comesUp)], -0.01, 0.01],
    ['whose garbage is collected do not', [life('a', 7, sawtooth), life('b', 9, sawtooth)], -0.1, 0.1],
    [
      'of which the later one is larger do not',
      [life('a', 5, comesUp), life('b', 5, (age) => 2 * comesUp(age))],
      -0.01,
      0.01,
    ],
    ['are judged by those that lived for long enough', [life('a', 20, comesUp), life('b', 3, leaks)], -0.01, 0.01],
  ] as const)('%s', (_title, lives, least, most) => {
    const { growth = NaN } = growthOf(lives.flat()) ?? {};
    expect(growth).toBeGreaterThanOrEqual(least);
    expect(growth).toBeLessThanOrEqual(most);
  });

  test('that lived for a few minutes only say nothing', () => {
    expect(growthOf([])).toBeUndefined();
    expect(growthOf([...life('a', 3.5, leaks), ...life('b', 1, leaks)])).toBeUndefined();
  });

  test('are known by their own age and size', () => {
    const { life: own, ageMs, mib } = lookAt(process.pid);
    expect(own).toMatch(new RegExp(`^${process.pid}/\\d+$`));
    expect(Math.abs(ageMs - process.uptime() * 1000)).toBeLessThan(5_000);
    expect(mib).toBeGreaterThan(10);
  });
});
