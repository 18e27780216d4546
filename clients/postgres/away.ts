/** Tells "PostgreSQL cannot serve now" from a mistake in what it was asked. */
import { DatabaseError } from 'pg';

/** SQLSTATE classes: connection lost, out of resources, told to stop or starting up. */
const awayClasses = ['08', '53', '57'];

/** A table is missing: the migration has not come through yet. */
const notMigrated = '42P01';

/** Whether the same query may succeed later. Errors of sockets and of the pool, such as its time limit, count too. */
export function isPostgresAway(error: unknown): boolean {
  if (error instanceof DatabaseError)
    return error.code === notMigrated || awayClasses.includes(error.code?.slice(0, 2) ?? '');
  if (!(error instanceof Error)) return false;
  // `pg` has no classes for these: a lost socket carries the system's code, the rest only a sentence.
  return (
    'syscall' in error || /^(Connection terminated|timeout exceeded|Query read timeout|Client has)/.test(error.message)
  );
}
