/** Savepoints of a job: taken, listed and read. */
import { z } from 'zod';
import { listSavepoints } from '../../clients/postgres/savepoints.ts';
import type { JobView } from '../../core/job.ts';
import { isPinned, pinningOf } from '../../core/pinning.ts';
import { savepointFormats, savepointStates, type SavepointRecord } from '../../core/savepoint.ts';
import { changeAnswer, dryRunReply, pageOf, savepointAnswer } from '../answer-shapes.ts';
import { readChangeHeaders } from '../change-headers.ts';
import { jobParams, savepointParams, uidQuery } from '../job-params.ts';
import { takeSavepointOf } from '../job-workflow.ts';
import { numberPosition, pageAnswer, pageQuery, readCursor } from '../paging.ts';
import { readJob, readLivingJob } from '../read-job.ts';
import { readSavepoint } from '../read-savepoint.ts';
import { defineRoute, type Route } from '../route.ts';
import { ofRunningWorkflow, seeRunningWorkflow } from '../running-workflow.ts';
import { dryRunQuery, isDryRun, tryOut } from '../try-out.ts';
import { change, keyHeader, requestOf } from '../change.ts';

const create = defineRoute({
  method: 'post',
  path: '/v1/tenants/{tenant}/jobs/{name}/savepoints',
  role: 'operator',
  summary: 'Take a savepoint of a running job',
  description:
    'Answers when it is accepted; follow its operation from there, whose number will be the savepoint’s. The job runs on.',
  params: jobParams,
  query: dryRunQuery,
  headers: [keyHeader],
  body: z.strictObject({
    format: z
      .enum(savepointFormats, `must be one of ${savepointFormats.join(', ')}`)
      .optional()
      .describe("Without it, that of the job's spec."),
    candidate: z
      .boolean()
      .optional()
      .describe('Of the candidate that runs beside the job. Without it, of the job itself.'),
  }),
  bodyOptional: true,
  answers: { 200: dryRunReply, 202: { description: 'It was accepted', schema: changeAnswer } },
  handle: async (services, call) => {
    const headers = readChangeHeaders(call.request, call.bytes);
    const { format, candidate: ofCandidate } = call.body;
    if (isDryRun(call.query)) {
      return tryOut(services, call, headers, async () => {
        const job = await readLivingJob(services, call.params);
        await seeRunningWorkflow(services, call.params);
        return { job, wish: { to: 'takeSavepoint', spec: job.spec, format, ofCandidate } };
      });
    }
    const request = { ...requestOf(headers, call), ...(format && { format }), ...(ofCandidate && { ofCandidate }) };
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
    ...uidQuery,
    ...pageQuery,
  }),
  answers: { 200: { description: 'One page of savepoints', schema: pageOf(savepointAnswer) } },
  handle: async (services, { params, query: { uid, limit, cursor, state } }) => {
    const job = await readJob(services, { ...params, uid });
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
  description: 'Of a removed job too.',
  params: savepointParams,
  query: z.strictObject(uidQuery),
  answers: { 200: { description: 'The savepoint', schema: savepointAnswer } },
  handle: async (services, { params, query: { uid } }) => {
    const job = await readJob(services, { ...params, uid });
    return { body: shownOf(await readSavepoint(services, job, params.number), job) };
  },
});

function shownOf(savepoint: SavepointRecord, job: JobView) {
  return { ...savepoint, pinned: isPinned(savepoint, pinningOf(job)) };
}

export const savepointRoutes: readonly Route[] = [create, list, get];
