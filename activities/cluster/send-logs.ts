/** Sends the log of a job's pods to the API over a connection that the agent opens: no log line passes through Temporal. */
import { Readable } from 'node:stream';
import { ApplicationFailure } from '@temporalio/common';
import { isNotFound } from '../../clients/kubernetes/errors.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import type { TailLogsInput } from '../../workflows/tail-logs.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { mainContainerName } from '../../core/manifests/main-container.ts';
import type { ClusterDependencies } from './dependencies.ts';
import { byName, inOrderOfInterest, logPodSelector, noLogPod } from './log-pods.ts';

/** So many pods are named to who follows one of them: headers have a limit. */
const namedPodsMax = 50;

/** Streams until the log ends, or the reader goes. Of several pods one is followed; read are they all. */
export async function sendLogs(dependencies: ClusterDependencies, input: TailLogsInput): Promise<void> {
  const { kubernetes } = dependencies;
  const labelSelector = logPodSelector(input);
  const present = await kubernetes.list('Pod', input.namespace, { labelSelector });
  const [first, ...others] = inOrderOfInterest(present, input);
  if (!first) throw ApplicationFailure.nonRetryable(noLogPod(input, present), 'NO_POD');
  await withHeartbeat(async (signal) => {
    const log =
      input.follow || others.length === 0
        ? await openLog(dependencies, input, first, signal)
        : Readable.from(logsUnderNames(dependencies, input, [first, ...others].toSorted(byName), signal));
    await post(input, log, [first, ...others.toSorted(byName)], signal);
  });
}

async function openLog(
  { kubernetes }: ClusterDependencies,
  { namespace, follow, tailLines }: TailLogsInput,
  { metadata: { name } }: ObjectOf<'Pod'>,
  signal: AbortSignal,
): Promise<Readable> {
  const options = { tailLines, signal };
  if (follow) return kubernetes.followLog(namespace, name, mainContainerName, options);
  return Readable.from([await kubernetes.podLog(namespace, name, mainContainerName, options)]);
}

/** As `tail` shows several files. */
async function* logsUnderNames(
  { kubernetes }: ClusterDependencies,
  { namespace, tailLines }: TailLogsInput,
  pods: readonly ObjectOf<'Pod'>[],
  signal: AbortSignal,
): AsyncGenerator<string> {
  let space = '';
  for (const { metadata } of pods) {
    yield `${space}==> ${metadata.name} <==\n`;
    space = '\n';
    const options = { tailLines, signal };
    yield await kubernetes.podLog(namespace, metadata.name, mainContainerName, options).catch((error: unknown) => {
      if (isNotFound(error)) return 'It has gone meanwhile.\n';
      throw error;
    });
  }
}

async function post(
  { sink }: TailLogsInput,
  log: Readable,
  pods: readonly ObjectOf<'Pod'>[],
  signal: AbortSignal,
): Promise<void> {
  const names = pods.slice(0, namedPodsMax).map(({ metadata }) => metadata.name);
  try {
    // `duplex` is what the fetch standard asks for when the body is a stream; the type definitions lag behind.
    const request = {
      method: 'POST',
      headers: { 'drey-pods': names.join(',') },
      body: Readable.toWeb(log),
      duplex: 'half',
      signal,
    } as RequestInit;
    const answer = await fetch(`${sink.url}/v1/agent/streams/${sink.ticket}`, request);
    if (!answer.ok) throw new Error(`the API answered ${answer.status}`);
  } finally {
    log.destroy();
  }
}
