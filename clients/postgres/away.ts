/** Tells "PostgreSQL cannot serve now" from a mistake in what it was asked. */
import { DatabaseError } from 'pg';

/** SQLSTATE classes: connection lost, out of resources, told to stop or starting up. */
const awayClasses = ['08', '53', '57'];

/** A table is missing: the migration has not come through yet. */
const notMigrated = '42P01';

/** `pg` and its pool have no classes for these, only sentences. */
const poolSentences = /^(?:Connection terminated|timeout exceeded|Query read timeout|Client (?:has|was))/;

/** Whether the same query may succeed later. Errors of sockets and of the pool, such as its time limit, count too. */
export function isPostgresAway(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (error instanceof DatabaseError) return code === notMigrated || awayClasses.includes(code.slice(0, 2));
  // What the system says, such as ECONNREFUSED; several addresses of one name make one error with that code.
  if (/^E[A-Z]+$/.test(code)) return true;
  return 'message' in error && typeof error.message === 'string' && poolSentences.test(error.message);
}
