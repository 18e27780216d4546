/**
 * The typed client of Drey's API: one method per route. Changes are repeated with one idempotency key until answered.
 * Nothing here needs Node: pages in a browser use it too.
 */
import type { Outlook } from '../../core/dry-run.ts';
import type { JobView } from '../../core/job.ts';
import type { OperationRecord } from '../../core/operation.ts';
import type { z } from 'zod';
import { autoscalerChanges, autoscalerReads } from './autoscaler-calls.ts';
import { jobVerbs } from './job-verbs.ts';
import { jobPath, jobsPath, segment, type JobRef, type PastJobRef } from './paths.ts';
import { withRetries, type RetryOptions } from './retry.ts';
import { send, sendForBytes, type Answer, type Call, type Connection } from './send.ts';
import {
  changeShape,
  clusterShape,
  dryRunShape,
  eventShape,
  jobShape,
  metricsShape,
  operationShape,
  pageShape,
  revisionShape,
  savepointShape,
  seriesShape,
  tenantShape,
} from './shapes.ts';
import type { Change, Cluster, JobEvent, Metrics, Page, Revision, Savepoint, Series, Tenant } from './shapes.ts';

export interface ClientOptions extends Connection {
  /** The longest time for one call, its repetitions included. */
  readonly requestTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: RetryOptions['onRetry'];
}

interface JobFilter {
  /** Any of these. */
  readonly phase?: readonly string[] | undefined;
  readonly cluster?: string | undefined;
  readonly namespace?: string | undefined;
  /** `key=value`; a job must carry all of them. */
  readonly label?: readonly string[] | undefined;
}

export interface PageRequest {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

interface LogRequest {
  readonly component?: string | undefined;
  /** Only this pod. */
  readonly pod?: string | undefined;
  readonly follow?: boolean | undefined;
  readonly tail?: number | undefined;
  /** Told the pods before the first byte: the one that is followed, then the others. */
  readonly onPods?: ((names: readonly string[]) => void) | undefined;
}

interface MetricsRequest {
  /** Any of these; all unless told. */
  readonly metric?: readonly string[] | undefined;
  /** Id of a vertex; '' for the job as a whole; all unless told. */
  readonly vertex?: string | undefined;
  /** ISO 8601; an hour before `to` unless told. */
  readonly from?: string | undefined;
  /** ISO 8601; now unless told. */
  readonly to?: string | undefined;
  /** Such as `30s`; as it fits the range unless told. */
  readonly step?: string | undefined;
}

/** What a change is sent with, where its caller has a say in it. */
export interface Stamp {
  /** Its idempotency key: whoever does not know whether a change was accepted sends it again with the same one. */
  readonly key?: string | undefined;
  /** Only if the job is at this revision. */
  readonly ifRevision?: number | undefined;
}

/** An accepted change, and whether the job is new by it. */
interface AcceptedChange extends Change {
  readonly created: boolean;
}

export type DreyClient = ReturnType<typeof createDreyClient>;

/** The calls that change something, and their dry runs. */
export type DreyChanges = ReturnType<typeof changesWith>;

/** Makes a client of the API at `options.server`. Nothing is sent yet. */
export function createDreyClient(options: ClientOptions) {
  return {
    ...jobReads(options),
    ...changesWith(options, {}),
    ...savepointReads(options),
    ...autoscalerReads({
      get: (path, shape, query) => get(options, path, shape, query),
      post: (path, shape, wish) => post(options, path, shape, wish),
    }),
    ...metricReads(options),
    ...sharedReads(options),
    /** The same changes, sent with what `stamp` says. */
    stamped: (stamp: Stamp) => changesWith(options, stamp),
  };
}

function changesWith(options: ClientOptions, stamp: Stamp) {
  return {
    ...jobChanges(options, stamp),
    ...autoscalerChanges({ post: (path, shape, wish) => post(options, path, shape, wish, stamp) }),
    dryRun: dryRuns(options, stamp),
  };
}

function jobReads(options: ClientOptions) {
  return {
    /** One job; its revision is the ETag. */
    getJob: (job: JobRef): Promise<JobView> => get(options, jobPath(job), jobShape),
    /** One page of a tenant's jobs. */
    listJobs: (tenant: string, request: JobFilter & PageRequest = {}): Promise<Page<JobView>> =>
      get(options, jobsPath(tenant), pageShape(jobShape), { ...request }),
    /** A job's operations, the newest first. */
    listOperations: (job: PastJobRef, request: PageRequest = {}): Promise<Page<OperationRecord>> =>
      get(options, `${jobPath(job)}/operations`, pageShape(operationShape), { uid: job.uid, ...request }),
    getOperation: (job: PastJobRef, number: number): Promise<OperationRecord> =>
      get(options, `${jobPath(job)}/operations/${number}`, operationShape, { uid: job.uid }),
    /** What happened to a job, the newest first. */
    listEvents: (job: PastJobRef, request: PageRequest = {}): Promise<Page<JobEvent>> =>
      get(options, `${jobPath(job)}/events`, pageShape(eventShape), { uid: job.uid, ...request }),
    /** A job's accepted specs, the newest first. */
    listRevisions: (job: PastJobRef, request: PageRequest = {}): Promise<Page<Revision>> =>
      get(options, `${jobPath(job)}/revisions`, pageShape(revisionShape), { uid: job.uid, ...request }),
    /** The log's bytes as they come; a followed log ends when the API ends it, or by `options.signal`. */
    streamLogs(job: JobRef, request: LogRequest = {}): AsyncGenerator<Uint8Array> {
      const call: Call = {
        method: 'GET',
        path: `${jobPath(job)}/logs`,
        query: { component: request.component, pod: request.pod, follow: request.follow, tail: request.tail },
        headers: { accept: 'text/plain' },
        signal: options.signal,
      };
      return sendForBytes(options, call, (headers) => request.onPods?.(headers.get('drey-pods')?.split(',') ?? []));
    },
  };
}

function jobChanges(options: ClientOptions, stamp: Stamp) {
  return {
    ...jobVerbs(async (call) => (await change(options, call, stamp)).value),
    /** Makes the job what `spec` says. The spec is judged by the API, so anything may be sent. */
    async applyJob(job: JobRef, spec: unknown): Promise<AcceptedChange> {
      const answer = await change(options, { method: 'PUT', path: jobPath(job), body: spec }, stamp);
      return { ...answer.value, created: answer.status === 201 };
    },
  };
}

/** What the same calls would do to the job as it is recorded. They refuse what those would refuse, and change nothing. */
function dryRuns(options: ClientOptions, stamp: Stamp) {
  const tried = async (call: Call): Promise<Outlook> => {
    const asked = { ...call, headers: headersOf(stamp), query: { ...call.query, dryRun: true } };
    return (await withRetries(retryOf(options), (signal) => send(options, { ...asked, signal }, dryRunShape))).value;
  };
  return {
    ...jobVerbs(tried),
    /** The spec is judged by the API, so anything may be sent. */
    applyJob: (job: JobRef, spec: unknown) => tried({ method: 'PUT', path: jobPath(job), body: spec }),
  };
}

function savepointReads(options: ClientOptions) {
  return {
    /** A job's savepoints, the newest first. */
    listSavepoints: (job: PastJobRef, request: PageRequest = {}): Promise<Page<Savepoint>> =>
      get(options, `${jobPath(job)}/savepoints`, pageShape(savepointShape), { uid: job.uid, ...request }),
    getSavepoint: (job: PastJobRef, number: number): Promise<Savepoint> =>
      get(options, `${jobPath(job)}/savepoints/${number}`, savepointShape, { uid: job.uid }),
  };
}

function metricReads(options: ClientOptions) {
  return {
    /** What was measured of a job in a range, from the resolution that fits it. */
    getMetrics: (job: PastJobRef, request: MetricsRequest = {}): Promise<Metrics> =>
      get(options, `${jobPath(job)}/metrics`, metricsShape, { uid: job.uid, ...request }),
    /** What is measured of a job, by vertex and metric. */
    listSeries: (job: PastJobRef, request: PageRequest = {}): Promise<Page<Series>> =>
      get(options, `${jobPath(job)}/metrics/series`, pageShape(seriesShape), { uid: job.uid, ...request }),
  };
}

function sharedReads(options: ClientOptions) {
  return {
    /** All tenants; for tokens of all tenants only. */
    listTenants: async (): Promise<readonly Tenant[]> =>
      (await get(options, '/v1/tenants', pageShape(tenantShape))).items,
    /** All clusters. */
    listClusters: async (): Promise<readonly Cluster[]> =>
      (await get(options, '/v1/clusters', pageShape(clusterShape))).items,
    getCluster: (name: string): Promise<Cluster> => get(options, `/v1/clusters/${segment(name)}`, clusterShape),
  };
}

async function get<Value>(
  options: ClientOptions,
  path: string,
  shape: z.ZodType<Value>,
  query?: Call['query'],
): Promise<Value> {
  const deadline = AbortSignal.timeout(options.requestTimeoutMs);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
  return (await send(options, { method: 'GET', path, query, signal }, shape)).value;
}

function change(options: ClientOptions, call: Call, stamp: Stamp): Promise<Answer<Change>> {
  return sendOnce(options, call, changeShape, stamp);
}

async function post<Value>(
  options: ClientOptions,
  path: string,
  shape: z.ZodType<Value>,
  wish?: Pick<Call, 'query' | 'body'>,
  stamp: Stamp = {},
): Promise<Value> {
  return (await sendOnce(options, { method: 'POST', path, body: {}, ...wish }, shape, stamp)).value;
}

/** One key for all attempts: however often it is sent, the API makes at most one operation of it. */
function sendOnce<Value>(
  options: ClientOptions,
  call: Call,
  shape: z.ZodType<Value>,
  { key = crypto.randomUUID(), ifRevision }: Stamp,
): Promise<Answer<Value>> {
  const headers = headersOf({ key, ifRevision });
  return withRetries(retryOf(options), (signal) => send(options, { ...call, headers, signal }, shape));
}

function headersOf({ key, ifRevision }: Stamp): Record<string, string> {
  return {
    ...(key !== undefined && { 'idempotency-key': key }),
    ...(ifRevision !== undefined && { 'if-match': `"${ifRevision}"` }),
  };
}

function retryOf({ requestTimeoutMs, signal, onRetry }: ClientOptions): RetryOptions {
  return { timeoutMs: requestTimeoutMs, signal, onRetry };
}
