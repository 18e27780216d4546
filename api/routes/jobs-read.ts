/** Reading jobs, and what belongs to one. */
import { z } from 'zod';
import { listEvents } from '../../clients/postgres/events.ts';
import { listJobs, type JobAddress } from '../../clients/postgres/jobs.ts';
import { findOperation, listOperations } from '../../clients/postgres/operations.ts';
import { listRevisions } from '../../clients/postgres/revisions.ts';
import { isPostgresAway } from '../../clients/postgres/away.ts';
import { jobPhases } from '../../core/job.ts';
import { dnsLabel, labelKey, labelValue } from '../../core/schema/fields.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { eventAnswer, jobAnswer, operationAnswer, pageOf, revisionAnswer } from '../answer-shapes.ts';
import { asLastSeen } from '../agent-state.ts';
import { etagOf } from '../change-headers.ts';
import { jobParams, operationNumber, tenantParams, uidQuery } from '../job-params.ts';
import { eventPosition, numberPosition, pageAnswer, pageQuery, readCursor, writeCursor } from '../paging.ts';
import { Problem } from '../problem.ts';
import { askWorkflow, readJob, readLivingJob } from '../read-job.ts';
import { defineRoute, type Route } from '../route.ts';
import type { Services } from '../services.ts';
import { several } from '../several.ts';

const cursorName = z.string().regex(/^[a-z0-9-]{1,63}$/);

const label = z
  .string()
  .transform((text) => {
    const equals = text.indexOf('=');
    return equals === -1 ? [text] : [text.slice(0, equals), text.slice(equals + 1)];
  })
  .pipe(z.tuple([labelKey(), labelValue()], 'must be KEY=VALUE'));

const position = z.object({ name: cursorName, uid: cursorName });
const list = defineRoute({
  method: 'get',
  path: '/v1/tenants/{tenant}/jobs',
  role: 'viewer',
  summary: "List a tenant's jobs",
  description: 'By name. Removed jobs are listed only when `phase` asks for them.',
  params: tenantParams,
  query: z.strictObject({
    phase: several(z.enum(jobPhases, `must be one of ${jobPhases.join(', ')}`)).describe('Any of these phases.'),
    cluster: dnsLabel().optional(),
    namespace: dnsLabel().optional(),
    label: several(label).meta({ description: '`KEY=VALUE`; a job must carry all of them.' }),
    namePrefix: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, 'must be the beginning of a job name')
      .optional(),
    ...pageQuery,
  }),
  answers: { 200: { description: 'One page of jobs', schema: pageOf(jobAnswer) } },
  handle: async (services, { params, query }) => {
    const { limit, cursor, phase, label: labels = [], ...filter } = query;
    const wanted = {
      ...filter,
      tenant: params.tenant,
      labels: Object.fromEntries(labels),
      ...(phase ? { phases: phase } : {}),
    };
    const page = await listJobs(services.postgres, wanted, limit, readCursor(position, cursor));
    const items = await asLastSeen(services, page.items);
    return { body: { items, ...(page.next ? { nextCursor: writeCursor(page.next) } : {}) } };
  },
});

const get = defineRoute({
  method: 'get',
  path: '/v1/tenants/{tenant}/jobs/{name}',
  role: 'viewer',
  summary: 'Read a job',
  description: 'While PostgreSQL is away the answer comes from the job’s workflow.',
  params: jobParams,
  answers: { 200: { description: 'The job; its ETag is the revision', schema: jobAnswer } },
  handle: async (services, { params }) => {
    const job = await readLivingJob(services, params);
    const [body] = await asLastSeen(services, [job]);
    return { body, headers: { etag: etagOf(job.revision) } };
  },
});

const operations = defineRoute({
  method: 'get',
  path: '/v1/tenants/{tenant}/jobs/{name}/operations',
  role: 'viewer',
  summary: "List a job's operations",
  description: 'The newest first. Of a removed job too.',
  params: jobParams,
  query: z.strictObject({ ...uidQuery, ...pageQuery }),
  answers: { 200: { description: 'One page of operations', schema: pageOf(operationAnswer) } },
  handle: async (services, { params, query: { uid: wanted, limit, cursor } }) => {
    const { uid } = await readJob(services, { ...params, uid: wanted });
    const found = await listOperations(services.postgres, uid, limit + 1, readCursor(numberPosition, cursor));
    return { body: pageAnswer(found, limit, (last) => last.number) };
  },
});

const operation = defineRoute({
  method: 'get',
  path: '/v1/tenants/{tenant}/jobs/{name}/operations/{number}',
  role: 'viewer',
  summary: 'Read an operation',
  params: jobParams.extend({ number: operationNumber.describe('Counts from 1.') }),
  query: z.strictObject(uidQuery),
  answers: { 200: { description: 'The operation with its steps', schema: operationAnswer } },
  handle: async (services, { params, query: { uid } }) => {
    const found = await readOperation(services, { ...params, uid }, params.number);
    if (found) return { body: found };
    throw new Problem('NO_SUCH_OPERATION', `Job ${params.name} has no operation ${params.number}.`, {
      cure: 'GET …/operations lists what there is.',
    });
  },
});

const revisions = defineRoute({
  method: 'get',
  path: '/v1/tenants/{tenant}/jobs/{name}/revisions',
  role: 'viewer',
  summary: "List a job's specs",
  description: 'The newest first. Of a removed job too.',
  params: jobParams,
  query: z.strictObject({ ...uidQuery, ...pageQuery }),
  answers: { 200: { description: 'One page of revisions', schema: pageOf(revisionAnswer) } },
  handle: async (services, { params, query: { uid: wanted, limit, cursor } }) => {
    const { uid } = await readJob(services, { ...params, uid: wanted });
    const found = await listRevisions(services.postgres, uid, limit + 1, readCursor(numberPosition, cursor));
    return { body: pageAnswer(found, limit, (last) => last.revision) };
  },
});

const events = defineRoute({
  method: 'get',
  path: '/v1/tenants/{tenant}/jobs/{name}/events',
  role: 'viewer',
  summary: 'List what happened to a job',
  description: 'The newest first. Of a removed job too.',
  params: jobParams,
  query: z.strictObject({
    operation: operationNumber.optional().describe('Only of this operation.'),
    ...uidQuery,
    ...pageQuery,
  }),
  answers: { 200: { description: 'One page of events', schema: pageOf(eventAnswer) } },
  handle: async (services, { params, query: { uid: wanted, limit, cursor, operation: number } }) => {
    const { uid } = await readJob(services, { ...params, uid: wanted });
    const filter = { uid, ...(number === undefined ? {} : { operation: number }) };
    const found = await listEvents(services.postgres, filter, limit + 1, readCursor(eventPosition, cursor));
    return { body: pageAnswer(found, limit, ({ at, operation: of, seq }) => ({ at, operation: of, seq })) };
  },
});

/** An operation can be followed while PostgreSQL is away: the workflow knows the newest ones. */
async function readOperation(
  services: Services,
  ref: JobAddress,
  number: number,
): Promise<OperationRecord | undefined> {
  const { uid } = await readJob(services, ref);
  try {
    const found = await findOperation(services.postgres, uid, number);
    if (found) return found;
  } catch (error) {
    if (!isPostgresAway(error)) throw error;
  }
  const status = await askWorkflow(services, ref);
  return status?.job.uid === uid ? status.operations.find((one) => one.number === number) : undefined;
}

export const jobReadRoutes: readonly Route[] = [list, get, operations, operation, revisions, events];
