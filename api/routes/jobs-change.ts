/** Changing jobs: checks, asks the job's workflow, records what it accepted, and answers. */
import { z } from 'zod';
import { writeRecords } from '../../clients/postgres/records.ts';
import { isWorkflowGone } from '../../clients/temporal/errors.ts';
import type { JobView } from '../../core/job.ts';
import { notAtRevision } from '../../core/job-changes.ts';
import type { OperationRecord } from '../../core/operation.ts';
import type { RecordRow } from '../../core/records.ts';
import type { FlinkJob } from '../../core/schema/flink-job.ts';
import { specHash } from '../../core/spec/canonical.ts';
import type { ChangeAnswer, ChangeRequest, RemoveJobRequest } from '../../workflows/messages.ts';
import { changeAnswer, dryRunAnswer, specShape } from '../answer-shapes.ts';
import { answerOnce, type ChangeReply } from '../answer-once.ts';
import { etagOf, readChangeHeaders, type ChangeHeaders } from '../change-headers.ts';
import { inTime } from '../in-time.ts';
import { jobParams } from '../job-params.ts';
import { applyToJob, refusalProblem, removeLostJob, removeRunningJob } from '../job-workflow.ts';
import { Problem } from '../problem.ts';
import { readLastKnown, readLivingJob, type JobRef } from '../read-job.ts';
import { checkPlacement, readSpec } from '../read-spec.ts';
import { defineRoute, type Call, type Reply, type Route } from '../route.ts';
import type { Services } from '../services.ts';
import { tryOut } from '../try-out.ts';

export const keyHeader = {
  name: 'Idempotency-Key',
  description: 'The same key with the same request gets the same answer, however often it is sent. Made when absent.',
};
const matchHeader = { name: 'If-Match', description: 'Only if the job is at this revision, such as `"3"`.' };
const noneMatchHeader = { name: 'If-None-Match', description: '`*`: only if there is no such job.' };

const put = defineRoute({
  method: 'put',
  path: '/v1/tenants/{tenant}/jobs/{name}',
  role: 'operator',
  summary: 'Make a job, or change its spec',
  description:
    'Answers when the change is accepted; follow its operation from there. A spec that is current already changes nothing.',
  params: jobParams,
  query: z.strictObject({
    dryRun: z.enum(['true', 'false'], 'must be true or false').optional().describe('Only say what would happen.'),
  }),
  headers: [keyHeader, matchHeader, noneMatchHeader],
  body: z.unknown(),
  bodyShown: specShape,
  answers: {
    200: { description: 'Nothing had to change, or this was a dry run', schema: z.union([changeAnswer, dryRunAnswer]) },
    201: { description: 'The job was made', schema: changeAnswer },
    202: { description: 'The change was accepted', schema: changeAnswer },
  },
  handle: async (services, call) => {
    const headers = readChangeHeaders(call.request, call.bytes);
    const spec = readSpec(call.body, call.params);
    if (call.query.dryRun === 'true') {
      await checkBefore(services, call.params, spec);
      return tryOut(services, call.params, spec, headers);
    }
    return change(services, call, headers, 'apply', async () => {
      const known = await checkBefore(services, call.params, spec);
      const point = known?.restorePoint === undefined ? {} : { lastRestorePoint: known.restorePoint };
      const request = { ...requestOf(headers, call), spec, specHash: specHash(spec), ...point };
      return applyToJob(services.temporal, call.params, request);
    });
  },
});

const remove = defineRoute({
  method: 'delete',
  path: '/v1/tenants/{tenant}/jobs/{name}',
  role: 'operator',
  summary: 'Remove a job',
  description:
    'Answers when the removal is accepted; follow its operation from there. Its records can be read afterwards.',
  params: jobParams,
  headers: [keyHeader, matchHeader],
  answers: { 202: { description: 'The removal was accepted', schema: changeAnswer } },
  handle: async (services, call) => {
    const headers = readChangeHeaders(call.request, call.bytes);
    return change(services, call, headers, 'remove', () =>
      removeAnyJob(services, call.params, requestOf(headers, call)),
    );
  },
});

type ChangeCall = Pick<Call<JobRef>, 'params' | 'principal'>;

/** Asks once for what its key has not been answered before, records what was accepted, and answers. */
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
      return replyOf(accepted);
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

/** What is checked before the job's workflow is asked. Gives the job as it was last recorded. */
async function checkBefore(services: Services, ref: JobRef, spec: FlinkJob): Promise<JobView | undefined> {
  await checkPlacement(services, ref.tenant, spec);
  const known = await readLastKnown(services, ref);
  if (known) checkPlace(known, spec);
  return known;
}

/** The job's workflow refuses it too; this holds where that was ended by hand, and the job still runs at its old place. */
function checkPlace({ name, phase, spec: { spec: last } }: JobView, { spec: wanted }: FlinkJob): void {
  if (phase === 'REMOVING' || (last.cluster === wanted.cluster && last.namespace === wanted.namespace)) return;
  const message = `Job ${name} is in namespace ${last.namespace} of cluster ${last.cluster} and cannot be moved by an apply.`;
  throw new Problem('IMMUTABLE_FIELD', message, { cure: 'Remove the job and make it again.' });
}

/** What every change carries. */
export function requestOf({ key, bodyHash, ifRevision }: ChangeHeaders, { principal }: ChangeCall): ChangeRequest {
  return { key, bodyHash, requestedBy: principal.name, ...(ifRevision === undefined ? {} : { ifRevision }) };
}

/** A job whose workflow was ended by hand still has records, and perhaps objects: those are removed by a new workflow. */
async function removeAnyJob(services: Services, ref: JobRef, request: RemoveJobRequest): Promise<ChangeAnswer> {
  try {
    return await removeRunningJob(services.temporal, ref, request);
  } catch (error) {
    if (!isWorkflowGone(error)) throw error;
    const { spec, revision } = await readLivingJob(services, ref);
    const { ifRevision } = request;
    if (ifRevision !== undefined && ifRevision !== revision)
      throw refusalProblem(notAtRevision(ref.name, revision, ifRevision));
    // Judged here, as a new workflow knows no revision: 0 holds for it, and for none that somebody else began meanwhile.
    const judged = ifRevision === undefined ? request : { ...request, ifRevision: 0 };
    return removeLostJob(services.temporal, ref, { ...judged, lastKnown: spec });
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

function replyOf({ changed, job, operation }: ChangeAnswer): ChangeReply {
  const isNew = changed && job.revision === 1 && operation?.kind === 'deploy' && operation.number === 1;
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
  if (operation) headers['location'] = `/v1/tenants/${ref.tenant}/jobs/${ref.name}/operations/${operation.number}`;
  return headers;
}

/** Whoever sent no key learns the one to repeat the request with. */
function withKey(problem: Problem, key: string): Problem {
  const headers = { ...problem.extras.headers, 'idempotency-key': key };
  return new Problem(problem.code, problem.message, { ...problem.extras, headers });
}

export const jobChangeRoutes: readonly Route[] = [put, remove];
