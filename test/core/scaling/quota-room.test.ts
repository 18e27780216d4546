import { describe, expect, test } from '@jest/globals';
import { withSharedQuotas } from '../../../core/autoscaler-agent/shared-quotas.ts';
import {
  largerRoom,
  noRoom,
  roomLeft,
  roomOf,
  roomTogether,
  whyNoRoom,
  type Room,
  type SharedQuota,
} from '../../../core/scaling/quota-room.ts';
import { quotaLimits, sharedQuotaSchema } from '../../../core/schema/quota.ts';
import { inputOf, minute } from '../autoscaler/jobs.ts';
import { enough } from '../simulation/past.ts';
import { smallSpec, someGeneration } from '../../support/state-fixture.ts';

const gb = 2 ** 30;
const room = (slots: number, cpuCores = 0, memoryBytes = 0): Room => ({ slots, cpuCores, memoryBytes });
const quota = (limits: SharedQuota['limits'], taken: Room, change: Partial<SharedQuota> = {}): SharedQuota => ({
  of: 'tenant',
  name: 'orders',
  limits,
  taken,
  ...change,
});

test.each<[string, Parameters<typeof smallSpec>[0], Room]>([
  [
    'as many TaskManagers as its parallelism fills',
    {
      job: { jarUri: 'local:///x.jar', parallelism: 5 },
      taskManager: { slots: 2, resources: { limits: { cpu: '2', memory: '2Gi' } } },
    },
    room(5, 6, 6 * gb),
  ],
  [
    'its widest vertex',
    {
      job: { jarUri: 'local:///x.jar', parallelism: 2, vertexParallelism: { ['a'.repeat(32)]: 6 } },
      taskManager: { slots: 2, resources: { limits: { cpu: '1', memory: '1Gi' } } },
    },
    room(6, 3, 3 * gb),
  ],
  [
    'those that are counted',
    {
      job: { jarUri: 'local:///x.jar', parallelism: 2 },
      taskManager: { slots: 1, replicas: 4, resources: { limits: { cpu: '1', memory: '1Gi' } } },
    },
    room(2, 4, 4 * gb),
  ],
])('a job takes %s', (_, spec, expected) => {
  expect(roomOf(smallSpec(spec).spec)).toEqual(expected);
});

test('rooms add up, and the larger of two counts by each measure', () => {
  expect(roomTogether([room(1, 2, 3), room(4, 5, 6)])).toEqual(room(5, 7, 9));
  expect(roomTogether([])).toEqual(noRoom);
  expect(largerRoom(room(1, 5, 3), room(4, 2, 3))).toEqual(room(4, 5, 3));
});

describe('a quota leaves a job', () => {
  test.each<[string, SharedQuota, Room, object]>([
    ['what others have not taken', quota({ slots: 12 }, room(10)), room(4), { slots: 6 }],
    [
      'of each that is limited',
      quota({ cpuCores: 8, memoryBytes: 9 }, room(1, 4, 5)),
      room(1, 1, 1),
      { cpuCores: 5, memoryBytes: 5 },
    ],
    ['nothing, and no less, where others have too much', quota({ slots: 4 }, room(10)), room(2), { slots: 0 }],
    ['all where what it has is not counted yet', quota({ slots: 4 }, room(1)), room(2), { slots: 4 }],
  ])('%s', (_, shared, own, left) => {
    expect(roomLeft(shared, own)).toEqual({ of: 'tenant', name: 'orders', ...left });
  });
});

describe('a job gets its room', () => {
  test.each<[string, SharedQuota, Room, Room, string | undefined]>([
    ['where it fits', quota({ slots: 12 }, room(4)), room(8), room(4), undefined],
    [
      'not where it does not',
      quota({ slots: 11 }, room(4)),
      room(8),
      room(4),
      'The quota of tenant orders leaves the job 7 slots; 8 are wanted.',
    ],
    [
      'of cores',
      quota({ cpuCores: 3.5 }, room(0, 1)),
      room(8, 3),
      room(4, 2),
      'The quota of tenant orders leaves the job 2.5 cores; 3 are wanted.',
    ],
    [
      'three times a tenth of which is three tenths',
      quota({ cpuCores: 0.3 }, room(0, 0.1 + 0.1)),
      room(1, 0.1),
      room(1, 0),
      undefined,
    ],
    [
      'where it takes no more than before, though too much is taken',
      quota({ slots: 4 }, room(9)),
      room(4),
      room(4),
      undefined,
    ],
    ['whatever it has lost since', quota({ slots: 4, cpuCores: 1 }, room(9, 0)), room(2, 1), room(4, 0), undefined],
  ])('%s', (_, shared, wanted, before, text) => {
    expect(whyNoRoom(shared, wanted, before)?.text).toBe(text);
  });
});

test('a job heeds the quotas of its own tenant and its own cluster', () => {
  const generation = someGeneration(2);
  const { cluster } = generation.spec.spec;
  const { tenant } = generation.identity;
  const own = roomOf(generation.spec.spec);
  const input = inputOf(enough, 10 * minute);
  const heard = [
    quota({ slots: 9 }, roomTogether([own, room(5)]), { name: tenant }),
    quota({ slots: 1 }, own, { name: 'others' }),
    quota({ slots: 7 }, own, { of: 'cluster', name: cluster }),
    quota({ slots: 1 }, own, { of: 'cluster', name: tenant }),
  ];
  expect(withSharedQuotas(input, generation, heard).policy.quotas).toEqual([
    { of: 'tenant', name: tenant, slots: 4 },
    { of: 'cluster', name: cluster, slots: 7 },
  ]);
  expect(withSharedQuotas(input, generation, [])).toBe(input);
});

describe('a quota as people write it', () => {
  test('is read in numbers', () => {
    expect(quotaLimits(sharedQuotaSchema.parse({ slots: 3, cpu: '500m', memory: '2Gi' }))).toEqual({
      slots: 3,
      cpuCores: 0.5,
      memoryBytes: 2 * gb,
    });
    expect(quotaLimits({})).toEqual({});
  });

  test.each([[{ cpu: 4 }], [{ memory: 'much' }], [{ slots: -1 }], [{ pods: 3 }]])('is refused: %j', (wrong) => {
    expect(sharedQuotaSchema.safeParse(wrong).success).toBe(false);
  });
});
