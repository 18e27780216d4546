/** Changing jobs: checks, asks the job's workflow, records what it accepted, and answers. */
import { z } from 'zod';
import { isWorkflowGone } from '../../clients/temporal/errors.ts';
import type { JobView } from '../../core/job.ts';
import { notAtRevision } from '../../core/job-changes.ts';
import { deletions, savepointsLeft } from '../../core/schema/cleanup.ts';
import type { FlinkJob } from '../../core/schema/flink-job.ts';
import { applied } from '../../core/scaling/given-parallelism.ts';
import { specHash } from '../../core/spec/canonical.ts';
import type { ChangeAnswer, RemoveJobRequest } from '../../workflows/messages.ts';
import { changeAnswer, changeOrDryRun, dryRunReply, specShape } from '../answer-shapes.ts';
import { change, keyHeader, matchHeader, requestOf } from '../change.ts';
import { readChangeHeaders } from '../change-headers.ts';
import { jobParams } from '../job-params.ts';
import { applyToJob, refusalProblem, removeLostJob, removeRunningJob } from '../job-workflow.ts';
import { Problem } from '../problem.ts';
import { findLivingJob, readLastKnown, readLivingJob, type JobRef } from '../read-job.ts';
import { checkPlacement, readSpec } from '../read-spec.ts';
import { defineRoute, type Route } from '../route.ts';
import type { Services } from '../services.ts';
import { saidIn } from '../said-in.ts';
import { dryRunQuery, isDryRun, tryOut } from '../try-out.ts';

const noneMatchHeader = { name: 'If-None-Match', description: '`*`: only if there is no such job.' };

const put = defineRoute({
  method: 'put',
  path: '/v1/tenants/{tenant}/jobs/{name}',
  role: 'operator',
  summary: 'Make a job, or change its spec',
  description:
    'Answers when the change is accepted; follow its operation from there. A spec that is current already changes nothing.',
  params: jobParams,
  query: dryRunQuery,
  headers: [keyHeader, matchHeader, noneMatchHeader],
  body: z.unknown(),
  bodyShown: specShape,
  answers: {
    200: changeOrDryRun,
    201: { description: 'The job was made', schema: changeAnswer },
    202: { description: 'The change was accepted', schema: changeAnswer },
  },
  handle: async (services, call) => {
    const headers = readChangeHeaders(call.request, call.bytes);
    const spec = readSpec(call.body, call.params);
    if (isDryRun(call.query)) {
      return tryOut(services, call, headers, async () => {
        await checkBefore(services, call.params, spec);
        const job = await findLivingJob(services, call.params);
        const before = { spec: job?.spec ?? spec, given: job?.given ?? {} };
        return { job, wish: { to: 'change', spec: applied(spec, before).spec } };
      });
    }
    return change(services, call, headers, 'apply', async () => {
      const known = await checkBefore(services, call.params, spec);
      const point = known ? known.restorePoint : spec.spec.job.initialSavepoint;
      const start = point === undefined ? {} : { lastRestorePoint: point };
      // What is being removed leaves nothing to the next job of its name.
      const given = known?.given && known.phase !== 'REMOVING' ? { lastGiven: known.given } : {};
      const request = { ...requestOf(headers, call), spec, specHash: specHash(spec), ...start, ...given };
      return applyToJob(services.temporal, call.params, request);
    });
  },
});

const removeQuery = dryRunQuery.extend({
  deletion: z.enum(deletions).optional().describe('How the job is ended. Without it, as spec.cleanup.deleted says.'),
  savepoints: z
    .enum(savepointsLeft)
    .optional()
    .describe('What becomes of its savepoints. Without it, as spec.cleanup.savepoints says.'),
  forget: z
    .enum(['true', 'false'], 'must be true or false')
    .optional()
    .describe(
      'End it without its cluster, also while it is being removed: what is under way ends where it stands, and what the job has there stays. For a cluster whose agent does not come back.',
    ),
});

const remove = defineRoute({
  method: 'delete',
  path: '/v1/tenants/{tenant}/jobs/{name}',
  role: 'operator',
  summary: 'Remove a job',
  description:
    'Answers when the removal is accepted; follow its operation from there. Its records can be read afterwards.',
  params: jobParams,
  query: removeQuery,
  headers: [keyHeader, matchHeader],
  answers: { 200: dryRunReply, 202: { description: 'The removal was accepted', schema: changeAnswer } },
  handle: async (services, call) => {
    const headers = readChangeHeaders(call.request, saidIn(call.query));
    const wish = wishOf(call.query);
    if (isDryRun(call.query)) {
      return tryOut(services, call, headers, async () => {
        const job = await readLivingJob(services, call.params);
        return { job, wish: { to: 'remove', spec: job.spec, ...wish } };
      });
    }
    return change(services, call, headers, 'remove', () =>
      removeAnyJob(services, call.params, { ...requestOf(headers, call), ...wish }),
    );
  },
});

/** @throws Problem where it cannot be had together */
function wishOf({ deletion, savepoints, forget }: z.output<typeof removeQuery>) {
  if (forget === 'true') {
    if (savepoints === 'dispose' || (deletion ?? 'leave') !== 'leave') throw forgetsAll();
    return { deletion: 'leave' as const, forgets: true };
  }
  return { ...(deletion && { deletion }), ...(savepoints && { savepointsLeft: savepoints }) };
}

function forgetsAll(): Problem {
  return new Problem(
    'INVALID_PARAMETER',
    'A job that is forgotten leaves all as it is in its cluster and its storage.',
    {
      cure: 'Say `forget=true` without `deletion` and `savepoints`.',
    },
  );
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
  throw refusalProblem({ code: 'IMMUTABLE_FIELD', message });
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

export const jobChangeRoutes: readonly Route[] = [put, remove];
