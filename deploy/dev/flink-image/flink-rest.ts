/** The few calls of Flink's REST API that training and measuring make. */
import { readFileSync } from 'node:fs';
import { waitUntil } from '../process.ts';
import { exampleClass, type RunningCluster } from './cluster.ts';

interface JobSummary {
  readonly jid: string;
  readonly state: string;
  readonly tasks: { readonly total: number; readonly running: number };
}

/** Sends one request and gives the answer's JSON. */
export async function call<T>(cluster: RunningCluster, path: string, method = 'GET', body?: unknown): Promise<T> {
  const json =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const init = body instanceof FormData ? { body } : json;
  const response = await fetch(cluster.restUrl + path, { method, ...init, signal: AbortSignal.timeout(30_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
  return JSON.parse(text) as T;
}

/** Waits until `look` gives a value, or the cluster has failed. */
export function reach<T>(
  cluster: RunningCluster,
  what: string,
  look: () => Promise<T | undefined | false>,
): Promise<T> {
  return waitUntil(look, { what, timeoutMs: 120_000, stepMs: 25, giveUp: () => cluster.failure() });
}

/** Waits for REST to answer. */
export async function restUp(cluster: RunningCluster): Promise<void> {
  await reach(cluster, 'REST', () => call<object>(cluster, '/config'));
}

/** Waits for the TaskManager's slots. */
export async function slotsUp(cluster: RunningCluster): Promise<void> {
  const registered = () => call<{ 'slots-total': number }>(cluster, '/overview');
  await reach(cluster, 'two slots', async () => (await registered())['slots-total'] >= 2);
}

/** Hands the example's jar to a session and gives its id there. */
export async function uploadExample(cluster: RunningCluster, root: string): Promise<string> {
  const form = new FormData();
  const jar = readFileSync(`${root}/opt/flink/examples/state-machine.jar`);
  form.append('jarfile', new Blob([jar], { type: 'application/x-java-archive' }), 'example.jar');
  const answer = await call<{ filename: string }>(cluster, '/jars/upload', 'POST', form);
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
  return (await call<{ jobid: string }>(cluster, `/jars/${jar}/run`, 'POST', body)).jobid;
}

/** Waits until all tasks of a job run; without an id, of the only job there is. */
export function allRunning(cluster: RunningCluster, id?: string): Promise<string> {
  return reach(cluster, 'all tasks RUNNING', async () => {
    const { jobs } = await call<{ jobs: JobSummary[] }>(cluster, '/jobs/overview');
    const job = jobs.find((candidate) => (id === undefined ? true : candidate.jid === id));
    return job && job.tasks.total > 0 && job.tasks.running === job.tasks.total ? job.jid : undefined;
  });
}

/** Waits for a job's first completed checkpoints. */
export async function checkpointed(cluster: RunningCluster, id: string, count = 1): Promise<void> {
  const read = () => call<{ counts: { completed: number } }>(cluster, `/jobs/${id}/checkpoints`);
  await reach(cluster, `${count} completed checkpoints`, async () => (await read()).counts.completed >= count);
}

/** Stops a job with a savepoint and gives its path. */
export async function stopWithSavepoint(cluster: RunningCluster, id: string): Promise<string> {
  const body = { drain: false, formatType: 'NATIVE' };
  const trigger = await call<{ 'request-id': string }>(cluster, `/jobs/${id}/stop`, 'POST', body);
  interface Status {
    readonly operation?: { readonly location?: string; readonly 'failure-cause'?: unknown };
  }
  const read = () => call<Status>(cluster, `/jobs/${id}/savepoints/${trigger['request-id']}`);
  return reach(cluster, 'the savepoint', async () => {
    const { operation } = await read();
    if (operation?.['failure-cause'] !== undefined) throw new Error(JSON.stringify(operation).slice(0, 500));
    return operation?.location;
  });
}
