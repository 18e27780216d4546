/** The headers of a change: its idempotency key and its preconditions. */
import { createHash, randomUUID } from 'node:crypto';
import type { Request } from 'express';
import { Problem } from './problem.ts';

export interface ChangeHeaders {
  /** The caller's key, or one made here. */
  readonly key: string;
  /** Whether the caller gave it: only then can there be an earlier answer. */
  readonly isRepeatable: boolean;
  /** SHA-256 hex of method, path and body. */
  readonly bodyHash: string;
  /** As in the update: absent for any, 0 for "must not exist". */
  readonly ifRevision?: number;
}

/** Reads and checks them. */
export function readChangeHeaders(request: Request, body: Buffer): ChangeHeaders {
  const given = request.get('idempotency-key');
  if (given !== undefined && !/^[\x21-\x7e]{1,200}$/.test(given))
    throw invalid('Idempotency-Key', 'must be 1 to 200 visible ASCII characters', 'Use a random UUID.');
  const ifRevision = readPrecondition(request);
  return {
    key: given ?? randomUUID(),
    isRepeatable: given !== undefined,
    bodyHash: createHash('sha256').update(`${request.method} ${request.path}\n`).update(body).digest('hex'),
    ...(ifRevision === undefined ? {} : { ifRevision }),
  };
}

/** An ETag of a job: its revision in quotes. */
export function etagOf(revision: number): string {
  return `"${revision}"`;
}

function readPrecondition(request: Request): number | undefined {
  const match = request.get('if-match');
  const noneMatch = request.get('if-none-match');
  if (match !== undefined && noneMatch !== undefined)
    throw invalid('If-Match', 'cannot be given together with If-None-Match', 'Send one of them.');
  if (noneMatch !== undefined) {
    if (noneMatch.trim() === '*') return 0;
    throw invalid('If-None-Match', 'can only be *', 'Send `If-None-Match: *` to make a job that must not exist yet.');
  }
  if (match === undefined) return undefined;
  const revision = /^"([1-9]\d{0,8})"$/.exec(match.trim())?.[1];
  if (revision === undefined)
    throw invalid('If-Match', 'must be one revision in quotes', 'Send the ETag of a GET, such as `If-Match: "3"`.');
  return Number(revision);
}

function invalid(header: string, message: string, hint: string): Problem {
  return new Problem('INVALID_PARAMETER', `${header} ${message}.`, {
    cure: hint,
    problems: [{ path: `header.${header}`, message, hint }],
  });
}
