/** What becomes of parallelism that was given beside the applied spec, whoever says what afterwards. */
import { describe, expect, test } from '@jest/globals';
import {
  applied,
  asApplied,
  scaledByDecision,
  scaledByHand,
  type GivenParallelism,
  type GivenSpec,
} from '../../../core/scaling/given-parallelism.ts';
import type { FlinkJob, FlinkJobInput } from '../../../core/schema/flink-job.ts';
import { specHash } from '../../../core/spec/canonical.ts';
import { taskManagerReplicas } from '../../../core/spec/task-managers.ts';
import { smallSpec } from '../../support/state-fixture.ts';

const [a, b, c] = ['a'.repeat(32), 'b'.repeat(32), 'c'.repeat(32)] as const;

function spec(vertices: Record<string, number> = {}, change: Partial<FlinkJobInput['spec']> = {}): FlinkJob {
  const job = { jarUri: 'local:///opt/job.jar', parallelism: 2, vertexParallelism: vertices };
  const named = Object.keys(vertices).length === 0 ? { jarUri: job.jarUri, parallelism: 2 } : job;
  return smallSpec({ job: named, autoscaler: { mode: 'active' }, ...change });
}

/** A job that was given it. */
const asGiven = (given: GivenParallelism): GivenSpec => {
  const named = Object.entries(given).map(([id, { to }]) => [id, to] as const);
  return { spec: spec(Object.fromEntries(named)), given };
};

const verticesOf = ({ spec: { job } }: FlinkJob) => job.vertexParallelism ?? {};

describe('a decision of the autoscaler', () => {
  const now = { [a]: 2, [b]: 2 };

  test.each([
    ['gives only what changes', {}, {}, { [a]: 4, [b]: 2 }, { [a]: { to: 4 } }, { [a]: 4 }],
    [
      'remembers what the applied spec says',
      { [a]: 2 },
      {},
      { [a]: 4, [b]: 2 },
      { [a]: { to: 4, over: 2 } },
      { [a]: 4 },
    ],
    [
      'remembers it also when it gives again',
      { [a]: 3 },
      { [a]: { to: 3, over: 2 } },
      { [a]: 5, [b]: 2 },
      { [a]: { to: 5, over: 2 } },
      { [a]: 5 },
    ],
    [
      'leaves alone what somebody has named',
      { [b]: 2 },
      {},
      { [a]: 4, [b]: 2 },
      { [a]: { to: 4 } },
      { [a]: 4, [b]: 2 },
    ],
    [
      'keeps what was given before to others',
      { [b]: 2 },
      { [b]: { to: 2 } },
      { [a]: 4, [b]: 2 },
      { [a]: { to: 4 }, [b]: { to: 2 } },
      { [a]: 4, [b]: 2 },
    ],
    [
      'forgets vertices that are gone',
      { [c]: 9 },
      { [c]: { to: 9 } },
      { [a]: 4, [b]: 2 },
      { [a]: { to: 4 } },
      { [a]: 4 },
    ],
  ])('%s', (_what, vertices: Record<string, number>, given: GivenParallelism, wanted, then, named) => {
    const found = scaledByDecision({ spec: spec(vertices), given }, { wanted, now });
    expect(found.given).toEqual(then);
    expect(verticesOf(found.spec)).toEqual(named);
  });
});

const scaler = (max: number | undefined, more: object = {}) => ({
  autoscaler: { mode: 'active' as const, ...(max !== undefined && { max }), ...more },
});
const parts = (count: number) => ({
  flink: { version: '2.3' as const, configuration: { 'pipeline.max-parallelism': String(count) } },
});

describe('an applied spec', () => {
  const given: GivenParallelism = { [a]: { to: 4 } };

  test('that is the same as before leaves the job as it is, to the hash', () => {
    const same = spec();
    const wish = { wanted: { [a]: 4, [b]: 2 }, now: { [a]: 2, [b]: 2 } };
    const scaled = scaledByDecision({ spec: same, given: {} }, wish);
    const again = applied(same, scaled);
    expect(again.given).toEqual(scaled.given);
    expect(specHash(again.spec)).toBe(specHash(scaled.spec));
    expect(specHash(asApplied(scaled))).toBe(specHash(same));
  });

  test.each([
    ['says nothing of the vertex, as before', {}, given, given, { [a]: 4 }],
    ['names another vertex', { [b]: 3 }, given, given, { [a]: 4, [b]: 3 }],
    ['names the vertex for the first time', { [a]: 6 }, given, {}, { [a]: 6 }],
    ['names it as it always has', { [a]: 2 }, { [a]: { to: 4, over: 2 } }, { [a]: { to: 4, over: 2 } }, { [a]: 4 }],
    ['names it otherwise than it has', { [a]: 3 }, { [a]: { to: 4, over: 2 } }, {}, { [a]: 3 }],
    ['does not name it any more', {}, { [a]: { to: 4, over: 2 } }, {}, {}],
    ['names what it has by now', { [a]: 4 }, given, {}, { [a]: 4 }],
  ])('that %s', (_what, vertices: Record<string, number>, before: GivenParallelism, then, named) => {
    const found = applied(spec(vertices), asGiven(before));
    expect(found.given).toEqual(then);
    expect(verticesOf(found.spec)).toEqual(named);
  });

  test.each(['off', 'advise'] as const)(
    'that switches the autoscaler to %s leaves the job as large as it is',
    (mode) => {
      expect(verticesOf(applied(spec({}, { autoscaler: { mode } }), asGiven(given)).spec)).toEqual({ [a]: 4 });
    },
  );

  test('whose TaskManagers are counted bounds what was given', () => {
    const counted = spec({}, { taskManager: { replicas: 3, slots: 1 } });
    expect(applied(counted, asGiven(given)).given).toEqual({ [a]: { to: 3 } });
  });

  const daily = { cron: '0 6 * * *', lasts: '2h', max: 4 };

  test.each<[string, Partial<FlinkJobInput['spec']>, Partial<FlinkJobInput['spec']>, number]>([
    ['a lower maximum', scaler(8), scaler(3), 3],
    ['a maximum for the first time', scaler(undefined), scaler(3), 3],
    ['a lower one of the vertex', scaler(8), scaler(8, { vertices: { [a]: { max: 2 } } }), 2],
    ['a lower one of another vertex', scaler(8), scaler(8, { vertices: { [b]: { max: 2 } } }), 4],
    ['a lower one, while a schedule allows more', scaler(8), scaler(3, { schedules: [daily] }), 4],
    [
      'a lower one, while a vertex that is named may have more',
      scaler(8),
      scaler(3, { vertices: { w: { max: 9 } } }),
      4,
    ],
    ['a maximum that somebody has passed over by hand', scaler(3), scaler(3), 4],
    ['a lower maximum of an autoscaler that is switched off', scaler(8), scaler(3, { mode: 'off' }), 4],
    ['fewer parts of state', {}, parts(3), 3],
    ['enough parts of state', {}, parts(128), 4],
  ])('is brought within bounds: %s', (_what, was, is, to) => {
    const before = { ...asGiven(given), spec: spec({ [a]: 4 }, was) };
    const found = applied(spec({}, is), before);
    expect(found.given).toEqual({ [a]: { to } });
    expect(verticesOf(found.spec)).toEqual({ [a]: to });
    // The same file again changes nothing.
    expect(applied(spec({}, is), found)).toEqual(found);
  });

  test('under which no vertex can have its own drops it', () => {
    const file = spec({}, { flink: { version: '2.3', configuration: { 'jobmanager.scheduler': 'default' } } });
    expect(applied(file, asGiven(given))).toEqual({ spec: file, given: {} });
  });
});

const scaledTo = (vertices: Record<string, number>, mode: 'off' | 'active') =>
  spec(vertices, {
    autoscaler: { mode },
    job: { jarUri: 'local:///opt/job.jar', parallelism: 2, vertexParallelism: vertices },
  });

describe('a scaling by hand', () => {
  test.each([
    ['counts as given while the autoscaler is active', 'active', { [a]: 6 }, {}, {}, { [a]: { to: 6 } }],
    ['takes the place of what was given', 'active', { [a]: 6 }, { [a]: 4 }, { [a]: { to: 4 } }, { [a]: { to: 6 } }],
    ['of all vertices takes back what was given', 'active', {}, { [a]: 4 }, { [a]: { to: 4 } }, {}],
    ['is what the spec says where it is off', 'off', { [a]: 6 }, {}, {}, {}],
    [
      'of another vertex leaves what was given',
      'off',
      { [a]: 4, [b]: 3 },
      { [a]: 4 },
      { [a]: { to: 4 } },
      { [a]: { to: 4 } },
    ],
    ['where it is off, takes back what was given', 'off', { [a]: 6 }, { [a]: 4 }, { [a]: { to: 4 } }, {}],
  ] as const)('%s', (_what, mode, wanted, before, given: GivenParallelism, then) => {
    const found = scaledByHand(scaledTo(wanted, mode), { spec: scaledTo(before, mode), given });
    expect(found.given).toEqual(then);
    expect(verticesOf(found.spec)).toEqual(wanted);
  });

  test('while it is active outlasts the next apply of the file', () => {
    const file = spec();
    const byHand = scaledByHand(scaledTo({ [a]: 6 }, 'active'), { spec: file, given: {} });
    expect(verticesOf(applied(file, byHand).spec)).toEqual({ [a]: 6 });
  });
});

const file = (job: Partial<FlinkJobInput['spec']['job']> = {}, change: Partial<FlinkJobInput['spec']> = {}) =>
  spec({}, { job: { jarUri: 'local:///opt/job.jar', parallelism: 8, ...job }, ...change });

describe('the slots that the job takes', () => {
  const now = { [a]: 8, [b]: 8 };
  const smaller = (of: FlinkJob, slots = 2) =>
    scaledByDecision({ spec: of, given: {} }, { wanted: { [a]: 2, [b]: 1 }, now, slots });

  test.each([
    ['fewer than the parallelism of the job', { [a]: 2, [b]: 1 }, 2, 2],
    ['more: there are two slot sharing groups', { [a]: 8, [b]: 6 }, 14, 14],
    ['those of the widest vertex, which need not be said', { [a]: 12, [b]: 8 }, 12, undefined],
  ])('are given with a decision: %s', (_what, wanted, slots, said) => {
    const found = scaledByDecision({ spec: file(), given: {} }, { wanted, now, slots });
    expect(found.spec.spec.job.slots).toBe(said);
    expect(found.given['slots']).toEqual(said && { to: said });
    expect(taskManagerReplicas(found.spec.spec)).toBe(slots);
    expect(specHash(asApplied(found))).toBe(specHash(file()));
  });

  test('are counted anew by each decision', () => {
    const larger = { wanted: { [a]: 9, [b]: 1 }, now: { [a]: 2, [b]: 1 }, slots: 9 };
    const { spec: next, given } = scaledByDecision(smaller(file()), larger);
    expect(next.spec.job.slots).toBeUndefined();
    expect(given['slots']).toBeUndefined();
  });

  test.each([
    ['the same file', file(), 2, { to: 2 }],
    ['another image', file({}, { flink: { version: '2.3', image: 'another:1' } }), 2, { to: 2 }],
    ['another parallelism of the job', file({ parallelism: 16 }), undefined, undefined],
    ['a vertex that it names', file({ vertexParallelism: { [c]: 3 } }), undefined, undefined],
    ['slots of its own', file({ slots: 5 }), 5, undefined],
  ])('stay with what was given, or go: %s', (_what, next, slots, given) => {
    const found = applied(next, smaller(file()));
    expect(found.spec.spec.job.slots).toBe(slots);
    expect(found.given['slots']).toEqual(given);
    expect(found.given[a]).toEqual({ to: 2 });
  });

  test('that the file says come back when somebody takes back what was given', () => {
    const given = smaller(file({ slots: 16 }));
    expect(given.given['slots']).toEqual({ to: 2, over: 16 });
    expect(asApplied(given).spec.job.slots).toBe(16);
    const { vertexParallelism: _, ...job } = given.spec.spec.job;
    const back = scaledByHand({ ...given.spec, spec: { ...given.spec.spec, job } }, given);
    expect(back.spec.spec.job.slots).toBe(16);
    expect(back.given).toEqual({});
  });

  test.each([
    ['by as many as a vertex grows', { [a]: 5, [b]: 1 }, 5, { to: 5 }],
    ['not for one that shrinks', { [a]: 1, [b]: 1 }, 2, { to: 2 }],
    ['until they are those of the job', { [a]: 8, [b]: 1 }, undefined, undefined],
  ])('grow with a scaling by hand: %s', (_what, vertexParallelism, slots, then) => {
    const before = smaller(file());
    const { spec: now_ } = before;
    const wish = { ...now_, spec: { ...now_.spec, job: { ...now_.spec.job, vertexParallelism } } };
    const found = scaledByHand(wish, before);
    expect(found.spec.spec.job.slots).toBe(slots);
    expect(found.given['slots']).toEqual(then);
    expect(applied(file(), found).spec).toEqual(found.spec);
  });

  test('are no more than those of counted TaskManagers', () => {
    const before = scaledByDecision({ spec: file(), given: {} }, { wanted: { [a]: 8, [b]: 6 }, now, slots: 14 });
    const counted = file({}, { taskManager: { replicas: 5, slots: 2 } });
    expect(applied(counted, before).spec.spec.job.slots).toBe(10);
  });
});
