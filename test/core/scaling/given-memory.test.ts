/** What becomes of memory that was given beside the applied spec: by a decision, by a recovery, and by whoever applies a file afterwards. */
import { describe, expect, test } from '@jest/globals';
import { memoryRaise, withMemory } from '../../../core/recovery/memory.ts';
import {
  applied,
  asApplied,
  givenWithoutRaise,
  raisedByRecovery,
  scaledByDecision,
  scaledByHand,
  type GivenSpec,
} from '../../../core/scaling/given-parallelism.ts';
import type { FlinkJob, FlinkJobInput } from '../../../core/schema/flink-job.ts';
import { specHash } from '../../../core/spec/canonical.ts';
import { smallSpec } from '../../support/state-fixture.ts';

const gb = 2 ** 30;
const a = 'a'.repeat(32);
type Spec = FlinkJobInput['spec'];
type Resources = NonNullable<NonNullable<Spec['taskManager']>['resources']>;

const limit = (memory: string): Resources => ({ limits: { memory } });

function file(resources: Resources = limit('2Gi'), memory: object = {}, change: Partial<Spec> = {}): FlinkJob {
  return smallSpec({
    taskManager: { resources },
    autoscaler: { mode: 'active', memory: { mode: 'active', max: '8Gi', ...memory } },
    recovery: { memory: { max: '6Gi' } },
    ...change,
  });
}

const decided = (before: GivenSpec, memoryBytes: number, wanted = { [a]: 1 }) =>
  scaledByDecision(before, { wanted, now: { [a]: 1 }, memoryBytes });
const given = (of: FlinkJob = file(), bytes = 3 * gb) => decided({ spec: of, given: {} }, bytes);
const resourcesOf = ({ spec }: FlinkJob) => spec.taskManager.resources;

/** As the entity does it with what a recovery brings the job back with. */
function raised(before: GivenSpec): GivenSpec {
  const raise = memoryRaise(before.spec, 'taskManager');
  const spec = raise ? withMemory(before.spec, raise) : before.spec;
  return { spec, given: raisedByRecovery(spec, before) };
}

describe('a decision', () => {
  test.each<[string, Resources, Resources]>([
    ['the limit', limit('2Gi'), limit('3072Mi')],
    ['what is requested, where there is no limit', { requests: { memory: '2Gi' } }, { requests: { memory: '3072Mi' } }],
    [
      'both, where both are one',
      { requests: { memory: '2Gi', cpu: '1' }, limits: { memory: '2048Mi' } },
      { requests: { memory: '3072Mi', cpu: '1' }, limits: { memory: '3072Mi' } },
    ],
    [
      'the limit alone, where less is requested',
      { requests: { memory: '1Gi' }, limits: { memory: '2Gi' } },
      { requests: { memory: '1Gi' }, limits: { memory: '3072Mi' } },
    ],
  ])('gives %s', (_what, was, is) => {
    const found = given(file(was));
    expect(resourcesOf(found.spec)).toEqual(is);
    expect(found.given).toEqual({ memory: { to: 3 * gb, over: 2 * gb } });
  });

  test('gives parallelism with it, and another one leaves it', () => {
    const both = decided({ spec: file(), given: {} }, 3 * gb, { [a]: 4 });
    expect(both.given).toEqual({ [a]: { to: 4 }, memory: { to: 3 * gb, over: 2 * gb } });
    const next = scaledByDecision(both, { wanted: { [a]: 2 }, now: { [a]: 4 } });
    expect(next.given).toEqual({ [a]: { to: 2 }, memory: { to: 3 * gb, over: 2 * gb } });
    expect(resourcesOf(next.spec)).toEqual(limit('3072Mi'));
  });

  test('remembers what the file says also when it gives again, and what is no round size', () => {
    const again = decided(given(), 2624 * 2 ** 20);
    expect(again.given).toEqual({ memory: { to: 2624 * 2 ** 20, over: 2 * gb } });
    expect(resourcesOf(again.spec)).toEqual(limit('2624Mi'));
  });

  test('gives no less than is requested below the limit', () => {
    const found = given(file({ requests: { memory: '1536Mi' }, limits: { memory: '2Gi' } }), gb);
    expect(resourcesOf(found.spec).limits).toEqual({ memory: '1536Mi' });
  });
});

describe('an applied spec', () => {
  test('that is the same as before leaves the job as it is, to the hash', () => {
    const again = applied(file(), given());
    expect(again).toEqual(given());
    expect(specHash(again.spec)).toBe(specHash(given().spec));
    expect(specHash(asApplied(given()))).toBe(specHash(file()));
  });

  test.each<[string, FlinkJob, Resources, number | undefined]>([
    ['another image', file(undefined, {}, { flink: { version: '2.3', image: 'another:1' } }), limit('3072Mi'), 3 * gb],
    [
      'another parallelism',
      file(undefined, {}, { job: { jarUri: 'local:///b.jar', parallelism: 3 } }),
      limit('3072Mi'),
      3 * gb,
    ],
    ['another size', file(limit('4Gi')), limit('4Gi'), undefined],
    ['the size that it has by now', file(limit('3Gi')), limit('3Gi'), undefined],
    ['mode advise', file(undefined, { mode: 'advise' }), limit('3072Mi'), 3 * gb],
    ['no word of the autoscaler', smallSpec({ taskManager: { resources: limit('2Gi') } }), limit('3072Mi'), 3 * gb],
    ['a lower maximum', file(undefined, { max: '2560Mi' }), limit('2560Mi'), 2560 * 2 ** 20],
  ])('with %s', (_what, next, resources, to) => {
    const found = applied(next, given());
    expect(resourcesOf(found.spec)).toEqual(resources);
    expect(found.given['memory']).toEqual(to && { to, over: 2 * gb });
    expect(applied(next, found)).toEqual(found);
  });
});

describe('an applied spec with which memory takes an upgrade that must not be', () => {
  const stateless = file(undefined, {}, { upgrade: { mode: 'stateless' } });
  const stored = { storage: { checkpoints: 's3://bucket/checkpoints' } };
  test.each<[string, FlinkJob, FlinkJob, number | undefined]>([
    ['keeps nothing that was decided and does not run', stateless, file(), undefined],
    ['keeps what runs', stateless, given().spec, 3 * gb],
    ['keeps what ran before the last decision', stateless, given(file(), 2.5 * gb).spec, 2.5 * gb],
    ['unlike one that keeps the state', file(undefined, {}, stored), file(), 3 * gb],
  ])('%s', (_what, next, runs, to) => {
    const found = applied(next, { ...given(), runs });
    expect(found.given['memory']).toEqual(to && { to, over: 2 * gb });
    expect(resourcesOf(found.spec)).toEqual(to ? limit(`${to / 2 ** 20}Mi`) : limit('2Gi'));
  });
});

test('a scaling by hand leaves it', () => {
  const { spec, given: before } = given();
  const wish = { ...spec, spec: { ...spec.spec, job: { ...spec.spec.job, parallelism: 5 } } };
  expect(scaledByHand(wish, { spec, given: before })).toEqual({ spec: wish, given: before });
});

describe('memory that a recovery has raised', () => {
  test('counts as given where the autoscaler gives memory: the next apply leaves it', () => {
    const found = raised({ spec: file(), given: {} });
    expect(found.given).toEqual({ memory: { to: 3 * gb, over: 2 * gb, least: 3 * gb } });
    expect(applied(file(), found)).toEqual(found);
    expect(resourcesOf(found.spec)).toEqual(limit('3072Mi'));
  });

  test.each([
    [5 * gb, 5 * gb],
    [2 * gb, 3 * gb],
  ])('stays the least: a decision for %i bytes gives %i', (wanted, to) => {
    const found = decided(raised({ spec: file(), given: {} }), wanted);
    expect(found.given['memory']).toEqual({ to, over: 2 * gb, least: 3 * gb });
  });

  test('is raised from what was given, up to the limit of the recovery', () => {
    const found = raised(raised(given()));
    expect(found.given).toEqual({ memory: { to: 6 * gb, over: 2 * gb, least: 6 * gb } });
    expect(raised(found).given).toEqual(found.given);
  });

  test('and found no room leaves what was given before: neither the next apply nor a decision on parallelism brings it', () => {
    for (const before of [{ spec: file(), given: {} }, given(file(), 2.5 * gb)]) {
      const back = { spec: before.spec, given: givenWithoutRaise(raised(before).given, before.given) };
      expect(back.given).toEqual(before.given);
      expect(resourcesOf(applied(file(), back).spec)).toEqual(resourcesOf(before.spec));
      const next = scaledByDecision(back, { wanted: { [a]: 3 }, now: { [a]: 1 } });
      expect(resourcesOf(next.spec)).toEqual(resourcesOf(before.spec));
    }
  });

  test('is not lowered by a lower maximum', () => {
    const found = applied(file(undefined, { max: '2560Mi' }), raised(given()));
    expect(found.given['memory']?.to).toBe(4.5 * gb);
  });

  test('is part of the spec, as ever, where nobody gives memory', () => {
    const advised = file(undefined, { mode: 'advise' });
    const found = raised({ spec: advised, given: {} });
    expect([found.given, resourcesOf(found.spec)]).toEqual([{}, limit('3072Mi')]);
    expect(resourcesOf(applied(advised, found).spec)).toEqual(limit('2Gi'));
  });
});
