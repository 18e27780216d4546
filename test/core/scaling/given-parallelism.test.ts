/** What becomes of parallelism that was given beside the applied spec, whoever says what afterwards. */
import { describe, expect, test } from '@jest/globals';
import {
  applied,
  asApplied,
  scaledByDecision,
  scaledByHand,
  type GivenParallelism,
} from '../../../core/scaling/given-parallelism.ts';
import type { FlinkJob, FlinkJobInput } from '../../../core/schema/flink-job.ts';
import { specHash } from '../../../core/spec/canonical.ts';
import { smallSpec } from '../../support/state-fixture.ts';

const [a, b, c] = ['a'.repeat(32), 'b'.repeat(32), 'c'.repeat(32)] as const;

function spec(vertices: Record<string, number> = {}, change: Partial<FlinkJobInput['spec']> = {}): FlinkJob {
  const job = { jarUri: 'local:///opt/job.jar', parallelism: 2, vertexParallelism: vertices };
  const named = Object.keys(vertices).length === 0 ? { jarUri: job.jarUri, parallelism: 2 } : job;
  return smallSpec({ job: named, autoscaler: { mode: 'active' }, ...change });
}

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
    const found = scaledByDecision({ spec: spec(vertices), given }, wanted, now);
    expect(found.given).toEqual(then);
    expect(verticesOf(found.spec)).toEqual(named);
  });
});

describe('an applied spec', () => {
  const given: GivenParallelism = { [a]: { to: 4 } };

  test('that is the same as before leaves the job as it is, to the hash', () => {
    const file = spec();
    const scaled = scaledByDecision({ spec: file, given: {} }, { [a]: 4, [b]: 2 }, { [a]: 2, [b]: 2 });
    const again = applied(file, scaled.given);
    expect(again.given).toEqual(scaled.given);
    expect(specHash(again.spec)).toBe(specHash(scaled.spec));
    expect(specHash(asApplied(scaled))).toBe(specHash(file));
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
    const found = applied(spec(vertices), before);
    expect(found.given).toEqual(then);
    expect(verticesOf(found.spec)).toEqual(named);
  });

  test.each(['off', 'advise'] as const)(
    'that switches the autoscaler to %s leaves the job as large as it is',
    (mode) => {
      expect(verticesOf(applied(spec({}, { autoscaler: { mode } }), given).spec)).toEqual({ [a]: 4 });
    },
  );

  test('whose TaskManagers are counted bounds what was given', () => {
    const counted = spec({}, { taskManager: { replicas: 3, slots: 1 } });
    expect(applied(counted, given).given).toEqual({ [a]: { to: 3 } });
  });

  test('under which no vertex can have its own drops it', () => {
    const file = spec({}, { flink: { version: '2.3', configuration: { 'jobmanager.scheduler': 'default' } } });
    expect(applied(file, given)).toEqual({ spec: file, given: {} });
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
    expect(verticesOf(applied(file, byHand.given).spec)).toEqual({ [a]: 6 });
  });
});
