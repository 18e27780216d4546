/** Logs of a job's pods: the agent brings them over a connection of its own, and they are handed on as they come. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Response } from 'express';
import { z } from 'zod';
import type { JobView } from '../../core/job.ts';
import { controlTaskQueue } from '../../core/names.ts';
import { searchCluster, searchJob, searchTenant } from '../../workflows/search-attributes.ts';
import { agentState } from '../agent-state.ts';
import { inTime } from '../in-time.ts';
import { jobParams } from '../job-params.ts';
import { Problem } from '../problem.ts';
import { readLivingJob } from '../read-job.ts';
import { defineRoute, type Route } from '../route.ts';
import type { Services } from '../services.ts';
import type { AwaitedStream, StreamOutcome } from '../streams.ts';
import { wholeNumber } from '../whole-number.ts';

/** The workflow type that has the agent send a log. */
const tailLogsWorkflow = 'tailLogs';

/** From the request to the log's first byte: an agent that is there takes well under a second. */
const arrivalTimeoutMs = 20_000;

const query = z.strictObject({
  component: z.enum(['jobmanager', 'taskmanager'], 'must be jobmanager or taskmanager').default('jobmanager'),
  pod: z
    .string()
    .max(253)
    .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'must be the name of a pod')
    .optional()
    .describe('Only this pod of the job, whichever component it is of.'),
  follow: z.enum(['true', 'false'], 'must be true or false').default('false').describe('Go on with new lines.'),
  tail: wholeNumber(0, 100_000).optional().describe('Only so many of the last lines.'),
});

const read = defineRoute({
  method: 'get',
  path: '/v1/tenants/{tenant}/jobs/{name}/logs',
  role: 'viewer',
  summary: 'Read or follow a log',
  description:
    'Plain text, as the pods write it. Of several pods the logs come one after the other, each under its name; followed is ' +
    'one that runs. The header `Drey-Pods` names it first, and then the others.',
  params: jobParams,
  query,
  answers: { 200: { description: 'The log as `text/plain`', schema: null } },
  handle: async (services, { params, query: wanted, response }) => {
    const job = await readLivingJob(services, params);
    await refuseWithoutAgent(services, job);
    const stream = services.streams.expect();
    const workflow = await startTail(services, job, wanted, stream.ticket);
    services.metrics.logStreams.inc();
    let outcome: StreamOutcome = 'abandoned';
    try {
      const log = await firstOf(services, workflow, stream, response);
      if (log && (await passOn(services, log, response))) outcome = 'complete';
    } finally {
      services.metrics.logStreams.dec();
      stream.finish(outcome);
      if (outcome !== 'complete') cancelQuietly(services, workflow);
    }
    return undefined;
  },
});

const bring = defineRoute({
  method: 'post',
  path: '/v1/agent/streams/{ticket}',
  // The ticket is what lets the agent in: it is random, good for one minute and one stream.
  role: 'public',
  summary: 'Bring a log that somebody waits for',
  description: 'For agents. The body may go on for hours.',
  params: z.object({ ticket: z.string().regex(/^[\w-]{43}$/, 'must be a ticket') }),
  answers: { 204: { description: 'The reader has it all', schema: null } },
  handle: async ({ streams }, { params, request, response }) => {
    const outcome = await streams.deliver(params.ticket, request);
    if (outcome === 'complete') return { status: 204 };
    // The rest of the body will not be read, so the connection cannot be used again.
    response.set('connection', 'close');
    throw new Problem('NO_SUCH_STREAM', 'Nobody waits for this stream.', { cure: 'Stop sending.' });
  },
});

async function refuseWithoutAgent(services: Services, job: JobView): Promise<void> {
  const { cluster } = job.spec.spec;
  const agent = await agentState(services, cluster, job.tenant);
  if (agent.state !== 'gone') return;
  const seen = agent.lastSeen ? `was last seen at ${agent.lastSeen}` : 'was not seen for minutes';
  throw new Problem('AGENT_GONE', `The agent of cluster ${cluster} ${seen}.`, {
    cure: 'Start the agent, or see why it cannot reach Temporal.',
  });
}

function startTail(
  { temporal, url }: Services,
  job: JobView,
  { component, pod, follow, tail }: z.output<typeof query>,
  ticket: string,
): Promise<WorkflowHandle> {
  const { cluster, namespace } = job.spec.spec;
  const input = {
    cluster,
    namespace,
    tenant: job.tenant,
    job: job.name,
    component,
    follow: follow === 'true',
    ...(pod === undefined ? {} : { pod }),
    ...(tail === undefined ? {} : { tailLines: tail }),
    sink: { url, ticket },
  };
  return temporal.within(5_000, () =>
    temporal.client.workflow.start(tailLogsWorkflow, {
      workflowId: `logs/${job.tenant}/${job.name}/${randomBytes(6).toString('hex')}`,
      taskQueue: controlTaskQueue,
      args: [input],
      typedSearchAttributes: [
        { key: searchTenant, value: job.tenant },
        { key: searchJob, value: job.name },
        { key: searchCluster, value: cluster },
      ],
      staticSummary: `Log of the ${component} of ${job.tenant}/${job.name}`,
    }),
  );
}

/** The log when it arrives; undefined when the reader left first. @throws when it will not come. */
async function firstOf(
  services: Services,
  workflow: WorkflowHandle,
  stream: AwaitedStream,
  response: Response,
): Promise<IncomingMessage | undefined> {
  const watching = new AbortController();
  const { signal } = watching;
  const left = once(response, 'close', { signal }).then(() => undefined);
  const ended = services.temporal.client
    .withAbortSignal(signal, () => workflow.result())
    .then(
      () => Promise.reject(new Problem('LOGS_UNAVAILABLE', 'The log ended before it began.', { cure: 'Ask again.' })),
      (error: unknown) => Promise.reject(whyEnded(error)),
    );
  try {
    return await inTime(arrivalTimeoutMs, Promise.race([stream.arrival, left, ended]));
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('AGENT_GONE', `The agent brought no log within ${arrivalTimeoutMs / 1000} s.`, {
      cure: `See that it can reach ${services.url}.`,
      cause: error,
    });
  } finally {
    watching.abort();
    left.catch(() => undefined);
    ended.catch(() => undefined);
  }
}

/** The innermost failure is the agent's own word. */
function whyEnded(error: unknown): Problem {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  const detail = inner instanceof ApplicationFailure ? inner.message : 'The log could not be fetched.';
  return new Problem('LOGS_UNAVAILABLE', detail, {
    cure: 'Read the job: its phase says whether it has pods now.',
    cause: error,
  });
}

/** Whether the whole log came through. A reader who leaves is no failure; a log that breaks off is seen as cut off. */
async function passOn({ log }: Services, from: IncomingMessage, to: Response): Promise<boolean> {
  const pods = from.headers['drey-pods'];
  if (typeof pods === 'string' && /^[a-z0-9.,-]+$/.test(pods)) to.set('drey-pods', pods);
  to.status(200).set('content-type', 'text/plain; charset=utf-8').flushHeaders();
  try {
    await pipeline(from, to);
    return true;
  } catch (error) {
    log.info({ err: error }, 'a log was not read to its end');
    to.destroy();
    return false;
  }
}

function cancelQuietly({ temporal, log }: Services, workflow: WorkflowHandle): void {
  temporal
    .within(5_000, () => workflow.cancel())
    .catch((error: unknown) =>
      log.debug({ err: error, workflowId: workflow.workflowId }, 'the log’s workflow had ended'),
    );
}

export const logRoutes: readonly Route[] = [read, bring];
