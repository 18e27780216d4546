/** Answers by idempotency key: the first answer to a key is the answer to it. */
import type { Postgres } from './connect.ts';
import { toJson } from './json.ts';

export interface StoredAnswer {
  readonly bodyHash: string;
  readonly status: number;
  readonly answer: unknown;
}

/** The answer that was given to this key. */
export async function findAnswer(postgres: Postgres, tenant: string, key: string): Promise<StoredAnswer | undefined> {
  const { rows } = await postgres.query<StoredAnswer>(
    'select body_hash as "bodyHash", status, answer from idempotency_keys where tenant = $1 and key = $2',
    [tenant, key],
  );
  return rows[0];
}

/** Keeps an answer; one that is already there stays. */
export async function saveAnswer(postgres: Postgres, tenant: string, key: string, given: StoredAnswer): Promise<void> {
  await postgres.query(
    `insert into idempotency_keys (tenant, key, body_hash, status, answer) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [tenant, key, given.bodyHash, given.status, toJson(given.answer)],
  );
}

/** Forgets answers older than so many days; gives how many. */
export async function forgetAnswers(postgres: Postgres, olderThanDays: number): Promise<number> {
  const { rowCount } = await postgres.query(
    'delete from idempotency_keys where created_at < now() - make_interval(days => $1)',
    [olderThanDays],
  );
  return rowCount ?? 0;
}
