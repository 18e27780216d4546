import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { cutToQuotas } from '../../../core/autoscaler/cut-to-quota.ts';
import { decide } from '../../../core/autoscaler/decide.ts';
import type { AutoscalerQuota } from '../../../core/autoscaler/policy.ts';
import { slotsOf } from '../../../core/autoscaler/quota.ts';
import type { AutoscaledJob } from '../../../core/autoscaler/samples.ts';
import { vertex } from './fixtures.ts';
import { inputOf, jobOf, minute, type Load } from './jobs.ts';

const gb = 2 ** 30;
/** TaskManagers of two slots, one core and 1 GB; each vertex has four subtasks. */
const job = jobOf(4);
const tenant = (room: AutoscalerQuota): AutoscalerQuota => ({ of: 'tenant', name: 'orders', ...room });
const cluster = (room: AutoscalerQuota): AutoscalerQuota => ({ of: 'cluster', name: 'local', ...room });
const twoGroups: AutoscaledJob = {
  ...job,
  vertices: [
    vertex('source', [], { parallelism: 4 }),
    vertex('work', [], { parallelism: 4, slotSharingGroup: 'other' }),
  ],
};

describe('a scaling is cut to what quotas leave', () => {
  test.each<
    [string, AutoscaledJob, Record<string, number>, readonly AutoscalerQuota[], Record<string, number> | undefined]
  >([
    ['not where it fits', job, { work: 8 }, [tenant({ slots: 8 })], undefined],
    ['not where there is none', job, { work: 8 }, [], undefined],
    ['not to the job’s own', job, { work: 8 }, [{ of: 'job', slots: 6 }, { slots: 6 }], undefined],
    ['to slots', job, { work: 8 }, [tenant({ slots: 6 })], { work: 6 }],
    ['to the tightest', job, { work: 8 }, [tenant({ slots: 7 }), cluster({ slots: 6 })], { work: 6 }],
    ['to whole TaskManagers of cores', job, { work: 8 }, [cluster({ cpuCores: 3.5 })], { work: 6 }],
    ['to whole TaskManagers of memory', job, { work: 8 }, [cluster({ memoryBytes: 3 * gb })], { work: 6 }],
    ['each of its vertices', job, { source: 7, work: 8 }, [tenant({ slots: 6 })], { source: 6, work: 6 }],
    ['only what is above it', job, { source: 5, work: 8 }, [tenant({ slots: 6 })], { source: 5, work: 6 }],
    ['to nothing where there is no room', job, { work: 8 }, [tenant({ slots: 4 })], {}],
    ['to nothing where the job has more than its room', job, { work: 8 }, [tenant({ slots: 2 })], {}],
    ['to nothing where only its shrinking part would be left', job, { source: 2, work: 8 }, [tenant({ slots: 4 })], {}],
    ['not where it shrinks, though that is not enough', job, { source: 3, work: 3 }, [tenant({ slots: 2 })], undefined],
    ['with its shrinking part', job, { source: 2, work: 8 }, [tenant({ slots: 6 })], { source: 2, work: 6 }],
    ['slot sharing groups in turn', twoGroups, { source: 8, work: 8 }, [tenant({ slots: 12 })], { source: 6, work: 6 }],
    ['that which grows most first', twoGroups, { source: 5, work: 8 }, [tenant({ slots: 11 })], { source: 5, work: 6 }],
  ])('%s', (_, of, changes, quotas, left) => {
    expect(cutToQuotas(of, changes, quotas)?.changes).toEqual(left);
  });

  test('and the limit is named, with whose it is', () => {
    const text = 'The quota of tenant orders leaves the job 6 slots; 8 are wanted.';
    expect(cutToQuotas(job, { work: 8 }, [tenant({ slots: 6 })])).toEqual({
      changes: { work: 6 },
      reason: { code: 'QUOTA_REACHED', text },
      limits: { work: { code: 'QUOTA_REACHED', text, before: 8, after: 6 } },
    });
  });

  test('always: it fits then, or is nothing, and no vertex gets more than was wanted', () => {
    const sizes = fc.integer({ min: 1, max: 40 });
    const groups = fc.constantFrom('one', 'two', 'three');
    const vertices = fc.array(fc.record({ has: sizes, wants: sizes, group: groups }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(vertices, fc.integer({ min: 0, max: 120 }), (all, slots) => {
        const of = all.map(({ has, group }, index) =>
          vertex(`v${index}`, [], { parallelism: has, slotSharingGroup: group }),
        );
        const changes = Object.fromEntries(all.map(({ wants }, index) => [`v${index}`, wants]));
        const cut = cutToQuotas({ ...job, vertices: of }, changes, [tenant({ slots })]);
        const targets = cut?.changes ?? changes;
        expect(slotsOf(of, targets)).toBeLessThanOrEqual(Math.max(slots, slotsOf(of, {})));
        for (const [id, to] of Object.entries(targets)) expect(to).toBeLessThanOrEqual(changes[id] ?? 0);
      }),
    );
  });
});

const tooMuch: Load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 100 };
const under = (quotas: readonly AutoscalerQuota[]) =>
  decide(inputOf(tooMuch, 12 * minute, { profile: 'drey', quotas }));

describe('profile drey', () => {
  test('takes what there is, says which quota it was, and expects of it what it gets', () => {
    const decision = under([tenant({ slots: 6 })]);
    expect(decision).toMatchObject({
      action: 'scale',
      parallelism: { work: 6 },
      reasons: [{ code: 'TOO_SMALL' }, { code: 'QUOTA_REACHED' }],
    });
    const [free, work] = [under([]).vertices[1], decision.vertices[1]];
    expect(work).toMatchObject({ target: 6, recommended: 6 });
    expect(work?.limits.at(-1)).toMatchObject({ code: 'QUOTA_REACHED', before: free?.target, after: 6 });
    const rate = (of: typeof work) => Number(of?.metrics['EXPECTED_PROCESSING_RATE']);
    expect(rate(work)).toBeCloseTo((rate(free) / (free?.target ?? 0)) * 6, 3);
  });

  test('does nothing where nothing is left, and says why first', () => {
    expect(under([cluster({ slots: 4 })])).toMatchObject({
      action: 'none',
      reasons: [
        { code: 'QUOTA_REACHED', text: 'The quota of cluster local leaves the job 4 slots; 7 are wanted.' },
        { code: 'TOO_SMALL' },
      ],
    });
  });
});

test('the operator’s profiles do nothing instead, as the operator does', () => {
  const decision = decide(
    inputOf(tooMuch, 40 * minute, { profile: 'flink-operator-main', quotas: [tenant({ slots: 6 })] }),
  );
  expect(decision).toMatchObject({ action: 'none', reasons: [{ code: 'QUOTA_REACHED' }] });
});
