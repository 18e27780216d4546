/** Sends a pod's log to the API over a connection that the agent opens: no log line passes through Temporal. */
import { Readable } from 'node:stream';
import { ApplicationFailure } from '@temporalio/common';
import { labels } from '../../core/names.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import type { TailLogsInput } from '../../workflows/tail-logs.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { mainContainerName } from '../../core/manifests/main-container.ts';
import type { ClusterDependencies } from './dependencies.ts';

const componentLabels = { jobmanager: 'jobmanager', taskmanager: 'taskmanager' } as const;

/** Streams until the log ends, or the reader goes. */
export async function sendLogs({ kubernetes }: ClusterDependencies, input: TailLogsInput): Promise<void> {
  const component = componentLabels[input.component];
  const labelSelector = `${labels.tenant}=${input.tenant},${labels.job}=${input.job},${labels.component}=${component}`;
  const pods = await kubernetes.list('Pod', input.namespace, { labelSelector });
  const pod = newest(pods);
  if (!pod) throw ApplicationFailure.nonRetryable(`There is no ${component} pod of ${input.job} now.`, 'NO_POD');
  await withHeartbeat(async (signal) => {
    const options = { tailLines: input.tailLines, signal };
    const log = input.follow
      ? await kubernetes.followLog(input.namespace, pod.metadata.name, mainContainerName, options)
      : Readable.from([await kubernetes.podLog(input.namespace, pod.metadata.name, mainContainerName, options)]);
    await post(`${input.sink.url}/v1/agent/streams/${input.sink.ticket}`, log, signal);
  });
}

function newest(pods: readonly ObjectOf<'Pod'>[]): ObjectOf<'Pod'> | undefined {
  return pods.toSorted((a, b) => created(a).localeCompare(created(b))).at(-1);
}

function created(pod: ObjectOf<'Pod'>): string {
  return pod.metadata.creationTimestamp ?? '';
}

async function post(url: string, log: Readable, signal: AbortSignal): Promise<void> {
  try {
    // `duplex` is what the fetch standard asks for when the body is a stream; the type definitions lag behind.
    const request = { method: 'POST', body: Readable.toWeb(log), duplex: 'half', signal } as RequestInit;
    const answer = await fetch(url, request);
    if (!answer.ok) throw new Error(`the API answered ${answer.status}`);
  } finally {
    log.destroy();
  }
}
