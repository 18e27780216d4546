import { expect, test } from '@jest/globals';
import { troubleLines } from '../../cli/kinds/trouble-lines.ts';
import { jobKind } from '../../cli/kinds/job-kind.ts';
import { viewOf } from '../../core/job-view.ts';
import type { JobState } from '../../core/job-state.ts';
import { attempt } from '../support/recovery-attempts.ts';
import { found } from '../support/findings.ts';
import { causedBy, jobIs } from '../support/observation-fixture.ts';
import { someGeneration, someState, someTime } from '../support/state-fixture.ts';

const finding = found({ ...jobIs('FAILED'), ...causedBy('JOB_FAILED', 'The job failed: IOException.') });
const of = { generation: 2, submission: 1 };
const now = Date.parse(someTime) + 90_000;
const attempts = [attempt(0), attempt(60, { hasSucceeded: false, outcome: 'Not enough slots.' })];

function view(change: Partial<JobState>, trouble: object) {
  if (!finding) throw new Error('nothing was found');
  return viewOf(someState({ ...change, trouble: { finding, of, since: someTime, ...trouble } }), someTime);
}

test('a job that is to be brought back says what was tried, and when it is tried again', () => {
  const dueAt = '2026-01-02T03:05:05.000Z';
  const job = view({ phase: 'RECOVERING', attempts }, { isJudged: true, action: 'restart', dueAt });
  expect(troubleLines(job, now)).toEqual([
    'Trouble:',
    '  Reason:   JOB_FAILED',
    `  Since:    ${someTime} (90s ago)`,
    '  Message:  The job failed: IOException.',
    '  Cure:     Mend it.',
    '  Tried:    1970-01-01T00:00:00.000Z for JOB_FAILED, from its newest restore point: ran again\n' +
      '            1970-01-01T00:01:00.000Z for JOB_FAILED, from its newest restore point: did not run again: Not enough slots.',
    `  Next:     brought back from its newest restore point, at ${dueAt}`,
  ]);
});

test('a job that was given up says how it is resumed', () => {
  const message = 'The job is not brought back any more. The job failed: IOException.';
  const failure = { code: 'NOT_BROUGHT_BACK', message, cure: 'c' } as const;
  const job = view({ phase: 'FAILED', failure }, { isJudged: true, isGivenUp: true });
  const text = troubleLines(job, now).join('\n');
  expect(text).toMatch(/Next: +nothing: it was given up/);
  expect(text).toMatch(/Resume with: +drey resume orders$/);
  expect(text).not.toMatch(/Message/);
});

test('a job that an upgrade has left running with its failure still says what is wrong with it now, and the cure', () => {
  const failure = { code: 'SAVEPOINT_FAILED', message: 'The savepoint failed.', cure: 'Try again.' } as const;
  const text = troubleLines(view({ phase: 'RUNNING', failure }, { isJudged: true }), now).join('\n');
  expect(text).toMatch(/Message: +The job failed: IOException\.\n +Cure: +Mend it\./);
});

test.each([
  ['RUNNING', 'RUNNING (JOB_FAILED)'],
  ['FAILED', 'FAILED'],
] as const)('a list shows trouble beside the phase of a job that is %s', (phase, text) => {
  const column = jobKind.columns.find(({ title }) => title === 'PHASE');
  expect(column?.value(view({ phase }, {}), now)).toBe(text);
});

test('a candidate in trouble is told apart from its job, in lists too', () => {
  if (!finding) throw new Error('nothing was found');
  const beside = [someGeneration(3, { candidate: true }), someGeneration(2)];
  const trouble = { finding, of, since: someTime, isJudged: true, isGivenUp: true } as const;
  const candidateHealth = { generation: 3, trouble };
  const state = { phase: 'DUAL_RUNNING', candidateSince: someTime, generations: beside, candidateHealth } as const;
  const job = viewOf(someState(state), someTime);
  expect(troubleLines(job, now).slice(0, 2)).toEqual(['Trouble of the candidate:', '  Reason:   JOB_FAILED']);
  const phase = jobKind.columns.find(({ title }) => title === 'PHASE');
  expect(phase?.value(job, now)).toBe('DUAL_RUNNING (candidate: JOB_FAILED)');
});
