/** Short words for common changes: each applies the job's own spec with one thing changed. */
import { z } from 'zod';
import type { JobPhase, JobView } from '../../core/job.ts';
import { objectName, vertexId } from '../../core/schema/fields.ts';
import { upgradeModes } from '../../core/schema/upgrade.ts';
import type { FlinkJob } from '../../core/schema/flink-job.ts';
import { canceled, restarted, resumed, scaled, suspended, type ScaleWish } from '../../core/verbs.ts';
import { changeAnswer, dryRunReply } from '../answer-shapes.ts';
import { change, keyHeader, requestOf } from '../change.ts';
import { readChangeHeaders } from '../change-headers.ts';
import { earlierRevision, runningAsGiven, runningSpec } from '../earlier-revision.ts';
import { jobParams, operationNumber, uidQuery } from '../job-params.ts';
import { abortInJob } from '../job-workflow.ts';
import { readLivingJob, type JobRef } from '../read-job.ts';
import { startableSavepoint } from '../read-savepoint.ts';
import { defineRoute, type Route } from '../route.ts';
import { ofRunningWorkflow, seeRunningWorkflow } from '../running-workflow.ts';
import { seeNotTooLate } from '../see-not-too-late.ts';
import type { Services } from '../services.ts';
import { dryRunQuery, isDryRun, tryOut } from '../try-out.ts';
import { verb } from '../verb.ts';

const mode = z
  .enum(upgradeModes)
  .optional()
  .describe('Which state the job goes on from, for this once. Without it, spec.upgrade.mode.');
const modeBody = z.strictObject({ mode });
const endBody = z.strictObject({
  mode: mode.describe(
    'Which state the job goes on from later. Without it, a savepoint where it is suspended, and its newest checkpoint where it is canceled, whatever spec.upgrade.mode is.',
  ),
  force: z
    .boolean()
    .optional()
    .describe(
      'The job ends also where no savepoint can be had, or its newest checkpoint is older than spec.upgrade.maxStateAge: it is canceled, and goes on later from that checkpoint.',
    ),
});

const suspend = verb({
  word: 'suspend',
  summary: 'Stop a job with its state kept, and clear its Flink cluster away',
  body: endBody,
  wish: async (services, job, body) => {
    const spec = suspended(await runningSpec(services, job));
    const reason = body.force ? 'The job was suspended by force' : 'The job was suspended';
    return { spec, reason, mode: body.mode, force: body.force };
  },
});

const cancel = verb({
  word: 'cancel',
  summary: 'End a job without a savepoint; it can go on from its newest checkpoint',
  body: endBody,
  wish: async (services, job, body) => ({
    spec: canceled(await runningSpec(services, job)),
    reason: body.force ? 'The job was canceled by force' : 'The job was canceled',
    mode: body.mode,
    force: body.force,
  }),
});

/** Phases in which nothing runs whose state could be left behind. */
const resting: readonly JobPhase[] = ['FAILED', 'CANCELED', 'SUSPENDED'];

const resume = verb({
  word: 'resume',
  summary: 'Start a suspended, canceled or failed job from its newest restore point',
  body: z.strictObject({
    mode: z
      .enum(['last-state', 'stateless'], 'must be last-state or stateless')
      .optional()
      .describe(
        '`stateless`: it starts empty, and its state is left behind. Without it, from its newest restore point.',
      ),
  }),
  wish: async (services, job, body) => ({
    spec: resumed(await runningSpec(services, job)),
    reason: body.mode === 'stateless' ? 'The job was resumed without its state' : 'The job was resumed',
    // What takes no savepoint goes on from what it has completed last, also where upgrades leave the state behind.
    mode: body.mode ?? (resting.includes(job.phase) ? 'last-state' : undefined),
  }),
});

const restart = verb({
  word: 'restart',
  summary: 'Restart a job from its state',
  body: modeBody,
  wish: async (services, job, body) => ({
    spec: restarted(await runningSpec(services, job)),
    reason: 'The job was restarted',
    mode: body.mode,
  }),
});

const scale = verb({
  word: 'scale',
  summary: "Change a job's parallelism",
  body: z
    .strictObject({
      parallelism: z.int().min(1).max(32_768).optional().describe("The job's."),
      vertices: z
        .record(vertexId(), z.int().min(1).max(32_768).nullable())
        .optional()
        .describe('Of single vertices, by their ids; null lets one follow the job again.'),
    })
    .refine(
      ({ parallelism, vertices }) => parallelism !== undefined || vertices !== undefined,
      'must say what to scale',
    ),
  wish: async (services, job, body) => ({
    waits: true,
    isScaling: true,
    spec: scaled(await scaledFrom(services, job, body), body),
    reason: body.vertices
      ? `${Object.keys(body.vertices).length} vertices of the job were scaled`
      : `The job was scaled to parallelism ${body.parallelism}`,
  }),
});

/** Whoever scales the job means all of it: also the vertices that the autoscaler has scaled. */
async function scaledFrom(services: Services, job: JobView, { parallelism }: ScaleWish): Promise<FlinkJob> {
  return parallelism === undefined ? (await runningAsGiven(services, job)).spec : runningSpec(services, job);
}

const rollback = verb({
  word: 'rollback',
  summary: 'Go back to an earlier revision, with the state that the job has now',
  body: z.strictObject({
    to: z.int32().min(1).optional().describe('Number of the revision. Without it, the last one that ran as it should.'),
    mode,
  }),
  wish: async (services, job, body) => {
    const { revision, spec } = await earlierRevision(services, job, body.to);
    const reason = `The job was rolled back to revision ${revision}`;
    return { spec: resumed(spec), reason, mode: body.mode, isRollback: true };
  },
});

const restore = verb({
  word: 'restore',
  summary: 'Start a job from a savepoint, of its own or of another job, with the spec that it has',
  body: z.strictObject({
    savepoint: z.int32().min(1).describe('Its number.'),
    to: z.int32().min(1).optional().describe('An earlier revision to run. Without it, the spec that it has.'),
    of: objectName().optional().describe('The job of this tenant that it was taken of. Without it, this one.'),
    uid: uidQuery.uid.describe('Of that job, where it was removed and another one has its name by now.'),
  }),
  ifAbsent: async (services, ref, body) => {
    const { path } = await restored(services, ref, body);
    return `Apply a spec for it with \`spec.job.initialSavepoint: ${path}\`: it starts from there.`;
  },
  wish: async (services, job, body) => {
    const savepoint = await restored(services, job, body);
    return {
      spec: restarted(resumed(await restoredSpec(services, job, body.to))),
      reason: `The job was restored from savepoint ${savepoint.number} of ${body.of ?? job.name}`,
      mode: 'restore',
      restoreFrom: savepoint.path,
      isRollback: body.to !== undefined,
    };
  },
});

interface RestoreBody {
  readonly savepoint: number;
  readonly of?: string | undefined;
  readonly uid?: string | undefined;
}

/** @throws Problem where it is not there */
function restored(services: Services, { tenant, name }: JobRef, { savepoint, of, uid }: RestoreBody) {
  return startableSavepoint(services, { tenant, name: of ?? name, uid }, savepoint);
}

/** Its nonce is above all that the job has had: the same spec again is started anew. */
async function restoredSpec(services: Services, job: JobView, to: number | undefined): Promise<FlinkJob> {
  if (to === undefined) return runningSpec(services, job);
  const { spec } = await earlierRevision(services, job, to);
  return { ...spec, spec: { ...spec.spec, restartNonce: job.spec.spec.restartNonce } };
}

const abort = defineRoute({
  method: 'post',
  path: '/v1/tenants/{tenant}/jobs/{name}/operations/{number}/abort',
  role: 'operator',
  summary: 'Ask an operation to give up',
  description:
    'One that waits never begins; one that runs undoes what it can, or rolls back. Follow it to its end. Refused with TOO_LATE where it is past its point of no return.',
  params: jobParams.extend({ number: operationNumber.describe('Counts from 1.') }),
  query: dryRunQuery,
  headers: [keyHeader],
  answers: { 200: dryRunReply, 202: { description: 'The operation was asked to give up', schema: changeAnswer } },
  handle: async (services, call) => {
    const headers = readChangeHeaders(call.request, call.bytes);
    const { number, ...ref } = call.params;
    if (isDryRun(call.query)) {
      return tryOut(services, call, headers, async () => {
        const job = await readLivingJob(services, ref);
        await seeRunningWorkflow(services, ref);
        return { job, wish: { to: 'abort', spec: job.spec, operation: number } };
      });
    }
    return change(services, call, headers, 'abort', () =>
      ofRunningWorkflow(services, ref, async () => {
        await seeNotTooLate(services, ref, number);
        return abortInJob(services.temporal, ref, { ...requestOf(headers, call), operation: number });
      }),
    );
  },
});

export const jobVerbRoutes: readonly Route[] = [suspend, cancel, resume, restart, scale, rollback, restore, abort];
