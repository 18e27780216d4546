import { describe, expect, test } from '@jest/globals';
import { tuneFor } from '../../../core/autoscaler/memory-tuning.ts';
import { segmentsOf } from '../../../core/autoscaler/network-memory.ts';
import type { AutoscaledJob } from '../../../core/autoscaler/samples.ts';
import { options, vertex } from './fixtures.ts';

const gb = 2 ** 30;
const mb = 2 ** 20;

/** The job of MemoryTuningTest: 30 GB, 5 slots, two vertices of 50. */
const job: AutoscaledJob = {
  id: 'j',
  name: 'j',
  state: 'RUNNING',
  vertices: [vertex('one', [], { parallelism: 50 }), vertex('two', ['one:REBALANCE'], { parallelism: 50 })],
  taskManagers: { slots: 5, memoryBytes: 30 * gb, configuration: { 'taskmanager.memory.process.size': '30 gb' } },
};
const used = { heap: 5096 * mb, managed: 10_000 * mb, metaspace: 100 * mb, slots: 50 };
const to = { one: 25, two: 10 };
const off = { scaleDownMemoryCompensation: false };

describe('MemoryTuningTest.testMemoryTuning', () => {
  test.each([
    ['less memory', off, used, '0.654', '0.054', '20108162027 bytes', '120 mb'],
    [
      'managed memory as large as can be',
      { ...off, maximizeManagedMemory: true },
      used,
      '0.789',
      '0.034',
      '30 gb',
      '120 mb',
    ],
    ['no managed memory', off, { ...used, managed: 0 }, '0.0', '0.139', '7760130867 bytes', '120 mb'],
    ['fewer TaskManagers', {}, { ...used, managed: 0 }, '0.0', '0.076', '14172382822 bytes', '120 mb'],
    [
      'more heap than there is',
      {},
      { ...used, managed: 0, heap: 30_812_254_720, metaspace: 268_435_456 },
      '0.0',
      '0.034',
      '30 gb',
      '322122547 bytes',
    ],
  ])('%s', (_name, settings, usage, managed, overhead, process, metaspace) => {
    expect(tuneFor(job, usage, to, options(settings))?.advice.options).toEqual({
      'taskmanager.memory.managed.fraction': managed,
      'taskmanager.memory.network.min': '13760 kb',
      'taskmanager.memory.network.max': '13760 kb',
      'taskmanager.memory.jvm-metaspace.size': metaspace,
      'taskmanager.memory.jvm-overhead.fraction': overhead,
      'taskmanager.memory.framework.heap.size': '0 bytes',
      'taskmanager.memory.process.size': process,
    });
  });

  test('what is replaced is removed', () => {
    expect(tuneFor(job, used, to, options(off))?.advice.removed).toEqual([
      'taskmanager.memory.flink.size',
      'taskmanager.memory.task.heap.size',
      'taskmanager.memory.managed.size',
      'taskmanager.memory.size',
    ]);
  });

  test.each([
    ['no sizes known', {}],
    ['sizes that Flink refuses', { memoryBytes: gb, configuration: { 'taskmanager.memory.process.size': '1kb' } }],
  ])('%s: nothing is tuned', (_name, taskManagers) => {
    expect(tuneFor({ ...job, taskManagers: { slots: 5, ...taskManagers } }, used, to, options(off))).toBeUndefined();
  });
});

test.each([
  [10, 10, 'FORWARD', 10],
  [10, 15, 'FORWARD', 12],
  [10, 15, 'RESCALE', 12],
  [10, 15, 'REBALANCE', 38],
  [10, 15, 'UNKNOWN', 38],
])('MemoryTuningTest.testCalculateNetworkSegmentNumber: %i to %i by %s takes %i', (here, there, ship, segments) => {
  expect(segmentsOf(here, there, ship, { perChannel: 2, floating: 8 })).toBe(segments);
});
