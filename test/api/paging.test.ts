/** Cursors that nobody was given, and values that PostgreSQL does not take, are the caller's mistake. */
import { DatabaseError } from 'pg';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { problemOf } from '../../api/error-problem.ts';
import { badRange } from '../../api/job-params.ts';
import { eventPosition, pageQuery, readCursor, writeCursor } from '../../api/paging.ts';
import { Problem } from '../../api/problem.ts';
import { validate } from '../../api/validate.ts';

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

function httpError(status: number): Error {
  return Object.assign(new Error('no'), { status });
}

function thrown(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('every mistake of a caller is told with a cure', () => {
  test.each<[string, () => unknown]>([
    ['a parameter', () => validate(z.strictObject(pageQuery), { limit: 'NaN' }, 'query', 'INVALID_PARAMETER')],
    ['an unknown parameter', () => validate(z.strictObject(pageQuery), { x: '1' }, 'query', 'INVALID_PARAMETER')],
    ['a cursor', () => readCursor(eventPosition, 'x')],
    ['a range', badRange],
    ['a path that cannot be decoded', () => problemOf(httpError(400), true)],
    ['a body that is too large', () => problemOf(httpError(413), false)],
  ])('%s', (_, act) => {
    const found = thrown(act);
    if (!(found instanceof Problem)) throw new Error('it is no problem');
    expect(found.toBody('r')).toMatchObject({ code: found.code, cure: expect.stringMatching(/\.$/) });
  });
});
