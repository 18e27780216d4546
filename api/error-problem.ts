/** Turns any error into the problem that the caller is told; what is not understood is an INTERNAL one. */
import { isPostgresAway } from '../clients/postgres/away.ts';
import { isValueRefused } from '../clients/postgres/refused.ts';
import { isTemporalAway } from '../clients/temporal/errors.ts';
import { Problem } from './problem.ts';

/**
 * The problem for an error that a handler, Express or its body reader threw. A read passes on only what its caller sent:
 * a value that PostgreSQL does not take is the caller's then.
 */
export function problemOf(error: unknown, isRead: boolean): Problem {
  if (error instanceof Problem) return error;
  const http = httpProblemOf(error);
  if (http) return http;
  if (isRead && isValueRefused(error))
    return new Problem('INVALID_PARAMETER', 'A parameter has a value that cannot be looked for.', {
      cure: 'Send cursors as they were given, and see /openapi.json for the other parameters.',
      cause: error,
    });
  if (isPostgresAway(error))
    return new Problem('RECORDS_AWAY', 'This needs PostgreSQL, which does not answer now.', {
      cure: 'Try again. A single job can be read all the while, and jobs run on.',
      cause: error,
    });
  if (isTemporalAway(error))
    return new Problem('WORKFLOWS_AWAY', 'Temporal or its workers do not answer now.', {
      cure: 'Try again; /readyz says what is missing. Jobs run on.',
      cause: error,
    });
  return new Problem('INTERNAL', 'Something went wrong in Drey itself.', {
    cure: 'Look for this request id in the log of the API.',
    cause: error,
  });
}

/** Express and its body reader throw errors with a status; those below 500 are the caller's. */
function httpProblemOf(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  if (error.status === 413)
    return new Problem('TOO_LARGE', 'The body is larger than 1 MB.', {
      cure: 'Send less at once; a spec has 64 KB at most.',
      cause: error,
    });
  if (error.status === 415)
    return new Problem('UNSUPPORTED_MEDIA_TYPE', error.message, {
      cure: 'Send UTF-8, as it is or compressed with gzip.',
      cause: error,
    });
  if (error.status >= 400 && error.status < 500)
    return new Problem('MALFORMED_REQUEST', error.message, {
      cure: 'Send it as /openapi.json says: UTF-8, percent-encoded in the path.',
      cause: error,
    });
  return undefined;
}
