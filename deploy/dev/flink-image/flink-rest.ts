/** The few calls of Flink's REST API that training and measuring make. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { waitUntil } from '../process.ts';
import { exampleClass, type RunningCluster } from './cluster.ts';

const tasks = z.object({ total: z.number(), running: z.number() });
const overview = z.object({ jobs: z.array(z.object({ jid: z.string(), tasks })) });
const slots = z.object({ 'slots-total': z.number() });
const completed = z.object({ counts: z.object({ completed: z.number() }) });
const savepointStatus = z.object({
  operation: z.object({ location: z.string().optional(), 'failure-cause': z.unknown().optional() }).nullish(),
});

interface Request<T> {
  readonly path: string;
  readonly shape: z.ZodType<T>;
  readonly method?: 'GET' | 'POST' | 'PATCH';
  readonly body?: unknown;
}

/** Sends one request and gives the answer's JSON. @throws when Flink refuses, or answers in another shape. */
export async function call<T>(cluster: RunningCluster, { path, shape, method = 'GET', body }: Request<T>): Promise<T> {
  const json =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const init = body instanceof FormData ? { body } : json;
  const response = await fetch(cluster.restUrl + path, { method, ...init, signal: AbortSignal.timeout(30_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
  return shape.parse(JSON.parse(text));
}

/** Waits until `look` gives a value, or the cluster has failed. */
function reach<T>(cluster: RunningCluster, what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  return waitUntil(look, { what, timeoutMs: 300_000, stepMs: 25, giveUp: () => cluster.failure() });
}

/** Waits for REST to answer. */
export async function restUp(cluster: RunningCluster): Promise<void> {
  await reach(cluster, 'REST', () => call(cluster, { path: '/config', shape: z.object({}) }));
}

/** Waits for the TaskManager's slots. */
export async function slotsUp(cluster: RunningCluster): Promise<void> {
  const registered = () => call(cluster, { path: '/overview', shape: slots });
  await reach(cluster, 'two slots', async () => (await registered())['slots-total'] >= 2);
}

/** Hands the example's jar to a session and gives its id there. */
export async function uploadExample(cluster: RunningCluster, root: string): Promise<string> {
  const form = new FormData();
  const jar = readFileSync(`${root}/opt/flink/examples/streaming/StateMachineExample.jar`);
  form.append('jarfile', new Blob([jar], { type: 'application/x-java-archive' }), 'example.jar');
  const shape = z.object({ filename: z.string() });
  const answer = await call(cluster, { path: '/jars/upload', shape, method: 'POST', body: form });
  return answer.filename.split('/').at(-1) ?? '';
}

/** Submits the example and gives the job's id. */
export async function runExample(
  cluster: RunningCluster,
  jar: string,
  options: { readonly savepointPath?: string; readonly args?: readonly string[] } = {},
): Promise<string> {
  const programArgsList = ['--rps', '1000', ...(options.args ?? [])];
  const savepoint = options.savepointPath === undefined ? {} : { savepointPath: options.savepointPath };
  const body = { entryClass: exampleClass, programArgsList, ...savepoint };
  const shape = z.object({ jobid: z.string() });
  return (await call(cluster, { path: `/jars/${jar}/run`, shape, method: 'POST', body })).jobid;
}

/** Waits until all tasks of a job run; without an id, of the only job there is. */
export function allRunning(cluster: RunningCluster, id?: string): Promise<string> {
  return reach(cluster, 'all tasks RUNNING', async () => {
    const { jobs } = await call(cluster, { path: '/jobs/overview', shape: overview });
    const job = jobs.find((candidate) => (id === undefined ? true : candidate.jid === id));
    return job && job.tasks.total > 0 && job.tasks.running === job.tasks.total ? job.jid : undefined;
  });
}

/** Waits for a job's first completed checkpoints. */
export async function checkpointed(cluster: RunningCluster, id: string, count = 1): Promise<void> {
  const read = () => call(cluster, { path: `/jobs/${id}/checkpoints`, shape: completed });
  await reach(cluster, `${count} completed checkpoints`, async () => (await read()).counts.completed >= count);
}

/** Reads a page of whatever shape. */
export async function readPage(cluster: RunningCluster, path: string): Promise<void> {
  await call(cluster, { path, shape: z.unknown() });
}

/** Asks for a job's cancellation. */
export async function cancel(cluster: RunningCluster, id: string): Promise<void> {
  await call(cluster, { path: `/jobs/${id}?mode=cancel`, shape: z.unknown(), method: 'PATCH' });
}

/** Stops a job with a savepoint and gives its path. */
export async function stopWithSavepoint(cluster: RunningCluster, id: string): Promise<string> {
  const body = { drain: false, formatType: 'NATIVE' };
  const shape = z.object({ 'request-id': z.string() });
  const trigger = await call(cluster, { path: `/jobs/${id}/stop`, shape, method: 'POST', body });
  const path = `/jobs/${id}/savepoints/${trigger['request-id']}`;
  const read = () => call(cluster, { path, shape: savepointStatus });
  return reach(cluster, 'the savepoint', async () => {
    const { operation } = await read();
    if (operation?.['failure-cause'] !== undefined) throw new Error(JSON.stringify(operation).slice(0, 500));
    return operation?.location;
  });
}
