import { describe, expect, test } from '@jest/globals';
import { foldRows, lengthOf, nextWrite, withoutOldEvents } from '../../core/record-folding.ts';
import type { EventRow, OperationRow, RecordRow } from '../../core/records.ts';
import { someOperation, someTime } from '../support/state-fixture.ts';

const event = (seq: number): EventRow => ({
  kind: 'event',
  uid: 'u',
  operation: 1,
  seq,
  at: someTime,
  type: 't',
  text: 'x'.repeat(100),
});
const operation = (seq: number): OperationRow => ({
  kind: 'operation',
  uid: 'u',
  seq,
  operation: someOperation(1).record,
});

describe('waiting rows', () => {
  test('are written in slices, the oldest first', () => {
    const rows = [event(1), event(2), event(3)];
    const two = lengthOf(rows.slice(0, 2));
    expect(nextWrite(rows, two)).toEqual(rows.slice(0, 2));
    expect(nextWrite(rows, 10)).toEqual(rows.slice(0, 1));
    expect(nextWrite(rows)).toEqual(rows);
  });

  test('of the same thing give way to the newest', () => {
    expect(foldRows([operation(1), event(1), operation(2)])).toEqual([event(1), operation(2)]);
  });

  test('stay all while they are few', () => {
    const rows = [event(1), operation(1)];
    expect(withoutOldEvents(rows)).toEqual(rows);
  });

  test('lose their oldest events first when they are too many, which is told', () => {
    const rows = [operation(1), ...Array.from({ length: 20 }, (_, index) => event(index))];
    const kept = withoutOldEvents(rows, 2_000);
    expect(JSON.stringify(kept).length).toBeLessThanOrEqual(2_200);
    expect(kept).toContainEqual(operation(1));
    expect(kept.at(-1)).toEqual(event(19));
    expect(kept.filter((row) => row.kind === 'event' && row.type === 'eventsDropped')).toHaveLength(1);
  });

  test('tell of all events that were dropped, however often some had to go', () => {
    let kept: RecordRow[] = [operation(1)];
    for (let index = 0; index < 40; index += 1) kept = withoutOldEvents([...kept, event(index)], 2_000);
    const events = kept.filter((row) => row.kind === 'event');
    const told = events.filter(({ type }) => type === 'eventsDropped');
    const dropped = 40 - (events.length - told.length);
    expect(dropped).toBeGreaterThan(20);
    expect(told).toMatchObject([{ text: `${dropped} events were dropped while PostgreSQL could not be written` }]);
  });

  test('add up what several tell that were handed over', () => {
    const [first, second] = [1, 2].map((uid) =>
      withoutOldEvents(
        Array.from({ length: 20 }, (_, index) => ({ ...event(index), uid: `u${uid}` })),
        2_000,
      ),
    );
    const both = [...(first ?? []), ...(second ?? [])];
    const kept = withoutOldEvents(both, 500);
    const told = kept.filter((row) => row.kind === 'event' && row.type === 'eventsDropped');
    expect(told).toMatchObject([{ dropped: 40 - (kept.length - 1) }]);
  });
});
