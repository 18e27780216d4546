/**
 * Clocks of different machines may be a minute apart. No decision on whether something may act, or which of two is newer,
 * compares two of them: times are counted by one process's steady clock, or by Temporal's, or by PostgreSQL's alone.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { mayStillAct } from '../core/late-attempt.ts';
import { livingBuilds } from '../core/living-builds.ts';
import { digestOf } from '../core/observation/digest.ts';
import type { Observation } from '../core/observation/observation.ts';
import { compareOrder, countsAfter } from '../core/observation/order.ts';
import { found } from './support/findings.ts';
import { ago, jobIs, observation, restartsAgo, troubled } from './support/observation-fixture.ts';
import { someGeneration } from './support/state-fixture.ts';

const root = join(import.meta.dirname, '..');

/**
 * Every module of a process that reads the clock on the wall, and against what it holds it. Nothing here decides who may act; what is
 * held against another machine's clock is a limit of minutes or more, which a skew moves by itself.
 */
const readers: Readonly<Record<string, string>> = {
  'activities/cluster/anchor.ts': 'agents, with the age of state that the spec allows',
  'activities/cluster/first-job-manager.ts': 'Kubernetes, with a limit of days',
  'activities/cluster/pod-trouble.ts': 'Kubernetes, with the limits of the spec for scheduling and pulling',
  'activities/cluster/seen-end.ts': 'nothing: told to people',
  'activities/cluster/stop-job.ts': 'Flink, with the age of state that the spec allows',
  'activities/cluster/stop-storage.ts': 'a storage, with the age of state that the spec allows',
  'activities/cluster/storage-pod.ts': 'Kubernetes, with the limit for starting the pod',
  'activities/cluster/wait-stable.ts': 'itself, within one attempt',
  'activities/observe/checkpoints-seen.ts': 'itself; Flink, with the ages that spec.recovery allows',
  'activities/observe/measurer.ts': 'itself: when the same process measured',
  'activities/observe/nodes-view.ts': 'Kubernetes, with the minutes after which a silent node counts as lost',
  'activities/observe/watched-job.ts': 'Flink, with the limits of spec.recovery; Kubernetes, as above',
  'api/agent-state.ts': 'Temporal, where agents say nothing themselves; told to people',
  'api/auth.ts': 'PostgreSQL, with the end of a token',
  'api/cache.ts': 'itself',
  'api/dispose-of-removed.ts': 'the age of savepoints that retention allows',
  'api/routes/metrics.ts': 'nothing: the range that a person sees',
  'api/routes/simulation.ts': 'agents, with the hours for which samples are kept; the range that a person sees',
  'api/routes/system.ts': 'Temporal, where somebody last asked it for work; told to people',
  'api/tokens.ts': 'PostgreSQL, with the end of a token',
  'api/try-out.ts': 'the age of savepoints that retention allows; told to people',
  'clients/flink/read-job.ts': 'nothing: the time of a sample',
  'clients/kubernetes/connection.ts': 'itself',
  'clients/kubernetes/watch.ts': 'itself',
  'clients/postgres/metrics-read.ts': 'agents, with hours for which samples are kept',
  'clients/temporal/connect.ts': 'itself, for the end of a call',
  'workers/workflow-bundle.ts': 'files of its own machine',
};

/** Workflows are not among them: their clock is Temporal's. */
const rooms = ['activities', 'agent', 'api', 'clients', 'workers'];

test('every module that reads the clock on the wall is known, with what it is held against', () => {
  const files = rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((file) => `${room}/${file}`),
  );
  const modules = files.filter((file) => file.endsWith('.ts'));
  const reading = modules.filter((file) => /Date\.now\b|new Date\(\)/.test(readFileSync(join(root, file), 'utf8')));
  expect(reading.toSorted()).toEqual(Object.keys(readers));
});

/** Milliseconds by which a clock is ahead, or behind. */
const skew = fc.integer({ min: -60_000, max: 60_000 });

/** The same seen by an agent whose clock is off: what Flink and Kubernetes tell is told by theirs. */
function byClock(offMs: number, seen: Observation): Observation {
  const seenAt = new Date(Date.parse(seen.seenAt) + offMs).toISOString();
  return { ...seen, seenAt, job: { ...seen.job, sinceMs: seen.job.sinceMs + offMs } };
}

describe('an agent whose clock is a minute off', () => {
  const cases: readonly (readonly [string, Partial<Observation>])[] = [
    ['is well', {}],
    ['has failed', jobIs('FAILED')],
    ['is gone from its JobManager', jobIs('absent')],
    ['is at a JobManager that has just fallen silent', jobIs('silent', 2)],
    ['is at a JobManager that has long been silent', jobIs('silent', 9_999)],
    ['was canceled', jobIs('CANCELED')],
    ['has restarted now and then', restartsAgo(200, 4_000, 5_000)],
    ['lost a pod long ago', troubled('taskmanager', { isReady: true, ended: { exitCode: 1, atMs: ago(4_000) } })],
  ];

  test.each(cases)('finds the same in a job that %s', (_, change) => {
    fc.assert(
      fc.property(skew, (offMs) => {
        const own = observation(change);
        const off = byClock(offMs, own);
        expect(found(off)?.reason).toBe(found(own)?.reason);
        expect(found(off)?.action).toBe(found(own)?.action);
      }),
    );
  });

  test('tells a job that is well the same, so that one that takes over has nothing to say', () => {
    // Less than a minute old by every clock: that is fresh.
    fc.assert(
      fc.property(fc.integer({ min: -60_000, max: 50_000 }), (offMs) => {
        expect(digestOf(byClock(offMs, observation()), undefined)).toBe(digestOf(observation(), undefined));
      }),
    );
  });

  test('is neither older nor newer for that, and counts no sooner after an operation', () => {
    const generation = someGeneration(2, { submission: 1 });
    const uid = generation.identity.uid;
    fc.assert(
      fc.property(skew, skew, fc.integer({ min: 0, max: 3 }), (oneOff, otherOff, seq) => {
        const one = byClock(oneOff, observation({ uid, order: { attemptMs: 5_000, seq, elapsedMs: seq * 1_000 } }));
        const other = byClock(otherOff, observation({ uid, order: { attemptMs: 4_000, seq: 9, elapsedMs: 900 } }));
        expect(compareOrder(one.order, other.order)).toBeGreaterThan(0);
        expect(countsAfter(one, { generation, endedAtMs: 6_500 })).toBe(seq >= 2);
      }),
    );
  });
});

describe('a worker whose clock is a minute off', () => {
  test('waits for what an operation may still do by the clock that told when it ended', () => {
    expect([undefined, 100_000].map((closedAtMs) => mayStillAct(closedAtMs, 115_000))).toEqual([true, true]);
    expect(mayStillAct(100_000, 115_001)).toBe(false);
  });

  test('takes no build for dead whose workers ask for work: what counts is who asked last', () => {
    const long = Date.now() - 3_600_000;
    const pollers = [
      { buildId: 'own', askedAtMs: long },
      { buildId: 'waits for an answer', askedAtMs: long - 60_000 },
      { buildId: 'dead', askedAtMs: long - 120_000 },
      { askedAtMs: long },
    ];
    expect([...livingBuilds(pollers)]).toEqual(['own', 'waits for an answer']);
    expect(livingBuilds([]).size).toBe(0);
  });
});
