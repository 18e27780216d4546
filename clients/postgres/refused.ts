/** Tells values that PostgreSQL will never take from faults that pass. */
import { DatabaseError } from 'pg';

/** SQLSTATE classes: a value that cannot be what it is taken for, such as a date that does not exist; a broken constraint. */
const valueClass = '22';
const constraintClass = '23';

/** Whether PostgreSQL would not take one of the query's values. */
export function isValueRefused(error: unknown): error is DatabaseError {
  return isOfClass(error, valueClass);
}

/** Whether the same rows would be refused again, however often they are sent. */
export function isRefused(error: unknown): error is DatabaseError {
  return isOfClass(error, valueClass) || isOfClass(error, constraintClass);
}

function isOfClass(error: unknown, sqlStateClass: string): error is DatabaseError {
  return error instanceof DatabaseError && error.code?.startsWith(sqlStateClass) === true;
}
