/** What is said of many upgrades at once, some of which do not know their pause. */
import { expect, test } from '@jest/globals';
import { operationRecord } from '../support/records.ts';
import { judged } from './upgrade-many-report.ts';

const times = {
  requestedAt: '2026-01-01T00:00:00Z',
  startedAt: '2026-01-01T00:00:01Z',
  endedAt: '2026-01-01T00:00:09Z',
};

function said(...pausesMs: readonly (number | undefined)[]): string {
  const records = pausesMs.map((pauseMs) => operationRecord({ ...times, ...(pauseMs !== undefined && { pauseMs }) }));
  return judged(records).text;
}

test.each<[string, readonly (number | undefined)[], string]>([
  ['is the middle one', [9_000, 1_000, 2_000], 'median pause 2.00 s'],
  [
    'leaves out what is not known, and says so',
    [9_000, undefined, 1_000, undefined, 2_000],
    'median pause 2.00 s; 2 without',
  ],
  ['is not there where none is known', [undefined], 'no pause is known'],
])('the median pause %s', (_title, pausesMs, text) => {
  expect(said(...pausesMs)).toContain(text);
});
