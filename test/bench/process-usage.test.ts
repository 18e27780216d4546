/** What a process uses, from what Linux tells. */
import { describe, expect, test } from '@jest/globals';
import { cpuMsIn, residentBytesIn, usageOf } from './process-usage.ts';

describe('the usage of a process', () => {
  test('counts the time of user and kernel, whatever the command is called', () => {
    const stat = '4711 (a (b) c) S 1 4711 4711 0 -1 4194560 9 0 0 0 125 75 3 4 20 0 12 0 8000 1000 50';
    expect(cpuMsIn(stat)).toBe(2_000);
  });

  test('has the memory that it holds', () => {
    expect(residentBytesIn('Name:\tnode\nVmHWM:\t  900 kB\nVmRSS:\t  512 kB\nThreads:\t3\n')).toBe(524_288);
  });

  test('of this process grows with what it does', () => {
    const before = usageOf(process.pid);
    // Where others are busy it may take long until the kernel has counted something.
    while (usageOf(process.pid).cpuMs === before.cpuMs);
    expect(before.residentBytes).toBeGreaterThan(10 * 2 ** 20);
  });

  test('of a process that is gone is no zero', () => {
    expect(() => usageOf(2 ** 22 + 1)).toThrow('ENOENT');
  });
});
