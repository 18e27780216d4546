/** Tokens of an API under test. */
import { randomBytes } from 'node:crypto';
import type { Postgres } from '../../clients/postgres/connect.ts';
import { saveToken, tokenHash, type TokenRecord } from '../../clients/postgres/tokens.ts';

/** Makes one for whoever that is. */
export async function newToken(postgres: Postgres, record: TokenRecord): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await saveToken(postgres, tokenHash(token), record);
  return token;
}
