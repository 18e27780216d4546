/** Keeps an outbox small: a newer row of the same thing takes the older one's place, and events give way first. */
import type { EventRow, RecordRow } from './records.ts';

/** The most an outbox holds, in characters of JSON: it travels through continue-as-new and in results. */
const outboxLengthMax = 256 * 1024;

/** How much one write to PostgreSQL takes: Temporal allows an activity 2 MB. */
const writeLengthMax = 256 * 1024;

/** The oldest rows, as many as one write takes; at least one. */
export function nextWrite(rows: readonly RecordRow[], lengthMax = writeLengthMax): RecordRow[] {
  let length = 0;
  const count = rows.findIndex((row) => (length += JSON.stringify(row).length) > lengthMax);
  return count === -1 ? [...rows] : rows.slice(0, Math.max(1, count));
}

/** The length of rows as JSON, in characters. */
export function lengthOf(rows: readonly RecordRow[]): number {
  return rows.reduce((length, row) => length + JSON.stringify(row).length, 0);
}

/** What a row is about: rows with the same key replace one another, the later one stays. */
function keyOf(row: RecordRow): string {
  switch (row.kind) {
    case 'job':
      return `job/${row.uid}`;
    case 'revision':
      return `revision/${row.uid}/${row.revision}`;
    case 'operation':
      return `operation/${row.uid}/${row.operation.number}`;
    case 'event':
      return `event/${row.uid}/${row.operation}/${row.seq}`;
    case 'savepoint':
      return `savepoint/${row.uid}/${row.savepoint.number}`;
    case 'decision':
      return `decision/${row.uid}/${row.decision.number}`;
    case 'decisionInput':
      return `decisionInput/${row.uid}/${row.number}`;
    default:
      return row satisfies never;
  }
}

/** The newest row of each thing, in the order in which the things were last written. */
export function foldRows(rows: readonly RecordRow[]): RecordRow[] {
  const newest = new Map<string, RecordRow>();
  for (const row of rows) {
    const key = keyOf(row);
    newest.delete(key);
    newest.set(key, row);
  }
  return [...newest.values()];
}

/**
 * Drops the oldest events, and the oldest inputs of decisions, while the rows are more than `lengthMax` characters. The first event
 * stays and says how many are gone, so that a gap in a job's story is never silent.
 */
export function withoutOldEvents(rows: readonly RecordRow[], lengthMax = outboxLengthMax): RecordRow[] {
  let length = JSON.stringify(rows).length;
  if (length <= lengthMax) return [...rows];
  const dropped = new Set<RecordRow>();
  for (const row of rows) {
    if (length <= lengthMax) break;
    if (row.kind !== 'event' && row.kind !== 'decisionInput') continue;
    length -= JSON.stringify(row).length + 1;
    dropped.add(row);
  }
  const events = [...dropped].filter((row) => row.kind === 'event');
  return rows.flatMap((row) => {
    if (!dropped.has(row)) return [row];
    return row === events[0] ? [toldOf(events[0], countOf(events))] : [];
  });
}

/** What tells of events that were dropped before may be dropped in its turn: it counts for all of them. */
function countOf(events: readonly EventRow[]): number {
  return events.reduce((sum, { dropped = 1 }) => sum + dropped, 0);
}

function toldOf(row: EventRow, dropped: number): EventRow {
  const text = `${dropped} events were dropped while PostgreSQL could not be written`;
  return { ...row, type: 'eventsDropped', text, dropped };
}
