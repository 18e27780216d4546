/** How a job is asked to end that goes on later: as its spec says, or come what may. */
import { describe, expect, test } from '@jest/globals';
import { decideStop, type StopSeen } from '../../core/stopping.ts';
import { bringingBack, comeWhatMay, keepingState } from '../../workflows/stop-wishes.ts';
import { smallSpec, someGeneration } from '../support/state-fixture.ts';

const storage = { root: 's3://bucket/flink' };
const nowMs = Date.parse('2026-01-10T00:00:00Z');
const hourMs = 3_600_000;

/** A running job whose savepoint has failed, as its agent sees it by a wish. */
function seenBy(wish: ReturnType<typeof keepingState>, checkpointAgeMs: number): StopSeen {
  const wantsSavepoint = wish.how === 'savepoint';
  return {
    job: { state: 'RUNNING', ended: false, startedAtMs: 0 },
    request: wantsSavepoint ? { state: 'failed', trace: 'Too slow.' } : { state: 'unknown' },
    noted: wantsSavepoint,
    mayRepeat: false,
    wantsSavepoint,
    checkpoint: { id: 7, path: 's3://b/chk-7', completedAtMs: nowMs - checkpointAgeMs },
    knowsAll: true,
    retainsCheckpoints: true,
    tasksStarting: false,
    isRestored: false,
    timeIsUp: false,
    checkpointMayDo: wish.whenSavepointFails === 'checkpoint',
    oldestMs: wish.maxStateAgeMs === undefined ? 0 : nowMs - wish.maxStateAgeMs,
  };
}

describe('a job whose savepoint fails', () => {
  test.each([
    ['runs on, as its spec says', {}, 'savepoint', 1, 'refuse', 'cancel'],
    [
      'ends from a checkpoint, as its spec says',
      { whenSavepointFails: 'checkpoint' },
      'savepoint',
      1,
      'cancel',
      'cancel',
    ],
    [
      'runs on where that is too old',
      { whenSavepointFails: 'checkpoint', maxStateAge: '2h' },
      'savepoint',
      3,
      'tooOld',
      'cancel',
    ],
    [
      'runs on where that is all there is to be, and too old',
      { maxStateAge: '2h' },
      'last-state',
      3,
      'tooOld',
      'cancel',
    ],
  ] as const)('%s, and by force ends', (_title, upgrade, mode, hours, asSaid, byForce) => {
    const next = smallSpec({ storage, upgrade });
    const wish = keepingState(someGeneration(2, { spec: next }), next, mode);
    expect(decideStop(seenBy(wish, hours * hourMs)).action).toBe(asSaid);
    expect(decideStop(seenBy(comeWhatMay(wish), hours * hourMs)).action).toBe(byForce);
  });

  test('runs on where the next state backend could not read a checkpoint', () => {
    const upgrade = { whenSavepointFails: 'checkpoint' } as const;
    const rocksdb = { version: '2.3', configuration: { 'state.backend.type': 'rocksdb' } } as const;
    const generation = someGeneration(2, { spec: smallSpec({ storage, upgrade }) });
    const wish = keepingState(generation, smallSpec({ storage, upgrade, flink: rocksdb }), 'savepoint');
    expect(wish.format).toBe('canonical');
    expect(decideStop(seenBy(wish, 0)).action).toBe('refuse');
  });

  test('by force still asks for a savepoint first', () => {
    const next = smallSpec({ storage });
    const wish = comeWhatMay(keepingState(someGeneration(2, { spec: next }), next, 'savepoint'));
    expect(decideStop({ ...seenBy(wish, 0), noted: false, request: { state: 'unknown' } }).action).toBe('ask');
  });
});

describe('a candidate that is brought back', () => {
  const next = someGeneration(5, { spec: smallSpec({ storage, upgrade: { maxStateAge: '2h' } }) });
  const left = [3, 4].map((number) => someGeneration(number, { candidate: true }));

  test('goes on from state that is no older than its spec allows, of the newest that is left', () => {
    expect(bringingBack(left, next).map(({ generation, ...wish }) => [generation.identity.number, wish])).toEqual([
      [3, { how: 'cancel', next }],
      [4, { how: 'cancel', next, maxStateAgeMs: 2 * hourMs }],
    ]);
  });

  test('goes on from state of any age where its spec has no limit', () => {
    expect(bringingBack(left, someGeneration(5)).every((wish) => !('maxStateAgeMs' in wish))).toBe(true);
  });
});
