import { expect, test } from '@jest/globals';
import { decide } from '../../../core/autoscaler/decide.ts';
import { defaultPolicy, type AutoscalerPolicy } from '../../../core/autoscaler/policy.ts';
import { boundsOf } from '../../../core/autoscaler/vertex-bounds.ts';
import { jobPolicy } from '../../../core/autoscaler-agent/job-policy.ts';
import type { FlinkJobInput } from '../../../core/schema/flink-job.ts';
import { smallSpec } from '../../support/state-fixture.ts';
import { vertex } from '../autoscaler/fixtures.ts';
import { inputOf, minute, type Load } from '../autoscaler/jobs.ts';

const notScalable: unknown = expect.objectContaining({ code: 'NOT_SCALABLE' });
const batch = { version: '2.3', configuration: { 'execution.runtime-mode': 'batch' } } as const;

test.each<[string, AutoscalerPolicy['mode'], Partial<FlinkJobInput['spec']>, Partial<AutoscalerPolicy>]>([
  ['nothing against it', 'active', {}, { mode: 'active' }],
  ['a batch job', 'active', { flink: batch }, { mode: 'advise' }],
  ['a batch job that is left alone', 'off', { flink: batch }, { mode: 'off' }],
  ['counted TaskManagers', 'active', { taskManager: { replicas: 3, slots: 2 } }, { mode: 'active', slotsMax: 6 }],
  ['TaskManagers that follow', 'active', { taskManager: { slots: 2 } }, { mode: 'active' }],
])('%s', (_what, mode, spec, expected) => {
  const policy = jobPolicy({ ...defaultPolicy, mode }, smallSpec(spec).spec);
  expect(policy).toEqual({
    ...defaultPolicy,
    ...expected,
    ...(expected.mode === 'advise' && { onlyAdvised: notScalable }),
  });
});

test.each([
  [{}, 200, { min: 1, max: 200 }],
  [{ max: 8 }, 6, { min: 1, max: 6 }],
  [{ max: 4 }, 6, { min: 1, max: 4 }],
  [{ min: 7 }, 6, { min: 6, max: 6 }],
])('the bounds %o, with %i slots', (bounds, slotsMax, expected) => {
  expect(boundsOf({ ...defaultPolicy, ...bounds, slotsMax }, vertex('work'), undefined)).toEqual(expected);
});

test('several slot sharing groups together take no more than there is', () => {
  const tooMuch: Load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 200 };
  const input = inputOf(tooMuch, 12 * minute, { profile: 'drey', slotsMax: 11 });
  const vertices = input.job.vertices.map((one) => ({ ...one, slotSharingGroup: one.id }));
  // 4 and 8.
  expect(decide({ ...input, job: { ...input.job, vertices } }).reasons[0].code).toBe('QUOTA_REACHED');
  expect(decide(input).parallelism?.['work']).toBe(8);
});

const memory = { maxBytes: 8, isCarriedOut: true, byRestart: true };
const root = { root: 's3://bucket/drey' };

test.each<[string, Partial<FlinkJobInput['spec']>, string | undefined]>([
  ['is given', { storage: root }, undefined],
  ['is told where a person decides on upgrades', { storage: root, upgrade: { strategy: 'blueGreen' } }, 'blueGreen'],
  ['is told where an upgrade loses the state', { storage: root, upgrade: { mode: 'stateless' } }, 'stateless'],
  ['is told where nothing keeps the state', {}, 'no storage'],
])('memory %s', (_what, spec, why) => {
  const found = jobPolicy({ ...defaultPolicy, memory }, smallSpec(spec).spec).memory;
  expect(found?.isCarriedOut).toBe(why === undefined);
  expect(found?.onlyTold?.text ?? '').toContain(why ?? '');
  const told = { ...memory, isCarriedOut: false };
  expect(jobPolicy({ ...defaultPolicy, memory: told }, smallSpec(spec).spec).memory).toEqual(told);
});
