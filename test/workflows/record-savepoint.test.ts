/** Which records an operation writes of the savepoints with which it stops jobs. */
import { expect, test } from '@jest/globals';
import { savepointTriggerId } from '../../core/names.ts';
import type { SavepointRecord } from '../../core/savepoint.ts';
import type { OperationRun } from '../../workflows/operation-run.ts';
import { recordStopSavepoint } from '../../workflows/record-savepoint.ts';
import { someGeneration, someSavepoint } from '../support/state-fixture.ts';

interface Told {
  readonly takenAtMs?: number;
  readonly triggerId?: string;
  readonly lost?: readonly number[];
}

/** The records that operation 6 writes where these savepoints are known. */
function records(known: readonly SavepointRecord[], path: string, told: Told = {}): readonly SavepointRecord[] {
  const written: SavepointRecord[] = [];
  const account = {
    current: { number: 6, requestedBy: 'someone', kind: 'suspend' },
    number: 6,
    uid: 'abcdefgh',
    lost: told.lost ?? [],
    knownSavepoints: known,
    recordSavepoint: (one: SavepointRecord) => written.push(one),
  };
  const stopped = { kind: 'savepoint', restorePoint: path, detail: path, endedAtMs: 1, ...told } as const;
  const wish = { generation: someGeneration(1), how: 'savepoint' } as const;
  recordStopSavepoint(account as unknown as OperationRun, wish, stopped);
  return written;
}

const recorded = (known: readonly SavepointRecord[], path: string) => records(known, path).map(({ number }) => number);

test('a savepoint of a stop gets a record', () => {
  expect(recorded([someSavepoint(5)], someSavepoint(6).path)).toEqual([6]);
});

test('one that was found in the storage has its time from there, and not from when the stop came to its end', () => {
  const [written] = records([], someSavepoint(6).path, { takenAtMs: 1_000 });
  expect(written).toMatchObject({ takenAt: '1970-01-01T00:00:01.000Z' });
});

test('one that an operation before has recorded keeps its number', () => {
  expect(recorded([someSavepoint(5)], someSavepoint(5).path)).toEqual([]);
});

test('one that is taken after what has a higher number says so', () => {
  const [before, above] = [someSavepoint(5), someSavepoint(9)];
  expect(records([before, above], someSavepoint(6).path)).toMatchObject([{ number: 6, after: 9 }]);
  expect(records([before], someSavepoint(6).path)[0]).not.toHaveProperty('after');
  expect(records([before, { ...above, state: 'failed' }], someSavepoint(6).path)[0]).not.toHaveProperty('after');
});

test('one that a lost operation had asked for stands where that was', () => {
  const { identity, submission } = someGeneration(1);
  const told = { triggerId: savepointTriggerId('abcdefgh', 4, identity, submission), lost: [4] };
  const [written] = records([someSavepoint(5)], someSavepoint(4).path, told);
  expect(written).toMatchObject({ number: 4 });
  expect(written).not.toHaveProperty('after');
});
