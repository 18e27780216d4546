import { describe, expect, test } from '@jest/globals';
import { adviceOn } from '../../../core/autoscaler/advice.ts';
import type { OperatorOptions } from '../../../core/autoscaler/options.ts';
import type { ProfileName } from '../../../core/autoscaler/policy.ts';
import type { AutoscaledJob } from '../../../core/autoscaler/samples.ts';
import { inputOf, jobOf, minute, type Load } from './jobs.ts';

/** 800/s arrive of which a lag of 100/s gathers: too much for four subtasks. */
const tooMuch: Load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 100 };
const enough: Load = { rate: 700, busy: { source: 0.7, work: 0.7 } };

const stay = { source: 4, work: 4 };
const more = { source: 4, work: 8 };

interface Case {
  readonly load?: Load;
  readonly minutes?: number;
  readonly options?: Partial<OperatorOptions>;
  readonly job?: AutoscaledJob;
  readonly profile?: ProfileName;
}

function advised({ load = tooMuch, minutes = 20, options = {}, job, profile = 'flink-operator-main' }: Case) {
  const input = inputOf(load, minutes * minute, { mode: 'advise', profile }, options);
  return adviceOn(job ?? input.job, input.samples, input.policy);
}

describe('there is no decision, and a reason why', () => {
  test.each<[string, Case, string]>([
    ['switched off', { options: { enabled: false } }, 'OFF'],
    ['not running', { job: jobOf(4, { state: 'RESTARTING' }) }, 'NOT_RUNNING'],
    ['fewer than two samples in the window', { options: { windowMs: 1, stabilizationMs: 0 } }, 'TOO_FEW_SAMPLES'],
  ])('%s', (_name, one, code) => {
    expect(advised(one)).toEqual({ decision: null, reason: { code, text: expect.any(String) }, vertices: [] });
  });
});

/** With samples of each minute, one of which comes on top. */
describe('where only time is wanting, it says how long the job was looked at, and how much longer it takes', () => {
  const shorter = { stabilizationMs: minute, windowMs: minute };

  test.each<[string, Case, string, number]>([
    ['stabilizing', { minutes: 4 }, 'The job runs for 4 min; it is judged after 5 min.', 1 + 15 + 1],
    ['not long enough', { minutes: 19 }, 'The window of 15 min is full in 60 s. It was looked at for 19 min.', 15 + 1],
    ['drey, stabilizing', { minutes: 1, profile: 'drey' }, 'The job is judged when it has run for 2 min.', 1 + 2 + 1],
    [
      'drey, not long enough',
      { minutes: 3, profile: 'drey' },
      'The last 2 min are not yet covered by samples. It was looked at for 3 min.',
      2 + 1,
    ],
    [
      'drey, with too few samples in a window of its options',
      { minutes: 2, profile: 'drey', options: shorter },
      'The last 60 s are not yet covered by samples. It was looked at for 2 min.',
      2 + 1,
    ],
  ])('%s', (_name, one, text, minutes) => {
    const reason = { code: text.startsWith('The job') ? 'STABILIZING' : 'WINDOW_NOT_FULL', text };
    expect(advised(one)).toEqual({ decision: null, reason, takesMs: minutes * minute, vertices: [] });
  });
});

describe('a decision names every vertex', () => {
  test.each<[string, Case, object, string]>([
    ['that has to grow, and what stays', {}, more, 'TOO_SMALL'],
    ['where nothing changes', { load: enough }, stay, 'WITHIN_THRESHOLDS'],
    ['as 1.15 has it', { profile: 'flink-operator-1.15' }, more, 'TOO_SMALL'],
  ])('%s', (_name, one, decision, code) => {
    const advice = advised(one);
    expect(advice).toMatchObject({ decision, reason: { code }, vertices: [{ id: 'source' }, { id: 'work' }] });
    expect(advice).not.toHaveProperty('held');
  });
});

describe('what would only not be carried out is advised, and what holds it is told', () => {
  test.each<[Partial<OperatorOptions>, string]>([
    [{ scalingEnabled: false }, 'SCALING_DISABLED'],
    [{ excludedPeriods: ['00:00:00-23:59:59'] }, 'EXCLUDED_PERIOD'],
  ])('%j', (options, code) => {
    expect(advised({ options })).toMatchObject({ decision: more, reason: { code: 'TOO_SMALL' }, held: { code } });
    expect(advised({ options, load: enough })).not.toHaveProperty('held');
  });
});
