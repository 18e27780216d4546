/** How every change to a job is answered: once per key, recorded before the answer, with its key and revision as headers. */
import { writeRecords } from '../clients/postgres/records.ts';
import type { JobView } from '../core/job.ts';
import type { OperationRecord } from '../core/operation.ts';
import type { RecordRow } from '../core/records.ts';
import type { ChangeAnswer, ChangeRequest } from '../workflows/messages.ts';
import { answerOnce, type ChangeReply } from './answer-once.ts';
import { etagOf, type ChangeHeaders } from './change-headers.ts';
import { inTime } from './in-time.ts';
import { Problem } from './problem.ts';
import type { JobRef } from './read-job.ts';
import type { Call, Reply } from './route.ts';
import type { Services } from './services.ts';

export const keyHeader = {
  name: 'Idempotency-Key',
  description: 'The same key with the same request gets the same answer, however often it is sent. Made when absent.',
};
export const matchHeader = { name: 'If-Match', description: 'Only if the job is at this revision, such as `"3"`.' };

export type ChangeCall = Pick<Call<JobRef>, 'params' | 'principal'>;

/** Asks the job's workflow, and answers. @param kind names the change, in the metrics, too: only a spec that is applied makes a job. */
export async function change(
  services: Services,
  { params }: ChangeCall,
  headers: ChangeHeaders,
  kind: string,
  ask: () => Promise<ChangeAnswer>,
): Promise<Reply> {
  try {
    const { status, answer, isRepeated } = await answerOnce(services, params.tenant, headers, async () => {
      const accepted = await ask();
      await recordSoon(services, accepted);
      return replyOf(accepted, kind === 'apply');
    });
    services.metrics.changes.inc({ kind, outcome: isRepeated ? 'repeated' : 'accepted' });
    const replyHeaders = headersOf(params, headers, answer);
    if (isRepeated) replyHeaders['idempotency-replayed'] = 'true';
    return { status, body: answer, headers: replyHeaders };
  } catch (error) {
    services.metrics.changes.inc({ kind, outcome: error instanceof Problem ? error.code : 'failed' });
    throw error instanceof Problem ? withKey(error, headers.key) : error;
  }
}

/** Callers read what they wrote. The workflow records the same rows, so failing here loses nothing. */
async function recordSoon({ postgres, metrics, log }: Services, accepted: ChangeAnswer): Promise<void> {
  const { job, jobSeq, operation, operationSeq } = accepted;
  const rows: RecordRow[] = [{ kind: 'job', uid: job.uid, seq: jobSeq, job }];
  if (operation && operationSeq !== undefined)
    rows.push({ kind: 'operation', uid: job.uid, seq: operationSeq, operation });
  try {
    await inTime(1_000, writeRecords(postgres, rows));
  } catch (error) {
    metrics.recordsLate.inc();
    log.warn(
      { err: error, job: job.name, tenant: job.tenant },
      'an accepted change is recorded later, by its workflow',
    );
  }
}

function replyOf({ changed, job, operation }: ChangeAnswer, mayMake: boolean): ChangeReply {
  const isNew = mayMake && changed && job.revision === 1 && operation?.number === 1;
  const answer: StoredChange = { changed, job, ...(operation ? { operation } : {}) };
  return { status: isNew ? 201 : changed ? 202 : 200, answer };
}

interface StoredChange {
  readonly changed: boolean;
  readonly job: JobView;
  readonly operation?: OperationRecord;
}

function headersOf(ref: JobRef, { key }: ChangeHeaders, answer: unknown): Record<string, string> {
  // Answers are kept as they were given.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { job, operation } = answer as StoredChange;
  const headers: Record<string, string> = { 'idempotency-key': key, etag: etagOf(job.revision) };
  // The name of a removed job may be another one's soon.
  const query = job.phase === 'REMOVED' ? `?uid=${job.uid}` : '';
  if (operation)
    headers['location'] = `/v1/tenants/${ref.tenant}/jobs/${ref.name}/operations/${operation.number}${query}`;
  return headers;
}

/** Whoever sent no key learns the one to repeat the request with. */
function withKey(problem: Problem, key: string): Problem {
  const headers = { ...problem.extras.headers, 'idempotency-key': key };
  return new Problem(problem.code, problem.message, { ...problem.extras, headers });
}

/** What every update carries. */
export function requestOf({ key, bodyHash, ifRevision }: ChangeHeaders, { principal }: ChangeCall): ChangeRequest {
  return { key, bodyHash, requestedBy: principal.name, ...(ifRevision === undefined ? {} : { ifRevision }) };
}
