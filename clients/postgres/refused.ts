/** Tells values that PostgreSQL will never take from faults that pass. */
import { DatabaseError } from 'pg';

/** SQLSTATE classes: a value that does not fit its type, a constraint that is broken. */
const refusals = ['22', '23'];

/** Whether the same rows would be refused again, however often they are sent. */
export function isRefused(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && refusals.includes((error.code ?? '').slice(0, 2));
}
