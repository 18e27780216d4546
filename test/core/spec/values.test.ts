import { describe, expect, test } from '@jest/globals';
import { isDuration, parseDurationMs } from '../../../core/spec/duration.ts';
import { nearestName, slipsBetween } from '../../../core/spec/nearest-name.ts';
import { pathText } from '../../../core/spec/problem.ts';
import { parseCpuCores, parseMemoryBytes } from '../../../core/spec/quantity.ts';
import { taskManagerReplicas } from '../../../core/spec/task-managers.ts';
import { acceptedJob, writtenSpec } from '../../support/spec-fixture.ts';

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1d1ms', 86_400_001],
  ['0s', 0],
])('the duration %s is %d ms', (text, expected) => {
  expect(parseDurationMs(text)).toBe(expected);
});

test.each(['', '5', 's', '5 m', '-1s', '1.5h', '30s5m', '1m1m', '5M', '1e3s'])('%j is no duration', (text) => {
  expect(isDuration(text)).toBe(false);
  expect(() => parseDurationMs(text)).toThrow(RangeError);
});

test.each([
  ['1Gi', 2 ** 30],
  ['512Mi', 2 ** 29],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['1G', 1e9],
  ['100k', 1e5],
  ['1073741824', 2 ** 30],
  ['0.3', 1],
])('%s of memory is %d bytes', (text, expected) => {
  expect(parseMemoryBytes(text)).toBe(expected);
});

test.each(['512m', '1gi', 'Gi', '-1Gi', '1 Gi', '1e3', ''])('%j is no memory', (text) => {
  expect(() => parseMemoryBytes(text)).toThrow(RangeError);
});

test.each([
  ['500m', 0.5],
  ['1', 1],
  ['0.25', 0.25],
])('%s of CPU is %d cores', (text, expected) => {
  expect(parseCpuCores(text)).toBe(expected);
});

test.each(['0.5m', '1k', '-1', ''])('%j is no CPU', (text) => {
  expect(() => parseCpuCores(text)).toThrow(RangeError);
});

test.each([
  [1, 1, undefined, 1],
  [5, 2, undefined, 3],
  [4, 2, undefined, 2],
  [4, 2, 7, 7],
])('parallelism %d with %d slots and %p replicas takes %d TaskManagers', (parallelism, slots, replicas, expected) => {
  const changes = { 'spec.job.parallelism': parallelism, 'spec.taskManager': { slots, replicas } };
  expect(taskManagerReplicas(acceptedJob(writtenSpec(changes)).spec)).toBe(expected);
});

test.each([
  [3, undefined, 2],
  [14, undefined, 7],
  [3, 7, 7],
])(
  'a job of parallelism 8 that takes %d slots, with %p replicas, takes %d TaskManagers',
  (taken, replicas, expected) => {
    const changes = {
      'spec.job.parallelism': 8,
      'spec.job.slots': taken,
      'spec.taskManager': { slots: 2, replicas },
    };
    expect(taskManagerReplicas(acceptedJob(writtenSpec(changes)).spec)).toBe(expected);
  },
);

test.each([
  [['spec', 'taskManager', 'slots'], 'spec.taskManager.slots'],
  [['spec', 'job', 'args', 2], 'spec.job.args[2]'],
  [['spec', 'flink', 'configuration', 'rest.port'], 'spec.flink.configuration["rest.port"]'],
  [[], ''],
])('the path %j is written %s', (path, expected) => {
  expect(pathText(path)).toBe(expected);
});

describe('the nearest name', () => {
  test.each([
    ['slotz', ['slots', 'replicas'], 'slots'],
    ['resuorces', ['resources', 'replicas'], 'resources'],
    ['Replicas', ['resources', 'replicas'], 'replicas'],
    ['image', ['version', 'name'], undefined],
    ['x', [], undefined],
  ])('of %s among %j is %s', (word, known, expected) => {
    expect(nearestName(word, known)).toBe(expected);
  });

  test('counts slips', () => {
    expect(slipsBetween('abc', 'acb')).toBe(1);
    expect(slipsBetween('abc', 'abc')).toBe(0);
    expect(slipsBetween('abc', 'abd')).toBe(1);
    expect(slipsBetween('abc', 'abcd')).toBe(1);
    expect(slipsBetween('abc', 'abcdefg')).toBe(Infinity);
  });
});
