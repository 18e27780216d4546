/** Makes a FlinkClient out of a way to reach Flink. Requests are the same for Flink 1.20 and 2.x. */
import { z } from 'zod';
import * as answers from './answers.ts';
import * as checkpointAnswers from './checkpoint-answers.ts';
import type { FlinkCallOptions, FlinkClient, FlinkException, RunJarRequest } from './client.ts';
import { FlinkRestError, isFlinkNotFound } from './errors.ts';
import * as metricAnswers from './metric-answers.ts';
import { jarForm } from './multipart.ts';
import * as rescaleAnswers from './rescale-answers.ts';
import type { FlinkRequest, FlinkTransport } from './transport.ts';

const timeoutMsDefault = 10_000;

/** `main` runs within the request. */
const mainTimeoutMsDefault = 60_000;

const jarDefault = 'job.jar';

/** A client of one Flink cluster. It holds nothing: make one wherever it is needed. */
export function connectFlink(transport: FlinkTransport): FlinkClient {
  const ask = askBy(transport);
  const askJob = <Out>(schema: z.ZodType<Out>, jobId: string, path: string, call: FlinkCallOptions = {}) =>
    orUndefined(ask(schema, { method: 'GET', path: `/jobs/${jobId}${path}` }, call));
  return {
    address: transport.address,
    overview: (call) => ask(answers.overview, { method: 'GET', path: '/overview' }, call),
    config: (call) => ask(answers.config, { method: 'GET', path: '/config' }, call),
    jobs: (call) => ask(answers.jobsOverview, { method: 'GET', path: '/jobs/overview' }, call),
    job: (jobId, call) => askJob(answers.jobDetail, jobId, '', call),
    exceptions: (jobId, call) => askJob(answers.jobExceptions, jobId, '/exceptions', call),
    taskManagers: (call) => ask(answers.taskManagers, { method: 'GET', path: '/taskmanagers' }, call),
    checkpoints: (jobId, call) => askJob(checkpointAnswers.checkpoints, jobId, '/checkpoints', call),
    checkpointConfig: (jobId, call) => askJob(checkpointAnswers.checkpointConfig, jobId, '/checkpoints/config', call),
    jobManagerConfiguration: (jobId, keep, call) =>
      askJob(answers.configurationOf(keep), jobId, '/jobmanager/config', call),
    ...failureCalls(ask),
    ...jarCalls(ask),
    ...submissionCalls(ask),
    ...changeCalls(ask),
    ...rescaleCalls(ask),
    ...metricCalls(ask),
  };
}

type Ask = <Out>(
  schema: z.ZodType<Out>,
  request: Pick<FlinkRequest, 'method' | 'path' | 'body' | 'form'>,
  call?: FlinkCallOptions,
) => Promise<Out>;

/** Why things failed: three places, of which each Flink version fills others. */
function failureCalls(ask: Ask): Pick<FlinkClient, 'failureCause' | 'applications' | 'applicationExceptions'> {
  const applications = async (call?: FlinkCallOptions) =>
    (await orUndefined(ask(answers.applicationsOverview, { method: 'GET', path: '/applications/overview' }, call))) ??
    [];
  const applicationExceptions = async (id: string, call?: FlinkCallOptions) => {
    const path = `/applications/${id}/exceptions`;
    return (await orUndefined(ask(answers.applicationExceptions, { method: 'GET', path }, call))) ?? [];
  };
  return {
    applications,
    applicationExceptions,
    async failureCause(jobId, call): Promise<FlinkException | undefined> {
      const path = `/jobs/${jobId}`;
      const told = await orUndefined(ask(answers.jobExceptions, { method: 'GET', path: `${path}/exceptions` }, call));
      if (told?.root) return told.root;
      // A job that failed before it had tasks has an empty history since Flink 2.0; its result still tells.
      const result = ask(answers.executionResult, { method: 'GET', path: `${path}/execution-result` }, call);
      return (await orUndefined(result)) ?? undefined;
    },
  };
}

function jarCalls(ask: Ask): Pick<FlinkClient, 'uploadJar' | 'jars' | 'deleteJar'> {
  return {
    uploadJar: (name, jar, call) =>
      ask(answers.uploaded, { method: 'POST', path: '/jars/upload', form: jarForm(name, jar) }, call),
    jars: (call) => ask(answers.jars, { method: 'GET', path: '/jars' }, call),
    deleteJar: async (id, call) => {
      const asked = ask(z.unknown(), { method: 'DELETE', path: `/jars/${id}` }, call).then(() => true);
      return asked.catch(unlessAbsent);
    },
  };
}

function submissionCalls(ask: Ask): Pick<FlinkClient, 'runJar' | 'planJar'> {
  return {
    runJar: (request, call) => {
      const restore =
        request.savepointPath === undefined ? {} : { savepointPath: request.savepointPath, claimMode: 'NO_CLAIM' };
      const body = { ...programOf(request), ...restore, allowNonRestoredState: request.allowNonRestoredState ?? false };
      return ask(
        answers.runResult,
        { method: 'POST', path: `/jars/${request.jar ?? jarDefault}/run`, body },
        patient(call),
      );
    },
    planJar: async (request, call) => {
      const path = `/jars/${request.jar ?? jarDefault}/plan`;
      await ask(z.unknown(), { method: 'POST', path, body: programOf(request) }, patient(call));
    },
  };
}

function patient(call: FlinkCallOptions = {}): FlinkCallOptions {
  return { ...call, timeoutMs: call.timeoutMs ?? mainTimeoutMsDefault };
}

function programOf({ jobId, entryClass, args, parallelism }: RunJarRequest) {
  return { jobId, entryClass, programArgsList: args, parallelism };
}

function changeCalls(
  ask: Ask,
): Pick<
  FlinkClient,
  'cancel' | 'stopWithSavepoint' | 'triggerSavepoint' | 'savepointStatus' | 'triggerCheckpoint' | 'checkpointStatus'
> {
  const unknown = { state: 'unknown' } as const;
  return {
    cancel: async (jobId, call) => {
      const request = { method: 'PATCH', path: `/jobs/${jobId}?mode=cancel` } as const;
      const asked = ask(z.unknown(), request, call).then(() => true);
      return (await orUndefined(asked.catch(unlessEnded))) ?? false;
    },
    stopWithSavepoint: (jobId, { targetDirectory, triggerId, format = 'native', drain = false }, call) => {
      // Flink's default is CANONICAL, which fails a job that keeps its state asynchronously.
      const body = { targetDirectory, triggerId, drain, formatType: format.toUpperCase() };
      return ask(checkpointAnswers.triggerResult, { method: 'POST', path: `/jobs/${jobId}/stop`, body }, call);
    },
    triggerSavepoint: (jobId, { targetDirectory, triggerId, format = 'native' }, call) => {
      const body = {
        'target-directory': targetDirectory,
        triggerId,
        'cancel-job': false,
        formatType: format.toUpperCase(),
      };
      return ask(checkpointAnswers.triggerResult, { method: 'POST', path: `/jobs/${jobId}/savepoints`, body }, call);
    },
    savepointStatus: async (jobId, triggerId, call) => {
      const request = { method: 'GET', path: `/jobs/${jobId}/savepoints/${triggerId}` } as const;
      return (await orUndefined(ask(checkpointAnswers.savepointStatus, request, call))) ?? unknown;
    },
    triggerCheckpoint: (jobId, triggerId, call) => {
      const body = { checkpointType: 'CONFIGURED', triggerId };
      return ask(checkpointAnswers.triggerResult, { method: 'POST', path: `/jobs/${jobId}/checkpoints`, body }, call);
    },
    checkpointStatus: async (jobId, triggerId, call) => {
      const request = { method: 'GET', path: `/jobs/${jobId}/checkpoints/${triggerId}` } as const;
      return (await orUndefined(ask(checkpointAnswers.checkpointStatus, request, call))) ?? unknown;
    },
  };
}

/** A jar that is not there is a bad request to Flink. */
function unlessAbsent(error: unknown): false {
  if (error instanceof FlinkRestError && error.status === 400 && /does not exist/.test(error.details)) return false;
  throw error;
}

function rescaleCalls(ask: Ask): Pick<FlinkClient, 'subtasks' | 'resourceRequirements' | 'setResourceRequirements'> {
  return {
    subtasks: (jobId, vertexId, call) =>
      orUndefined(ask(rescaleAnswers.subtasks, { method: 'GET', path: `/jobs/${jobId}/vertices/${vertexId}` }, call)),
    resourceRequirements: async (jobId, call) => {
      const request = { method: 'GET', path: requirementsPath(jobId) } as const;
      return orUndefined(ask(rescaleAnswers.resourceRequirements, request, call)).catch(undefinedIfUnsupported);
    },
    setResourceRequirements: async (jobId, requirements, call) => {
      const body = rescaleAnswers.requirementsBody(requirements);
      await ask(z.unknown(), { method: 'PUT', path: requirementsPath(jobId), body }, call);
    },
  };
}

function metricCalls(
  ask: Ask,
): Pick<
  FlinkClient,
  'vertexMetricNames' | 'vertexMetrics' | 'taskManagerMetrics' | 'jobManagerMetrics' | 'jobMetrics'
> {
  const get = <Out>(schema: z.ZodType<Out>, path: string, call?: FlinkCallOptions) =>
    ask(schema, { method: 'GET', path }, call);
  const { aggregates, metricNames, metricValues } = metricAnswers;
  return {
    vertexMetricNames: (jobId, vertexId, call) => orUndefined(get(metricNames, subtaskMetrics(jobId, vertexId), call)),
    vertexMetrics: (jobId, vertexId, names, call) =>
      orUndefined(get(aggregates, `${subtaskMetrics(jobId, vertexId)}?${named(names)}&${allAggregations}`, call)),
    taskManagerMetrics: (names, call) =>
      get(aggregates, `/taskmanagers/metrics?${named(names)}&${allAggregations}`, call),
    jobManagerMetrics: (names, call) => get(metricValues, `/jobmanager/metrics?${named(names)}`, call),
    jobMetrics: (jobId, names, call) => orUndefined(get(metricValues, `/jobs/${jobId}/metrics?${named(names)}`, call)),
  };
}

const allAggregations = 'agg=min,max,avg,sum';

function subtaskMetrics(jobId: string, vertexId: string): string {
  return `/jobs/${jobId}/vertices/${vertexId}/subtasks/metrics`;
}

function named(names: readonly string[]): string {
  return `get=${names.map((name) => encodeURIComponent(name)).join(',')}`;
}

function requirementsPath(jobId: string): string {
  return `/jobs/${jobId}/resource-requirements`;
}

/** What the other schedulers say is an internal error to Flink. */
function undefinedIfUnsupported(error: unknown): undefined {
  if (error instanceof FlinkRestError && error.details.includes('UnsupportedOperationException')) return undefined;
  throw error;
}

/** 409 is Flink's word for a job that has failed or finished, where one that was cancelled is no error. */
function unlessEnded(error: unknown): true {
  if (error instanceof FlinkRestError && error.status === 409) return true;
  throw error;
}

/** Sends a request and parses its answer. */
function askBy(transport: FlinkTransport): Ask {
  return async (schema, request, { signal, timeoutMs = timeoutMsDefault } = {}) => {
    const { status, body } = await transport.send({ ...request, signal, timeoutMs });
    if (status < 200 || status > 299) throw new FlinkRestError(status, detailsOf(body));
    const parsed = schema.safeParse(jsonOf(body, status));
    if (parsed.success) return parsed.data;
    throw new FlinkRestError(status, `not understood: ${request.path}: ${z.prettifyError(parsed.error)}`);
  };
}

function jsonOf(body: string, status: number): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new FlinkRestError(status, `not understood: no JSON: ${body.slice(0, 300)}`);
  }
}

const errorBody = z.looseObject({ errors: z.array(z.string()) });

/** Flink puts messages and traces into a list of texts. */
function detailsOf(body: string): string {
  try {
    const parsed = errorBody.safeParse(JSON.parse(body));
    if (parsed.success) return parsed.data.errors.join('\n');
  } catch {
    // Not Flink's own form: the text itself says most.
  }
  return body;
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isFlinkNotFound(error)) return undefined;
    throw error;
  }
}
