/** Savepoints of a job: taken, listed, read, and deleted. */
import { z } from 'zod';
import { isPostgresAway } from '../../clients/postgres/away.ts';
import { findSavepoint, listSavepoints } from '../../clients/postgres/savepoints.ts';
import { isWorkflowGone } from '../../clients/temporal/errors.ts';
import type { JobView } from '../../core/job.ts';
import { isPinned } from '../../core/pinning.ts';
import { savepointFormats, savepointStates, type SavepointRecord } from '../../core/savepoint.ts';
import { changeAnswer, pageOf, savepointAnswer } from '../answer-shapes.ts';
import { readChangeHeaders } from '../change-headers.ts';
import { jobParams, operationNumber } from '../job-params.ts';
import { disposeSavepointOf, takeSavepointOf } from '../job-workflow.ts';
import { numberPosition, pageAnswer, pageQuery, readCursor } from '../paging.ts';
import { Problem } from '../problem.ts';
import { readJob, readLivingJob, type JobRef } from '../read-job.ts';
import { readSavepoint } from '../read-savepoint.ts';
import { defineRoute, type Route } from '../route.ts';
import type { Services } from '../services.ts';
import { change, keyHeader, requestOf } from '../change.ts';

const savepointParams = jobParams.extend({ number: operationNumber.describe('That of the operation that took it.') });

const create = defineRoute({
  method: 'post',
  path: '/v1/tenants/{tenant}/jobs/{name}/savepoints',
  role: 'operator',
  summary: 'Take a savepoint of a running job',
  description:
    'Answers when it is accepted; follow its operation from there, whose number will be the savepoint’s. The job runs on.',
  params: jobParams,
  headers: [keyHeader],
  body: z.strictObject({
    format: z
      .enum(savepointFormats, `must be one of ${savepointFormats.join(', ')}`)
      .optional()
      .describe("Without it, that of the job's spec."),
  }),
  answers: { 202: { description: 'It was accepted', schema: changeAnswer } },
  handle: async (services, call) => {
    const headers = readChangeHeaders(call.request, call.bytes);
    const { format } = call.body;
    const request = { ...requestOf(headers, call), ...(format && { format }) };
    return change(services, call, headers, 'savepoint', () =>
      ofRunningWorkflow(services, call.params, () => takeSavepointOf(services.temporal, call.params, request)),
    );
  },
});

const list = defineRoute({
  method: 'get',
  path: '/v1/tenants/{tenant}/jobs/{name}/savepoints',
  role: 'viewer',
  summary: "List a job's savepoints",
  description: 'The newest first. Of a removed job too.',
  params: jobParams,
  query: z.strictObject({
    state: z
      .enum(savepointStates, `must be one of ${savepointStates.join(', ')}`)
      .optional()
      .describe('Only in this state.'),
    ...pageQuery,
  }),
  answers: { 200: { description: 'One page of savepoints', schema: pageOf(savepointAnswer) } },
  handle: async (services, { params, query: { limit, cursor, state } }) => {
    const job = await readJob(services, params);
    const filter = { uid: job.uid, ...(state && { state }) };
    const found = await listSavepoints(services.postgres, filter, limit + 1, readCursor(numberPosition, cursor));
    const shown = found.map((savepoint) => shownOf(savepoint, job));
    return { body: pageAnswer(shown, limit, (last) => last.number) };
  },
});

const get = defineRoute({
  method: 'get',
  path: '/v1/tenants/{tenant}/jobs/{name}/savepoints/{number}',
  role: 'viewer',
  summary: 'Read a savepoint',
  params: savepointParams,
  answers: { 200: { description: 'The savepoint', schema: savepointAnswer } },
  handle: async (services, { params }) => {
    const job = await readJob(services, params);
    return { body: shownOf(await readSavepoint(services, job, params.number), job) };
  },
});

const dispose = defineRoute({
  method: 'delete',
  path: '/v1/tenants/{tenant}/jobs/{name}/savepoints/{number}',
  role: 'operator',
  summary: 'Delete the files of a savepoint',
  description:
    'Answers when it is accepted; follow its operation from there. Its record stays. One that the job may need, and its newest one, only go with `force`.',
  params: savepointParams,
  query: z.strictObject({
    force: z
      .enum(['true', 'false'], 'must be true or false')
      .optional()
      .describe('Even if the job may need it: it may then not start again.'),
  }),
  headers: [keyHeader],
  answers: { 202: { description: 'It was accepted', schema: changeAnswer } },
  handle: async (services, call) => {
    const { number } = call.params;
    const force = call.query.force === 'true';
    // Another request: with the key of one without it, it is refused.
    const headers = readChangeHeaders(call.request, Buffer.from(force ? 'force' : ''));
    return change(services, call, headers, 'dispose', async () => {
      const lastKnown = await lastKnownOf(services, call.params, number);
      const request = { ...requestOf(headers, call), number, force, ...(lastKnown && { lastKnown }) };
      return ofRunningWorkflow(services, call.params, () =>
        disposeSavepointOf(services.temporal, call.params, request),
      );
    });
  },
});

/** For one that the job itself does not remember any more; nothing while PostgreSQL is away. */
async function lastKnownOf(services: Services, ref: JobRef, number: number): Promise<SavepointRecord | undefined> {
  try {
    const job = await readLivingJob(services, ref);
    return await findSavepoint(services.postgres, job.uid, number);
  } catch (error) {
    if (!isPostgresAway(error)) throw error;
    return undefined;
  }
}

function shownOf(savepoint: SavepointRecord, job: JobView) {
  return { ...savepoint, pinned: isPinned(savepoint, job) };
}

/** @throws Problem where the job has no workflow that could be asked. */
async function ofRunningWorkflow<T>(services: Services, ref: JobRef, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isWorkflowGone(error)) throw error;
    await readLivingJob(services, ref);
    throw new Problem('NO_WORKFLOW', `The workflow of job ${ref.name} was ended by hand.`, {
      cure: 'Apply its spec again: that makes its workflow anew.',
      cause: error,
    });
  }
}

export const savepointRoutes: readonly Route[] = [create, list, get, dispose];
