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

/** Keeps a token; one that is known already gets this name, tenant, role, cluster and end. @returns false where it was revoked. */
export async function saveToken(postgres: Postgres, hash: Buffer, token: TokenRecord): Promise<boolean> {
  const { rowCount } = await postgres.query(
    `insert into tokens (hash, name, tenant, role, cluster, expires_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (hash) do update set name = excluded.name, tenant = excluded.tenant, role = excluded.role,
       cluster = excluded.cluster, expires_at = excluded.expires_at where tokens.revoked_at is null`,
    [hash, token.name, token.tenant, token.role, token.cluster ?? null, token.expiresAt ?? null],
  );
  return rowCount === 1;
}

/** What is kept of the token of a cluster's agent. */
export function agentToken(cluster: string): TokenRecord {
  return { name: `agent of ${cluster}`, tenant: '', role: 'agent', cluster };
}

/** Which tokens are meant: one, or all of a name. */
export type WhichTokens = { readonly hash: Buffer } | { readonly name: string };

/** Ends the validity of tokens now. @returns those, also where it had ended before; none where none is known. */
export async function revokeTokens(postgres: Postgres, which: WhichTokens): Promise<TokenRecord[]> {
  const [column, value] = 'hash' in which ? ['hash', which.hash] : ['name', which.name];
  const { rows } = await postgres.query<TokenRecord>(
    `update tokens set revoked_at = coalesce(revoked_at, now()) where ${column} = $1 returning name, tenant, role, cluster`,
    [value],
  );
  return rows;
}

export interface ListedToken extends TokenRecord {
  readonly createdAt: Date;
  readonly state: 'valid' | 'expired' | 'revoked';
  /** When it was revoked, or when it ends or has ended. */
  readonly endsAt: Date | null;
}

/** All tokens that were ever made, by name. */
export async function listTokens(postgres: Postgres): Promise<ListedToken[]> {
  const { rows } = await postgres.query<ListedToken>(
    `select name, tenant, role, cluster, created_at as "createdAt", coalesce(revoked_at, expires_at) as "endsAt",
       case when revoked_at is not null then 'revoked' when expires_at <= now() then 'expired' else 'valid' end as state
     from tokens order by name, created_at`,
  );
  return rows;
}
