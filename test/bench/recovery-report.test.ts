/** What is said of jobs that came back. */
import { describe, expect, test } from '@jest/globals';
import { recoveryMedians, recoveryText } from './recovery-report.ts';

const samples = {
  broken: 'jobFailed',
  drey: [{ runningMs: 4_000, firstSignalMs: 900 }, { runningMs: 3_000, firstSignalMs: 700 }, { runningMs: 9_000 }],
  floor: [{ runningMs: 1_000 }, { runningMs: 1_500 }, { runningMs: 1_200 }],
};

describe('the medians of a case', () => {
  test('stand above their floor', () => {
    expect(recoveryMedians(samples)).toEqual({
      broken: 'jobFailed',
      runs: 3,
      firstSignalMs: 700,
      runningMs: 4_000,
      floorMs: 1_200,
      aboveFloorMs: 2_800,
    });
  });

  test('have no first signal where nothing was told', () => {
    const text = recoveryText([recoveryMedians({ ...samples, drey: [{ runningMs: 2_000 }] })]);
    expect(text).toMatch(/^jobFailed +1 +- +2.00 +1.20 +0.80$/m);
  });
});
