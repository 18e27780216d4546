/** Cursors: where a page ended, as text that callers only hand back. */
import { z } from 'zod';
import { Problem } from './problem.ts';
import { wholeNumber } from './whole-number.ts';

/** Query parameters of every list. */
export const pageQuery = {
  limit: wholeNumber(1, 500).default(100).describe('Items at most.'),
  cursor: z.string().max(1000).optional().describe('`nextCursor` of the page before.'),
};

/** Where a page of what is numbered ended. */
export const numberPosition = z.int32().min(1);

/** Where a page of events ended. Times only as Drey writes them: PostgreSQL refuses year 0 and endless fractions. */
export const eventPosition = z.object({
  at: z.iso.datetime({ precision: 3 }).regex(/^(?!0000)/),
  operation: z.int32().min(0),
  seq: z.int32().min(0),
});

export function writeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** The position in a cursor, if there is one. */
export function readCursor<T>(schema: z.ZodType<T>, cursor: string | undefined): T | undefined {
  if (cursor === undefined) return undefined;
  const parsed = schema.safeParse(parseQuietly(Buffer.from(cursor, 'base64url').toString()));
  if (parsed.success) return parsed.data;
  const cure = 'Begin without a cursor.';
  const problem = { path: 'query.cursor', message: 'was not given by this list', hint: cure };
  throw new Problem('INVALID_PARAMETER', 'The cursor was not given by this list.', { cure, problems: [problem] });
}

/** The answer to a list that was asked for one item more than a page holds. */
export function pageAnswer<T>(items: readonly T[], limit: number, positionOf: (last: T) => unknown) {
  const page = items.slice(0, limit);
  const last = page.at(-1);
  return { items: page, ...(items.length > limit && last ? { nextCursor: writeCursor(positionOf(last)) } : {}) };
}

function parseQuietly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
