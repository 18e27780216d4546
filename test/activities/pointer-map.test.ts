/** When the pointers to a job's checkpoints count as deleted, by what looks and readings have shown. */
import { describe, expect, test } from '@jest/globals';
import { PointerMap } from '../../activities/observe/pointer-map.ts';
import type { ObservedJobState } from '../../core/observation/observation.ts';

/** At so many seconds the job was so, and the ConfigMap, where it was due to be read, was this one; absent: none. */
type Step = readonly [atSeconds: number, state: ObservedJobState, map?: string];

interface Seen {
  readonly isDeleted: boolean;
  /** When it was read. */
  readonly readAt: readonly number[];
}

function seen(steps: readonly Step[], hasCheckpoint = true): Seen {
  const pointers = new PointerMap();
  const readAt = steps.flatMap(([at, state, map]) => {
    const isDue = pointers.looked({ state, word: state, isDeep: true, askedAt: at * 1000 });
    if (isDue) pointers.found(map, hasCheckpoint, at * 1000);
    return isDue ? [at] : [];
  });
  return { isDeleted: pointers.isDeleted, readAt };
}

describe('pointers to checkpoints count as deleted', () => {
  test.each<[string, readonly Step[]]>([
    [
      'when the job still runs after they were gone',
      [
        [0, 'RUNNING', 'a'],
        [30, 'RUNNING'],
        [40, 'RUNNING'],
      ],
    ],
    [
      'when they were gone at the first look, and the job has completed a checkpoint',
      [
        [0, 'RUNNING'],
        [10, 'RUNNING'],
      ],
    ],
    [
      'when the job restarts without them',
      [
        [0, 'RUNNING', 'a'],
        [30, 'RESTARTING'],
        [36, 'RESTARTING'],
      ],
    ],
    [
      'at once when they are gone with the JobManager',
      [
        [0, 'RUNNING', 'a'],
        [3, 'silent'],
      ],
    ],
    [
      'at once when the JobManager is back, and has not begun the job',
      [
        [0, 'RUNNING', 'a'],
        [9, 'absent'],
      ],
    ],
    [
      'when another ConfigMap is in their place',
      [
        [0, 'RUNNING', 'a'],
        [9, 'CREATED', 'b'],
      ],
    ],
    [
      'however the job does in that',
      [
        [0, 'RUNNING', 'a'],
        [9, 'CREATED', 'b'],
        [12, 'RUNNING', 'b'],
        [50, 'RUNNING', 'b'],
      ],
    ],
    [
      'when they are made anew after they were gone',
      [
        [0, 'RUNNING'],
        [3, 'CREATED', 'b'],
      ],
    ],
  ])('%s', (_title, steps) => expect(seen(steps).isDeleted).toBe(true));
});

describe('pointers to checkpoints do not count as deleted', () => {
  test.each<[string, readonly Step[]]>([
    [
      'while they are there',
      [
        [0, 'RUNNING', 'a'],
        [30, 'RUNNING', 'a'],
        [33, 'silent', 'a'],
        [90, 'RUNNING', 'a'],
      ],
    ],
    [
      'when Flink takes them away as the job ends',
      [
        [0, 'RUNNING', 'a'],
        [30, 'RUNNING'],
        [33, 'FINISHED'],
      ],
    ],
    [
      'when the JobManager goes after the job',
      [
        [0, 'RUNNING', 'a'],
        [30, 'FINISHED'],
        [40, 'silent'],
        [80, 'absent'],
      ],
    ],
    [
      'before an answer can be late no more',
      [
        [0, 'RUNNING', 'a'],
        [30, 'RUNNING'],
        [33, 'RUNNING'],
      ],
    ],
    [
      'where nothing is known of the job yet',
      [
        [0, 'silent'],
        [40, 'silent'],
        [80, 'absent'],
      ],
    ],
  ])('%s', (_title, steps) => expect(seen(steps).isDeleted).toBe(false));

  test('of a job that was never seen to have any, and has completed no checkpoint', () => {
    expect(seen([[0, 'RUNNING'], [30, 'RUNNING'], [60, 'silent']], false).isDeleted).toBe(false); // prettier-ignore
  });
});

describe('pointers to checkpoints are read', () => {
  test('seldom while the job stays as it is, and at once when it is another', () => {
    const steady = [0, 10, 20, 30, 40, 50, 60].map((at): Step => [at, 'RUNNING', 'a']);
    const { readAt } = seen([...steady, [61, 'silent', 'a'], [62, 'silent', 'a'], [63, 'RUNNING', 'a']]);
    expect(readAt).toEqual([0, 30, 60, 61, 63]);
  });

  test('beside looks that ask for everything', () => {
    const pointers = new PointerMap();
    const isRead = (at: number, isDeep: boolean) =>
      pointers.looked({ state: 'RUNNING', word: 'up', isDeep, askedAt: at * 1000 });
    expect([isRead(0, false), isRead(40, false), isRead(50, true)]).toEqual([true, false, true]);
  });
});
