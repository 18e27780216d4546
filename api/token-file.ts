/** Tokens in files that only their owner may read: they stand on no command line and in no log. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Postgres } from '../clients/postgres/connect.ts';
import { saveToken, tokenHash, type TokenRecord } from '../clients/postgres/tokens.ts';

/**
 * Makes the token in the file valid as this record says, and makes the file if there is none. Run again, it keeps the token.
 * @throws where that token was revoked: whoever has learned of it would be let in again.
 */
export async function keepTokenOf(postgres: Postgres, file: string, record: TokenRecord): Promise<void> {
  const hash = existsSync(file) ? hashOf(file) : tokenHash(makeToken(file));
  if (await saveToken(postgres, hash, record)) return;
  throw new Error(`The token in ${file} was revoked: remove the file, and run this again for a new one.`);
}

/** What is kept of the token in a file. @throws where there is none. */
export function hashOf(file: string): Buffer {
  const token = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  if (token.length >= 32) return tokenHash(token);
  throw new Error(`${file} holds no token: name another file, or remove it for a new one.`);
}

/** It is in the file before its hash is kept, so none is ever lost. */
function makeToken(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  const token = randomBytes(32).toString('base64url');
  writeFileSync(file, `${token}\n`, { mode: 0o600, flag: 'wx' });
  return token;
}
