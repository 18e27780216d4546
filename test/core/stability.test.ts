import { expect, test } from '@jest/globals';
import { runsFor, type StabilitySeen, type StabilitySince } from '../../core/stability.ts';

type Look = [atMs: number, change?: Partial<StabilitySeen>];

/** The verdicts over several looks. */
function verdicts(stableMs: number, looks: readonly Look[]): string[] {
  let since: StabilitySince | undefined;
  return looks.map(([nowMs, change]) => {
    const seen = { nowMs, state: 'RUNNING', allRunning: true, failures: 0, ...change };
    const verdict = runsFor(seen, since, stableMs);
    since = verdict.since;
    return verdict.state;
  });
}

test.each<[string, number, Look[], string[]]>([
  ['a job that runs for long enough is stable', 100, [[0], [60], [100]], ['waiting', 'waiting', 'stable']],
  ['none need be waited for', 0, [[0]], ['stable']],
  [
    'a restart begins the time anew',
    100,
    [[0], [90, { failures: 1 }], [150, { failures: 1 }], [190, { failures: 1 }]],
    ['waiting', 'waiting', 'waiting', 'stable'],
  ],
  [
    'a task that does not run does, too',
    100,
    [[0], [50, { allRunning: false }], [100], [160], [200]],
    ['waiting', 'waiting', 'waiting', 'waiting', 'stable'],
  ],
  [
    'failures of before do not count',
    100,
    [
      [0, { failures: 7 }],
      [100, { failures: 7 }],
    ],
    ['waiting', 'stable'],
  ],
  [
    'a job that restarts again and again is not',
    100,
    [[0], [10, { failures: 2 }], [20, { failures: 3 }]],
    ['waiting', 'waiting', 'unstable'],
  ],
  [
    'a JobManager that begins to count anew forgives none',
    100,
    [[0, { failures: 5 }], [10, { failures: 7 }], [20], [30, { failures: 1 }]],
    ['waiting', 'waiting', 'waiting', 'unstable'],
  ],
  [
    'nor does it count those twice',
    100,
    [
      [0, { failures: 5 }],
      [10, { failures: 6 }],
      [20, {}],
      [30, { failures: 1 }],
      [130, { failures: 1 }],
    ],
    ['waiting', 'waiting', 'waiting', 'waiting', 'stable'],
  ],
  ['a job that has failed is not', 100, [[0], [10, { state: 'FAILED', allRunning: false }]], ['waiting', 'unstable']],
  ['a job that has finished is', 100, [[0, { state: 'FINISHED', allRunning: false }]], ['stable']],
  ['a job that is not listed is waited for', 100, [[0, { state: undefined, allRunning: false }]], ['waiting']],
])('%s', (_title, stableMs, looks, expected) => {
  expect(verdicts(stableMs, looks)).toEqual(expected);
});
