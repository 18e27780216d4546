/** Which records an operation writes of the savepoints with which it stops jobs. */
import { expect, test } from '@jest/globals';
import type { SavepointRecord } from '../../core/savepoint.ts';
import type { OperationRun } from '../../workflows/operation-run.ts';
import { recordStopSavepoint } from '../../workflows/record-savepoint.ts';
import { someGeneration, someSavepoint } from '../support/state-fixture.ts';

/** The records that operation 6 writes where these savepoints are known. */
function recorded(known: readonly SavepointRecord[], path: string): number[] {
  const written: SavepointRecord[] = [];
  const account = {
    current: { number: 6, requestedBy: 'someone', kind: 'suspend' },
    uid: 'abcdefgh',
    lost: [],
    knownSavepoints: known,
    recordSavepoint: (one: SavepointRecord) => written.push(one),
  };
  const stopped = { kind: 'savepoint', restorePoint: path, detail: path, endedAtMs: 1 } as const;
  const wish = { generation: someGeneration(1), how: 'savepoint' } as const;
  recordStopSavepoint(account as unknown as OperationRun, wish, stopped);
  return written.map(({ number }) => number);
}

test('a savepoint of a stop gets a record', () => {
  expect(recorded([someSavepoint(5)], someSavepoint(6).path)).toEqual([6]);
});

test('one that an operation before has recorded keeps its number', () => {
  expect(recorded([someSavepoint(5)], someSavepoint(5).path)).toEqual([]);
});
