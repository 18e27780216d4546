/** Short words for common changes: each applies the job's own spec with one thing changed. */
import { z } from 'zod';
import type { JobView } from '../../core/job.ts';
import type { PlanMode } from '../../core/plan/change-plan.ts';
import { objectName } from '../../core/schema/fields.ts';
import { upgradeModes } from '../../core/schema/upgrade.ts';
import type { FlinkJob } from '../../core/schema/flink-job.ts';
import { specHash } from '../../core/spec/canonical.ts';
import { canceled, restarted, resumed, scaled, suspended } from '../../core/verbs.ts';
import type { ChangeAnswer } from '../../workflows/messages.ts';
import { changeAnswer } from '../answer-shapes.ts';
import { change, keyHeader, matchHeader, requestOf, type ChangeCall } from '../change.ts';
import { readChangeHeaders, type ChangeHeaders } from '../change-headers.ts';
import { earlierRevision, runningSpec } from '../earlier-revision.ts';
import { jobParams } from '../job-params.ts';
import { abortInJob, changeJob } from '../job-workflow.ts';
import { Problem } from '../problem.ts';
import { readLivingJob } from '../read-job.ts';
import { startableSavepoint } from '../read-savepoint.ts';
import { readSpec } from '../read-spec.ts';
import { defineRoute, type Route } from '../route.ts';
import type { Services } from '../services.ts';

/** What a word makes of a job. */
interface Wish {
  readonly spec: FlinkJob;
  readonly reason: string;
  readonly mode?: PlanMode | undefined;
  /** With mode `restore`: path of the savepoint. */
  readonly restoreFrom?: string;
}

interface Verb<Body> {
  readonly word: string;
  readonly summary: string;
  readonly body: z.ZodType<Body>;
  readonly wish: (services: Services, job: JobView, body: Body) => Promise<Wish>;
}

const mode = z
  .enum(upgradeModes)
  .optional()
  .describe('Which state the job goes on from, for this once. Without it, spec.upgrade.mode.');
const noBody = z.strictObject({});
const modeBody = z.strictObject({ mode });

const suspend = verb({
  word: 'suspend',
  summary: 'Stop a job with its state kept, and clear its Flink cluster away',
  body: modeBody,
  wish: async (services, job, body) => ({
    spec: suspended(await runningSpec(services, job)),
    reason: 'The job was suspended',
    mode: body.mode,
  }),
});

const cancel = verb({
  word: 'cancel',
  summary: 'End a job without a savepoint; it can go on from its newest checkpoint',
  body: modeBody,
  wish: async (services, job, body) => ({
    spec: canceled(await runningSpec(services, job)),
    reason: 'The job was canceled',
    mode: body.mode,
  }),
});

const resume = verb({
  word: 'resume',
  summary: 'Start a suspended job from where it was stopped',
  body: noBody,
  wish: async (_services, job) => ({ spec: resumed(job.spec), reason: 'The job was resumed' }),
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
  body: z.strictObject({ parallelism: z.int().min(1).max(32_768) }),
  wish: async (services, job, { parallelism }) => ({
    spec: scaled(await runningSpec(services, job), parallelism),
    reason: `The job was scaled to parallelism ${parallelism}`,
  }),
});

const rollback = verb({
  word: 'rollback',
  summary: 'Go back to an earlier revision, with the state that the job has now',
  body: z.strictObject({
    to: z.int().min(1).optional().describe('Number of the revision. Without it, the last one that ran as it should.'),
    mode,
  }),
  wish: async (services, job, body) => {
    const { revision, spec } = await earlierRevision(services, job, body.to);
    return { spec: resumed(spec), reason: `The job was rolled back to revision ${revision}`, mode: body.mode };
  },
});

const restore = verb({
  word: 'restore',
  summary: 'Start a job from a savepoint, of its own or of another job, with the spec that it has',
  body: z.strictObject({
    savepoint: z.int().min(1).describe('Its number.'),
    to: z.int().min(1).optional().describe('An earlier revision to run. Without it, the spec that it has.'),
    of: objectName().optional().describe('The job of this tenant that it was taken of. Without it, this one.'),
  }),
  wish: async (services, job, body) => {
    const { tenant } = job;
    const savepoint = await startableSavepoint(services, { tenant, name: body.of ?? job.name }, body.savepoint);
    return {
      spec: restarted(resumed(await restoredSpec(services, job, body.to))),
      reason: `The job was restored from savepoint ${savepoint.number} of ${body.of ?? job.name}`,
      mode: 'restore',
      restoreFrom: savepoint.path,
    };
  },
});

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
  description: 'One that waits never begins; one that runs undoes what it can, or rolls back. Follow it to its end.',
  params: jobParams.extend({ number: z.coerce.number().int().min(1) }),
  headers: [keyHeader],
  answers: { 202: { description: 'The operation was asked to give up', schema: changeAnswer } },
  handle: async (services, call) => {
    const headers = readChangeHeaders(call.request, call.bytes);
    const { number, ...ref } = call.params;
    return change(services, call, headers, 'abort', () =>
      abortInJob(services.temporal, ref, { ...requestOf(headers, call), operation: number }),
    );
  },
});

function verb<Body>({ word, summary, body, wish }: Verb<Body>): Route {
  return defineRoute({
    method: 'post',
    path: `/v1/tenants/{tenant}/jobs/{name}/${word}`,
    role: 'operator',
    summary,
    description: 'Answers when the change is accepted as a new revision; follow its operation from there.',
    params: jobParams,
    headers: [keyHeader, matchHeader],
    body,
    bodyOptional: true,
    answers: {
      200: { description: 'Nothing had to change', schema: changeAnswer },
      202: { description: 'The change was accepted', schema: changeAnswer },
    },
    handle: async (services, call) => {
      const headers = readChangeHeaders(call.request, call.bytes);
      return change(services, call, headers, word, () =>
        changed(services, call, headers, (job) => wish(services, job, call.body)),
      );
    },
  });
}

/** How often a wish is made anew when somebody else changes the job meanwhile. */
const triesMax = 4;

/** The wish is made of the job as it is read; where that has changed meanwhile, it is made of what it is then. */
async function changed(
  services: Services,
  call: ChangeCall,
  headers: ChangeHeaders,
  wishOf: (job: JobView) => Promise<Wish>,
): Promise<ChangeAnswer> {
  for (let left = triesMax; ; left -= 1) {
    const job = await readLivingJob(services, call.params);
    const { spec: wished, reason, mode: wanted, restoreFrom } = await wishOf(job);
    const spec = readSpec(wished, call.params);
    const asked = { ...requestOf(headers, call), ifRevision: headers.ifRevision ?? job.revision };
    try {
      return await changeJob(services.temporal, call.params, {
        ...asked,
        spec,
        specHash: specHash(spec),
        reason,
        ...(wanted && { mode: wanted }),
        ...(restoreFrom && { restoreFrom }),
      });
    } catch (error) {
      const isLate = error instanceof Problem && error.code === 'PRECONDITION_FAILED';
      if (!isLate || headers.ifRevision !== undefined || left === 1) throw error;
    }
  }
}

export const jobVerbRoutes: readonly Route[] = [suspend, cancel, resume, restart, scale, rollback, restore, abort];
