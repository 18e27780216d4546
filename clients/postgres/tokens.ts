/** Bearer tokens: only their SHA-256 is kept, so that nobody who reads the table can use them. */
import { createHash } from 'node:crypto';
import type { Postgres } from './connect.ts';

/** Of people, each may do what those before it may; `agent` may bring what one cluster's agent brings, and nothing else. */
export type Role = 'viewer' | 'operator' | 'admin' | 'agent';

export interface TokenRecord {
  /** Shown as who asked for a change. */
  readonly name: string;
  /** A tenant, or `*` for all; '' for an agent. */
  readonly tenant: string;
  readonly role: Role;
  /** An agent's. */
  readonly cluster?: string | null;
  readonly expiresAt?: Date | null;
}

/** What is kept of a token. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** The token with this hash, unless it is revoked or has expired. */
export async function findToken(postgres: Postgres, hash: Buffer): Promise<TokenRecord | undefined> {
  const { rows } = await postgres.query<TokenRecord>(
    `select name, tenant, role, cluster, expires_at as "expiresAt" from tokens
     where hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
    [hash],
  );
  return rows[0];
}

/** Keeps a token; one that is known already gets this name, tenant, role and cluster, and is valid again. */
export async function saveToken(postgres: Postgres, hash: Buffer, token: TokenRecord): Promise<void> {
  await postgres.query(
    `insert into tokens (hash, name, tenant, role, cluster, expires_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (hash) do update set name = excluded.name, tenant = excluded.tenant, role = excluded.role,
       cluster = excluded.cluster, expires_at = excluded.expires_at, revoked_at = null`,
    [hash, token.name, token.tenant, token.role, token.cluster ?? null, token.expiresAt ?? null],
  );
}

/** What is kept of the token of a cluster's agent. */
export function agentToken(cluster: string): TokenRecord {
  return { name: `agent of ${cluster}`, tenant: '', role: 'agent', cluster };
}

/** Ends a token's validity now. */
export async function revokeToken(postgres: Postgres, hash: Buffer): Promise<void> {
  await postgres.query('update tokens set revoked_at = now() where hash = $1 and revoked_at is null', [hash]);
}
