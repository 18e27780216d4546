import { describe, expect, test } from '@jest/globals';
import { bounded } from '../../../core/observation/bounded.ts';
import type { Observation } from '../../../core/observation/observation.ts';
import { ago, observation, pods, troubled } from '../../support/observation-fixture.ts';

const long = 'word '.repeat(2000);
const failure = { code: 'JOB_FAILED', message: long, cure: long, evidence: long } as const;
const many = Array.from({ length: 500 }, (_, at) => at);
const manyPods = pods(500, { troubled: many.map((at) => ({ name: `orders-${at}`, isReady: false, waiting: long })) });

const largest: Observation = observation({
  job: { state: 'silent', sinceMs: 0, silence: long },
  restarts: { count: 500, recentMs: many.map(ago) },
  cause: { failure, task: long },
  checkpoints: { failures: 9, failure },
  pods: { jobmanager: manyPods, taskmanager: manyPods },
  podTrouble: failure,
  missing: many.map((at) => `Service ${at} ${long}`),
  changed: many.map((at) => ({ object: `Service ${at}`, what: long })),
  standstill: { vertex: long, windowMs: 1, recordsOut: 0, backpressure: 1 },
});

describe('an observation', () => {
  test('of a job that is well stays as it is, in a few hundred bytes', () => {
    expect(bounded(observation())).toEqual(observation());
    expect(JSON.stringify(bounded(observation())).length).toBeLessThan(700);
  });

  test('of the usual trouble stays as it is', () => {
    const seen = observation(troubled('taskmanager', { waiting: 'CrashLoopBackOff', restarts: 3 }));
    expect(bounded(seen)).toEqual(seen);
  });

  test('is a few KB, whatever is wrong', () => {
    const kept = bounded(largest);
    expect(JSON.stringify(kept).length).toBeLessThan(12 * 1024);
    expect(bounded(kept)).toEqual(kept);
  });

  test('keeps the newest restarts, the worst pods, and how many there are', () => {
    const kept = bounded(largest);
    expect(kept.restarts).toEqual({ count: 500, recentMs: many.slice(0, 50).map(ago) });
    expect(kept.pods.taskmanager).toMatchObject({ wanted: 500, troubled: [{ name: 'orders-0' }, {}, {}] });
    expect(kept.missing).toHaveLength(10);
  });

  test('tells no secrets', () => {
    const secret = 'jdbc:postgresql://ada:hunter2@db/x refused, password=hunter2';
    const told = { code: 'JOB_FAILED', message: secret, cure: 'c', evidence: secret } as const;
    const kept = bounded(observation({ cause: { failure: told, task: 't' }, podTrouble: told }));
    expect(JSON.stringify(kept)).not.toMatch(/hunter2/);
  });
});
