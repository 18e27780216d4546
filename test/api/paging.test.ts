/** Cursors that nobody was given, and values that PostgreSQL does not take, are the caller's mistake. */
import { DatabaseError } from 'pg';
import { describe, expect, test } from '@jest/globals';
import { problemOf } from '../../api/error-problem.ts';
import { eventPosition, readCursor, writeCursor } from '../../api/paging.ts';

const cursor = (at: string) => writeCursor({ at, operation: 1, seq: 1 });

describe('a cursor of events', () => {
  test('is read as it was written', () => {
    const at = new Date(0).toISOString();
    expect(readCursor(eventPosition, cursor(at))).toEqual({ at, operation: 1, seq: 1 });
  });

  test.each([
    ['year 0', '0000-01-01T00:00:00.000Z'],
    ['no fraction', '2026-01-01T00:00:00Z'],
    ['an endless fraction', `2026-01-01T00:00:00.${'0'.repeat(500)}Z`],
    ['a day that does not exist', '2026-02-30T00:00:00.000Z'],
    ['another zone', '2026-01-01T00:00:00.000+99:00'],
  ])('with %s is refused', (_, at) => {
    expect(() => readCursor(eventPosition, cursor(at))).toThrow('not given by this list');
  });
});

describe('a value that PostgreSQL does not take', () => {
  const refused = Object.assign(new DatabaseError('date out of range', 1, 'error'), { code: '22008' });

  test('is the mistake of who reads, and of Drey where something is changed', () => {
    expect(problemOf(refused, true)).toMatchObject({ code: 'INVALID_PARAMETER', status: 400 });
    expect(problemOf(refused, false)).toMatchObject({ code: 'INTERNAL' });
  });

  test('is not a mistake in the query itself', () => {
    const broken = Object.assign(new DatabaseError('syntax error', 1, 'error'), { code: '42601' });
    expect(problemOf(broken, true)).toMatchObject({ code: 'INTERNAL' });
  });
});
