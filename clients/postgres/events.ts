/** Reads what happened to a job. */
import type { Postgres } from './connect.ts';

export interface StoredEvent {
  /** 0 for what belongs to no operation. */
  readonly operation: number;
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly text: string;
}

/** Where a page ended. */
export type EventPosition = Pick<StoredEvent, 'at' | 'operation' | 'seq'>;

export interface EventFilter {
  readonly uid: string;
  /** Only this operation's. */
  readonly operation?: number;
}

/** A job's events, newest first; `before` is the event that the page before ended with. */
export async function listEvents(
  postgres: Postgres,
  filter: EventFilter,
  limit: number,
  before?: EventPosition,
): Promise<StoredEvent[]> {
  const { rows } = await postgres.query<{ operation: number; seq: string; at: Date; type: string; text: string }>(
    `select operation, seq, at, type, text from events
     where uid = $1
       and ($2::integer is null or operation = $2)
       and ($3::timestamptz is null or (at, operation, seq) < ($3, $4::integer, $5::bigint))
     order by at desc, operation desc, seq desc
     limit $6`,
    [filter.uid, filter.operation ?? null, before?.at ?? null, before?.operation ?? null, before?.seq ?? null, limit],
  );
  return rows.map((row) => ({ ...row, seq: Number(row.seq), at: row.at.toISOString() }));
}
