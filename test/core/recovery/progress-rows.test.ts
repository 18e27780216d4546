import { describe, expect, test } from '@jest/globals';
import type { Observation } from '../../../core/observation/observation.ts';
import { expectFindings, found, type SpecChange } from '../../support/findings.ts';
import { ago, causedBy, jobIs, restartsAgo } from '../../support/observation-fixture.ts';

const failing = (failures: number) => ({
  checkpoints: {
    intervalMs: 10_000,
    newest: { id: 7, completedAtMs: ago(60) },
    failures,
    failure: { code: 'CHECKPOINT_FAILED', message: 'No.', cure: 'c' } as const,
  },
});

const newest = (seconds: number) => ({
  checkpoints: { intervalMs: 10_000, failures: 0, newest: { id: 7, completedAtMs: ago(seconds) } },
});

const oneMinute: SpecChange = { recovery: { checkpoints: { maxAge: '1m' } } };

describe('a job that does not get on', () => {
  const ten = Array.from({ length: 10 }, (_, at) => at * 50);
  const still = { vertex: 'Map', windowMs: 180_000, recordsOut: 0, backpressure: 1 };

  expectFindings([
    [
      'because it restarts again and again goes on in a new Flink cluster',
      { ...jobIs('RESTARTING'), ...restartsAgo(...ten), ...causedBy('JOB_FAILED', 'The job failed: bad record.') },
      {},
      'RESTART_LOOP',
      'restartCluster',
      /10 times within 10m\. The job failed: bad record/,
    ],
    [
      'is in that loop also in the moment in which all tasks run',
      { ...jobIs('RUNNING', 20), ...restartsAgo(...ten) },
      {},
      'RESTART_LOOP',
      'restartCluster',
    ],
    [
      'is in a loop as the spec says it',
      { ...jobIs('RESTARTING'), ...restartsAgo(1, 20) },
      { recovery: { restartLoop: { restarts: 2, within: '30s' } } },
      'RESTART_LOOP',
      'restartCluster',
    ],
    [
      'as its checkpoints fail is restarted where the spec says so',
      failing(5),
      { recovery: { checkpoints: { maxFailures: 5 } } },
      'CHECKPOINTS_FAILING',
      'restart',
      /5 checkpoints failed in a row\. No\./,
    ],
    [
      'as its checkpoints fail is left to Flink where that restarts it for it',
      { ...failing(5), ...jobIs('RESTARTING') },
      { recovery: { checkpoints: { maxFailures: 5 } } },
      'FLINK_RECOVERS',
      'wait',
    ],
    ['as its checkpoints fail is else shown', failing(3), {}, 'CHECKPOINTS_FAILING', 'report'],
    [
      'as its newest checkpoint is old is restarted where the spec says so',
      newest(90),
      { recovery: { checkpoints: { maxAge: '1m' } } },
      'CHECKPOINT_TOO_OLD',
      'restart',
      /is 90 s old, and at most 60 s/,
    ],
    [
      'as its newest checkpoint is old, and a savepoint long over, is restarted where the spec says so',
      { checkpoints: { ...newest(900).checkpoints, savepointAtMs: ago(90) } },
      oneMinute,
      'CHECKPOINT_TOO_OLD',
      'restart',
      /is 90 s old/,
    ],
    ['as its newest checkpoint is old is else shown', newest(601), {}, 'CHECKPOINT_TOO_OLD', 'report'],
    [
      'as it never completed a checkpoint is told',
      { checkpoints: { intervalMs: 10_000, failures: 0 } },
      {},
      'CHECKPOINT_TOO_OLD',
      'report',
      /no checkpoint in 2 h/,
    ],
    [
      'as it is backpressured to a standstill is only shown',
      { standstill: still },
      {},
      'STANDSTILL',
      'report',
      /100 % of 3 min/,
    ],
    [
      'is left to Flink at first',
      jobIs('RESTARTING'),
      {},
      'FLINK_RECOVERS',
      'wait',
      /Flink says RESTARTING, 0 of 4 tasks/,
    ],
    [
      'with some of its tasks is left to Flink, too',
      { job: { ...jobIs('RUNNING').job, tasks: { running: 1, total: 4 } } },
      {},
      'FLINK_RECOVERS',
      'wait',
    ],
    [
      'for longer than a deploy may take goes on in a new Flink cluster',
      jobIs('CREATED', 13 * 60 + 1),
      {},
      'TASKS_NOT_RUNNING',
      'restartCluster',
      /not been up for 13 min/,
    ],
  ]);

  test.each<[string, Partial<Observation>, SpecChange]>([
    ['restarted often, and has got over it', { ...jobIs('RUNNING', 61), ...restartsAgo(...ten) }, {}],
    [
      'restarted often, and was up again before anybody looked',
      { ...jobIs('RUNNING', 1), ...restartsAgo(...ten.map((at) => at + 90)) },
      {},
    ],
    ['has a checkpoint that fails now and then', failing(2), {}],
    [
      'had a fresh checkpoint when Flink was asked for it',
      { checkpoints: { ...newest(75).checkpoints, readAtMs: ago(30) } },
      oneMinute,
    ],
    [
      'was down, and has just restored an old checkpoint',
      { checkpoints: { ...newest(900).checkpoints, restoredAtMs: ago(20) } },
      oneMinute,
    ],
    [
      'makes no checkpoint while a savepoint is taken, or was until a moment ago',
      { checkpoints: { ...newest(900).checkpoints, savepointAtMs: ago(20) } },
      oneMinute,
    ],
    [
      'was down, and has just come up',
      { ...newest(900), job: { ...jobIs('RUNNING').job, cameUpAtMs: ago(20) } },
      oneMinute,
    ],
    [
      'has no newest checkpoint yet',
      { job: { ...jobIs('RUNNING').job, startedAtMs: ago(30) }, checkpoints: { intervalMs: 10_000, failures: 0 } },
      {},
    ],
    ['is backpressured and gets on', { standstill: { ...still, recordsOut: 7 } }, {}],
    ['stands still for a moment', { standstill: { ...still, windowMs: 60_000 } }, {}],
    ['puts nothing out because nothing comes in', { standstill: { ...still, backpressure: 0 } }, {}],
  ])('is not one that %s', (_title, seen, spec) => expect(found(seen, spec)).toBeUndefined());
});
