/** Deleting savepoints: one of a job, whether it lives or was removed, or several of one that was removed. */
import { z } from 'zod';
import { isPostgresAway } from '../../clients/postgres/away.ts';
import { findSavepoint } from '../../clients/postgres/savepoints.ts';
import type { JobView } from '../../core/job.ts';
import { removedSelections } from '../../core/removed-savepoints.ts';
import { isCompleted, type SavepointRecord } from '../../core/savepoint.ts';
import type { ChangeAnswer, ChangeRequest } from '../../workflows/messages.ts';
import { changeAnswer, dryRunReply } from '../answer-shapes.ts';
import { change, keyHeader, requestOf } from '../change.ts';
import { readChangeHeaders } from '../change-headers.ts';
import { assertRemoved, assertUnneeded, disposeOfRemoved, tryDisposalOfRemoved } from '../dispose-of-removed.ts';
import { jobParams, savepointParams, uidQuery } from '../job-params.ts';
import { disposeSavepointOf } from '../job-workflow.ts';
import { readJob } from '../read-job.ts';
import { defineRoute, type Route } from '../route.ts';
import { saidIn } from '../said-in.ts';
import { ofRunningWorkflow, seeRunningWorkflow } from '../running-workflow.ts';
import type { Services } from '../services.ts';
import { dryRunQuery, isDryRun, tryOut, type Trial } from '../try-out.ts';

const force = z.enum(['true', 'false'], 'must be true or false').optional();
const answers = { 200: dryRunReply, 202: { description: 'It was accepted', schema: changeAnswer } };

const dispose = defineRoute({
  method: 'delete',
  path: '/v1/tenants/{tenant}/jobs/{name}/savepoints/{number}',
  role: 'operator',
  summary: 'Delete the files of a savepoint',
  description:
    'Answers when it is accepted; follow its operation from there. Its record stays. One that the job may need, and its newest one, only go with `force`; one that another job starts from stays. Of a removed job too.',
  params: savepointParams,
  query: dryRunQuery.extend({
    force: force.describe('Even if the job may need it: it may then not start again.'),
    ...uidQuery,
  }),
  headers: [keyHeader],
  answers,
  handle: async (services, call) => {
    const { number, ...ref } = call.params;
    const headers = readChangeHeaders(call.request, saidIn(call.query));
    const wish = { number, force: call.query.force === 'true' };
    if (isDryRun(call.query)) {
      return tryOut(services, call, headers, async () => {
        const job = await readJob(services, { ...ref, uid: call.query.uid });
        return job.phase === 'REMOVED' ? tryDisposalOfRemoved(services, job, wish) : tryDisposal(services, job, wish);
      });
    }
    return change(services, call, headers, 'dispose', async () => {
      const job = await readJob(services, { ...ref, uid: call.query.uid });
      const request = requestOf(headers, call);
      if (job.phase === 'REMOVED') return disposeOfRemoved(services, job, request, wish);
      return disposeOfLiving(services, job, request, wish);
    });
  },
});

const disposeSeveral = defineRoute({
  method: 'delete',
  path: '/v1/tenants/{tenant}/jobs/{name}/savepoints',
  role: 'operator',
  summary: 'Delete the files of several savepoints of a removed job',
  description:
    'Answers when it is accepted; follow its operation from there. At most 20 go at once, the oldest first. The newest one only goes with `force`, and one that another job starts from stays.',
  params: jobParams,
  query: dryRunQuery.extend({
    which: z
      .enum(removedSelections, `must be one of ${removedSelections.join(', ')}`)
      .describe('`overRetention`: those over spec.savepoints.retain of the last spec, as old as they are now.'),
    force: force.describe('With `all`: the newest one too.'),
    ...uidQuery,
  }),
  headers: [keyHeader],
  answers,
  handle: async (services, call) => {
    const headers = readChangeHeaders(call.request, saidIn(call.query));
    const { which, uid } = call.query;
    const wish = { which, force: call.query.force === 'true' };
    const removedJob = async () => {
      const job = await readJob(services, { ...call.params, uid });
      assertRemoved(job);
      return job;
    };
    if (isDryRun(call.query))
      return tryOut(services, call, headers, async () => tryDisposalOfRemoved(services, await removedJob(), wish));
    return change(services, call, headers, 'dispose', async () => {
      const job = await removedJob();
      return disposeOfRemoved(services, job, requestOf(headers, call), wish);
    });
  },
});

interface NumberWish {
  readonly number: number;
  readonly force: boolean;
}

async function tryDisposal(services: Services, job: JobView, wish: NumberWish): Promise<Trial> {
  await lastKnownOf(services, job, wish.number);
  await seeRunningWorkflow(services, job);
  return { job, wish: { to: 'disposeSavepoint', spec: job.spec, ...wish } };
}

async function disposeOfLiving(
  services: Services,
  job: JobView,
  request: ChangeRequest,
  wish: NumberWish,
): Promise<ChangeAnswer> {
  const lastKnown = await lastKnownOf(services, job, wish.number);
  const asked = { ...request, ...wish, uid: job.uid, ...(lastKnown && { lastKnown }) };
  return ofRunningWorkflow(services, job, () => disposeSavepointOf(services.temporal, job, asked));
}

/**
 * For one that the job itself does not remember any more; nothing while PostgreSQL is away.
 * @throws Problem SAVEPOINT_NEEDED
 */
async function lastKnownOf(services: Services, job: JobView, number: number): Promise<SavepointRecord | undefined> {
  try {
    const found = await findSavepoint(services.postgres, job.uid, number);
    if (found && isCompleted(found)) await assertUnneeded(services, job, [found]);
    return found;
  } catch (error) {
    if (!isPostgresAway(error)) throw error;
    return undefined;
  }
}

export const savepointDisposalRoutes: readonly Route[] = [dispose, disposeSeveral];
