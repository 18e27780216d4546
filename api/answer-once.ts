/** Gives a repeated change its first answer. The workflow keeps the newest keys itself; PostgreSQL keeps them longer. */
import { findAnswer, saveAnswer, type StoredAnswer } from '../clients/postgres/idempotency-keys.ts';
import type { ChangeHeaders } from './change-headers.ts';
import { inTime } from './in-time.ts';
import { Problem } from './problem.ts';
import type { Services } from './services.ts';

/** An answer that can be given again. */
export type ChangeReply = Pick<StoredAnswer, 'status' | 'answer'>;

/** The workflow refuses doubles by itself, so a slow PostgreSQL is not waited for. */
const recordTimeoutMs = 1_000;

/** The earlier answer to this key, or what `act` gives, which is kept. */
export async function answerOnce(
  services: Services,
  tenant: string,
  headers: ChangeHeaders,
  act: () => Promise<ChangeReply>,
): Promise<ChangeReply & { readonly isRepeated: boolean }> {
  const { postgres, log } = services;
  const { key, bodyHash } = headers;
  const known = await earlierAnswer(services, tenant, headers);
  if (known) return { status: known.status, answer: known.answer, isRepeated: true };
  const { status, answer } = await act();
  await inTime(recordTimeoutMs, saveAnswer(postgres, tenant, key, { bodyHash, status, answer })).catch(
    (error: unknown) => log.warn({ err: error }, 'the answer could not be kept under its key'),
  );
  return { status, answer, isRepeated: false };
}

/** The answer that this key was given before, as far as it is recorded. @throws Problem KEY_REUSED */
export async function earlierAnswer(
  { postgres, log }: Services,
  tenant: string,
  { key, bodyHash, isRepeatable }: ChangeHeaders,
): Promise<StoredAnswer | undefined> {
  if (!isRepeatable) return undefined;
  const known = await inTime(recordTimeoutMs, findAnswer(postgres, tenant, key)).catch((error: unknown) => {
    log.warn({ err: error }, 'earlier answers cannot be read; the workflow decides');
    return undefined;
  });
  if (known && known.bodyHash !== bodyHash) throw keyReused(key);
  return known;
}

function keyReused(key: string): Problem {
  return new Problem('KEY_REUSED', `Idempotency-Key ${key} was used before with another request.`, {
    cure: 'Use a new Idempotency-Key for a new request.',
  });
}
