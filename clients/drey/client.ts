/**
 * The typed client of Drey's API: one method per route. Changes are repeated with one idempotency key until answered.
 * Nothing here needs Node: pages in a browser use it too.
 */
import type { JobView } from '../../core/job.ts';
import type { OperationRecord } from '../../core/operation.ts';
import type { z } from 'zod';
import { DreyApiError } from './errors.ts';
import { withRetries, type RetryOptions } from './retry.ts';
import { send, sendForBytes, type Answer, type Call, type Connection } from './send.ts';
import {
  changeShape,
  clusterShape,
  dryRunShape,
  eventShape,
  jobShape,
  operationShape,
  pageShape,
  revisionShape,
  savepointShape,
  tenantShape,
} from './shapes.ts';
import type { Change, Cluster, DryRun, JobEvent, Page, Revision, Savepoint, Tenant } from './shapes.ts';

export interface ClientOptions extends Connection {
  /** The longest time for one call, its repetitions included. */
  readonly requestTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: RetryOptions['onRetry'];
}

/** A job's address: jobs of two tenants may have the same name. */
export interface JobRef {
  readonly tenant: string;
  readonly name: string;
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

/** Which state the job goes on from, for this once; without it, as its spec says. */
interface ModeWish {
  readonly mode?: string | undefined;
}

interface RestoreWish {
  readonly savepoint: number;
  /** The job that it was taken of, where that is another one. */
  readonly of?: string | undefined;
  /** An earlier revision to run. */
  readonly to?: number | undefined;
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

/** An accepted change, and whether the job is new by it. */
interface AcceptedChange extends Change {
  readonly created: boolean;
}

export type DreyClient = ReturnType<typeof createDreyClient>;

/** Makes a client of the API at `options.server`. Nothing is sent yet. */
export function createDreyClient(options: ClientOptions) {
  return { ...jobReads(options), ...jobChanges(options), ...savepointCalls(options), ...sharedReads(options) };
}

function jobReads(options: ClientOptions) {
  return {
    /** One job; its revision is the ETag. */
    getJob: (job: JobRef): Promise<JobView> => get(options, jobPath(job), jobShape),
    /** One page of a tenant's jobs. */
    listJobs: (tenant: string, request: JobFilter & PageRequest = {}): Promise<Page<JobView>> =>
      get(options, jobsPath(tenant), pageShape(jobShape), { ...request }),
    /** A job's operations, the newest first. */
    listOperations: (job: JobRef, request: PageRequest = {}): Promise<Page<OperationRecord>> =>
      get(options, `${jobPath(job)}/operations`, pageShape(operationShape), { ...request }),
    getOperation: (job: JobRef, number: number): Promise<OperationRecord> =>
      get(options, `${jobPath(job)}/operations/${number}`, operationShape),
    /** What happened to a job, the newest first. */
    listEvents: (job: JobRef, request: PageRequest = {}): Promise<Page<JobEvent>> =>
      get(options, `${jobPath(job)}/events`, pageShape(eventShape), { ...request }),
    /** A job's accepted specs, the newest first. */
    listRevisions: (job: JobRef, request: PageRequest = {}): Promise<Page<Revision>> =>
      get(options, `${jobPath(job)}/revisions`, pageShape(revisionShape), { ...request }),
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

function jobChanges(options: ClientOptions) {
  return {
    /** Makes the job what `spec` says. The spec is judged by the API, so anything may be sent. */
    async applyJob(job: JobRef, spec: unknown): Promise<AcceptedChange> {
      const answer = await change(options, { method: 'PUT', path: jobPath(job), body: spec });
      return { ...answer.value, created: answer.status === 201 };
    },
    /** What `applyJob` would do to the job as it is recorded. Refuses what that would refuse, and changes nothing. */
    async dryRunJob(job: JobRef, spec: unknown): Promise<DryRun> {
      const call: Call = { method: 'PUT', path: jobPath(job), query: { dryRun: true }, body: spec };
      return (await withRetries(retryOf(options), (signal) => send(options, { ...call, signal }, dryRunShape))).value;
    },
    /** Stops the job with its state kept, and clears its Flink cluster away. */
    suspendJob: (job: JobRef, body: ModeWish = {}): Promise<Change> => verb(options, job, 'suspend', body),
    /** Ends the job without a savepoint; it can go on from its newest checkpoint. */
    cancelJob: (job: JobRef, body: ModeWish = {}): Promise<Change> => verb(options, job, 'cancel', body),
    /** Starts a suspended job from where it was stopped. */
    resumeJob: (job: JobRef): Promise<Change> => verb(options, job, 'resume', {}),
    /** Restarts the job from its state. */
    restartJob: (job: JobRef, body: ModeWish = {}): Promise<Change> => verb(options, job, 'restart', body),
    scaleJob: (job: JobRef, parallelism: number): Promise<Change> => verb(options, job, 'scale', { parallelism }),
    /** Goes back to an earlier revision, with the state that the job has now. */
    rollbackJob: (job: JobRef, body: ModeWish & { readonly to?: number | undefined } = {}): Promise<Change> =>
      verb(options, job, 'rollback', body),
    /** Starts the job from a savepoint, of its own or of another job. */
    restoreJob: (job: JobRef, body: RestoreWish): Promise<Change> => verb(options, job, 'restore', body),
    /** Makes the candidate of a blue/green upgrade the job. */
    promoteCandidate: (job: JobRef): Promise<Change> => verb(options, job, 'promote', {}),
    /** Ends the candidate of a blue/green upgrade. */
    discardCandidate: (job: JobRef): Promise<Change> => verb(options, job, 'discard', {}),
    /** Asks an operation that waits or runs to give up. */
    abortOperation: (job: JobRef, number: number): Promise<Change> =>
      verb(options, job, `operations/${number}/abort`, {}),
    /** Asks for the job's removal. */
    async removeJob(job: JobRef, query: { readonly deletion?: string | undefined } = {}): Promise<Change> {
      return (await change(options, { method: 'DELETE', path: jobPath(job), query })).value;
    },
  };
}

function savepointCalls(options: ClientOptions) {
  return {
    /** A job's savepoints, the newest first. */
    listSavepoints: (job: JobRef, request: PageRequest = {}): Promise<Page<Savepoint>> =>
      get(options, `${jobPath(job)}/savepoints`, pageShape(savepointShape), { ...request }),
    getSavepoint: (job: JobRef, number: number): Promise<Savepoint> =>
      get(options, `${jobPath(job)}/savepoints/${number}`, savepointShape),
    /** Asks for a savepoint of the running job; its number will be that of the operation. */
    createSavepoint: async (job: JobRef, wish: { readonly format?: string | undefined } = {}): Promise<Change> =>
      (await change(options, { method: 'POST', path: `${jobPath(job)}/savepoints`, body: wish })).value,
    /** Asks for the deletion of a savepoint's files; `force`: even if the job may need it. */
    async disposeSavepoint(job: JobRef, number: number, wish: { readonly force?: boolean | undefined } = {}) {
      const path = `${jobPath(job)}/savepoints/${number}`;
      return (await change(options, { method: 'DELETE', path, query: { force: wish.force } })).value;
    },
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

function jobPath(job: JobRef): string {
  return `${jobsPath(job.tenant)}/${segment(job.name)}`;
}

function jobsPath(tenant: string): string {
  return `/v1/tenants/${segment(tenant)}/jobs`;
}

/** One segment of a path. Dots alone would be resolved away, and the call would go to another route. */
function segment(name: string): string {
  if (!/^\.{0,2}$/.test(name)) return encodeURIComponent(name);
  const problem = { type: 'about:blank', title: 'Bad name', status: 400, code: 'BAD_NAME' };
  throw new DreyApiError({ ...problem, detail: `"${name}" cannot be a name` });
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

async function verb(options: ClientOptions, job: JobRef, word: string, body: object): Promise<Change> {
  return (await change(options, { method: 'POST', path: `${jobPath(job)}/${word}`, body })).value;
}

/** One key for all attempts: however often it is sent, the API makes at most one operation of it. */
function change(options: ClientOptions, call: Call): Promise<Answer<Change>> {
  const headers = { 'idempotency-key': crypto.randomUUID() };
  return withRetries(retryOf(options), (signal) => send(options, { ...call, headers, signal }, changeShape));
}

function retryOf({ requestTimeoutMs, signal, onRetry }: ClientOptions): RetryOptions {
  return { timeoutMs: requestTimeoutMs, signal, onRetry };
}
