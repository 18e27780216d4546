import { expect, test } from '@jest/globals';
import { asideMayCount, isBefore, newestPoint, type StoredPoint } from '../../core/newest-point.ts';

const point = (kind: StoredPoint['kind'], modifiedAtMs: number, number?: number): StoredPoint => ({
  kind,
  path: `file:/${kind}`,
  modifiedAtMs,
  ...(number !== undefined && { number }),
});
const second = 1_000;

test.each<[string, StoredPoint[], StoredPoint['kind'] | undefined]>([
  ['nothing', [], undefined],
  ['the only one', [point('checkpoint', 0)], 'checkpoint'],
  [
    'of one second the checkpoint that was completed after the savepoint',
    [point('checkpoint', second, 9), point('savepoint', second, 8)],
    'checkpoint',
  ],
  [
    'of one second the savepoint that was completed after the checkpoint',
    [point('checkpoint', second, 7), point('savepoint', second, 8)],
    'savepoint',
  ],
  [
    'what Flink counts higher, whatever the clocks say',
    [point('checkpoint', 0, 9), point('savepoint', second, 8)],
    'checkpoint',
  ],
  ['the later one where a number is not known', [point('checkpoint', second, 9), point('savepoint', 0)], 'checkpoint'],
  [
    'the savepoint where nothing tells them apart',
    [point('savepoint', second), point('checkpoint', second, 9)],
    'savepoint',
  ],
])('the newest is %s', (_title, points, kind) => {
  expect(newestPoint(points)?.kind).toBe(kind);
});

test.each<[string, StoredPoint[], string | undefined]>([
  [
    'a savepoint after which the job ran again',
    [point('savepoint', 0, 8), point('checkpoint', 0, 9)],
    'file:/savepoint',
  ],
  ['no savepoint where that is the newest', [point('savepoint', 0, 8), point('checkpoint', 0, 7)], undefined],
  ['nothing where there is no savepoint', [point('checkpoint', 0, 7)], undefined],
])('the newest has overtaken %s', (_title, points, overtaken) => {
  expect(newestPoint(points)?.overtaken).toBe(overtaken);
});

test.each<[string, StoredPoint | undefined, boolean, boolean]>([
  [
    'does not where a checkpoint is kept: Flink may have restarted the job from it',
    point('checkpoint', 0, 9),
    true,
    false,
  ],
  ['does not where the savepoint of a stop is kept', point('savepoint', 0, 8), false, false],
  ['does not where the checkpoints are gone: they may have been newer', undefined, true, false],
  ['may where the job completed no checkpoint', undefined, false, true],
])('a savepoint that was asked for %s', (_title, kept, hasCheckpoint, may) => {
  expect(asideMayCount(kept, hasCheckpoint)).toBe(may);
});

test.each<[string, number | undefined, string, boolean]>([
  ['counts lower', 19, 'file:/chk-19', true],
  ['counts as high', 20, 'file:///chk-20', false],
  ['counts higher', 21, 'file:/chk-21', false],
  ['has no number and lies there', undefined, 'file:///chk-20', false],
  ['has no number and lies elsewhere', undefined, 'file:/chk-21', true],
])('a point that %s: whether it is older than what was told', (_title, number, path, isOlder) => {
  const stored = { ...point('checkpoint', 0, number), path };
  expect(isBefore(stored, { id: 20, path: 'file:/chk-20', completedAtMs: 0 })).toBe(isOlder);
});
