/** The autoscaler of a job: what it has decided and why, what waits, and a decision now. */
import { z } from 'zod';
import { findDecision, findDecisionInput, latestDecision, listDecisions } from '../../clients/postgres/decisions.ts';
import type { JobView } from '../../core/job.ts';
import type { AutoscalerStatus } from '../../core/scaling/autoscaler-messages.ts';
import { vertexChanges, type DecisionRecord } from '../../core/scaling/decision-record.ts';
import { defaults } from '../../core/spec/defaults.ts';
import {
  askedAnswer,
  autoscalerAnswer,
  decisionAnswer,
  decisionInputAnswer,
  decisionSummary,
} from '../autoscaler-shapes.ts';
import { pageOf } from '../answer-shapes.ts';
import { answerOnce } from '../answer-once.ts';
import { askAutoscaler, askForDecision } from '../autoscaler-workflow.ts';
import { keyHeader } from '../change.ts';
import { readChangeHeaders } from '../change-headers.ts';
import { jobParams, operationNumber, uidQuery } from '../job-params.ts';
import { numberPosition, pageAnswer, pageQuery, readCursor } from '../paging.ts';
import { Problem } from '../problem.ts';
import { readJob, readLivingJob } from '../read-job.ts';
import { defineRoute, type Route } from '../route.ts';
import type { Services } from '../services.ts';

const decisionParams = jobParams.extend({ number: operationNumber.describe('Counts from 1.') });

const list = defineRoute({
  method: 'get',
  path: '/v1/tenants/{tenant}/jobs/{name}/decisions',
  role: 'viewer',
  summary: 'List what the autoscaler of a job has decided',
  description: 'The newest first. Of a removed job too.',
  params: jobParams,
  query: z.strictObject({
    asked: z.string().min(1).max(255).optional().describe('Only the one that was asked for with this key.'),
    ...uidQuery,
    ...pageQuery,
  }),
  answers: { 200: { description: 'One page of decisions, in short', schema: pageOf(decisionSummary) } },
  handle: async (services, { params, query: { uid: wanted, limit, cursor, asked } }) => {
    const { uid } = await readJob(services, { ...params, uid: wanted });
    const before = readCursor(numberPosition, cursor);
    const found = await listDecisions(services.postgres, { uid, asked }, limit + 1, before);
    return { body: pageAnswer(found.map(summaryOf), limit, (last) => last.number) };
  },
});

const get = defineRoute({
  method: 'get',
  path: '/v1/tenants/{tenant}/jobs/{name}/decisions/{number}',
  role: 'viewer',
  summary: 'Read a decision of the autoscaler with its arithmetic',
  description: 'Of a removed job too.',
  params: decisionParams,
  query: z.strictObject(uidQuery),
  answers: { 200: { description: 'The decision', schema: decisionAnswer } },
  handle: async (services, { params: { number, ...ref }, query: { uid: wanted } }) => {
    const { uid } = await readJob(services, { ...ref, uid: wanted });
    const found = await findDecision(services.postgres, uid, number);
    if (found) return { body: found };
    throw noDecision(`Job ${ref.name} has no decision ${number}.`);
  },
});

const input = defineRoute({
  method: 'get',
  path: '/v1/tenants/{tenant}/jobs/{name}/decisions/{number}/input',
  role: 'viewer',
  summary: 'Read all that a decision was made of',
  description: 'Its policy, samples and memory. They are kept for 30 days.',
  params: decisionParams,
  query: z.strictObject(uidQuery),
  answers: { 200: { description: 'The input', schema: decisionInputAnswer } },
  handle: async (services, { params: { number, ...ref }, query: { uid: wanted } }) => {
    const { uid } = await readJob(services, { ...ref, uid: wanted });
    const found = await findDecisionInput(services.postgres, uid, number);
    if (found) return { body: found };
    throw noDecision(`What decision ${number} of job ${ref.name} was made of is not there, or not kept any more.`);
  },
});

const show = defineRoute({
  method: 'get',
  path: '/v1/tenants/{tenant}/jobs/{name}/autoscaler',
  role: 'viewer',
  summary: 'Read what the autoscaler of a job does, and what it waits for',
  params: jobParams,
  answers: { 200: { description: 'The autoscaler', schema: autoscalerAnswer } },
  handle: async (services, { params }) => {
    const job = await readLivingJob(services, params);
    const [status, last] = await Promise.all([
      askAutoscaler(services.temporal, params),
      latestDecision(services.postgres, job.uid),
    ]);
    return { body: shownOf(job, status?.uid === job.uid ? status : undefined, last) };
  },
});

const decideNow = defineRoute({
  method: 'post',
  path: '/v1/tenants/{tenant}/jobs/{name}/autoscaler/decide',
  role: 'operator',
  summary: 'Have the autoscaler of a job decide now',
  description:
    'Answers when it is accepted. The agent sends the samples that it has; the decision is the one that carries the key of the answer: …/decisions?asked=KEY. That is the key of somebody else where theirs is still to be asked of the agent. It acts only where the mode is `active`.',
  params: jobParams,
  headers: [keyHeader],
  body: z.strictObject({}),
  bodyOptional: true,
  answers: { 202: { description: 'It was accepted', schema: askedAnswer } },
  handle: async (services, call) => {
    const headers = readChangeHeaders(call.request, call.bytes);
    const { params, principal } = call;
    const { status, answer, isRepeated } = await answerOnce(services, params.tenant, headers, async () => {
      const key = await ask(services, await readLivingJob(services, params), headers.key, principal.name);
      return { status: 202, answer: { key } };
    });
    services.metrics.changes.inc({ kind: 'decide', outcome: isRepeated ? 'repeated' : 'accepted' });
    const location = `/v1/tenants/${params.tenant}/jobs/${params.name}/decisions?asked=${encodeURIComponent(askedAnswer.parse(answer).key)}`;
    return { status, body: answer, headers: { 'idempotency-key': headers.key, location } };
  },
});

async function ask(services: Services, job: JobView, key: string, requestedBy: string): Promise<string> {
  const { tenant, name, uid, revision, generation, spec } = job;
  const { cluster, namespace, autoscaler = defaults.spec.autoscaler } = spec.spec;
  const { mode } = autoscaler;
  if (mode === 'off')
    throw new Problem('AUTOSCALER_OFF', `The autoscaler of job ${name} is off.`, {
      cure: 'Apply a spec with `autoscaler.mode: advise`, or `active`.',
    });
  const asked = { key, requestedBy, uid, cluster, namespace, revision, mode, generation: generation?.number ?? 0 };
  return askForDecision(services.temporal, { tenant, name }, asked);
}

function summaryOf(decision: DecisionRecord) {
  const {
    vertices: _vertices,
    metrics: _metrics,
    parallelism: _parallelism,
    slots: _slots,
    memoryAdvice: _advice,
    profile: _profile,
    profileVersion: _version,
    generation: _generation,
    submission: _submission,
    ...short
  } = decision;
  return { ...short, changes: vertexChanges(decision) };
}

function shownOf({ spec, given }: JobView, status: AutoscalerStatus | undefined, last: DecisionRecord | undefined) {
  const { mode, profile } = spec.spec.autoscaler ?? defaults.spec.autoscaler;
  const { underWay, waits = [], coolDowns = [], holdingOff, asks = [] } = status ?? {};
  return {
    mode,
    profile,
    ...(last && { lastDecision: summaryOf(last) }),
    ...(underWay && { underWay }),
    waits,
    coolDowns,
    ...(holdingOff && {
      heldOff: {
        until: new Date(holdingOff.untilMs).toISOString(),
        times: holdingOff.times,
        because: holdingOff.because,
      },
    }),
    asked: asks.map(({ key, by, atMs }) => ({
      key,
      ...(by !== undefined && { by }),
      at: new Date(atMs).toISOString(),
    })),
    ...(given && { given }),
  };
}

function noDecision(message: string): Problem {
  return new Problem('NO_SUCH_DECISION', message, { cure: 'GET …/decisions lists what there is.' });
}

export const autoscalerRoutes: readonly Route[] = [list, get, input, show, decideNow];
