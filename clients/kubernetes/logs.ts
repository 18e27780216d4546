/** Container logs, whole or as they grow. */
import type { Readable } from 'node:stream';
import type { LogOptions } from './client.ts';
import { refusal, type Connection } from './connection.ts';
import { resourcePath } from './kinds.ts';

/** See `KubernetesClient.podLog`. */
export async function podLog(
  connection: Connection,
  namespace: string,
  pod: string,
  container: string,
  options: LogOptions,
): Promise<string> {
  const path = logPath(namespace, pod, container, options, false);
  const answer = await connection.send({ method: 'GET', path, signal: options.signal, timeoutMs: options.timeoutMs });
  if (answer.status === 200) return answer.body;
  // 400 is what a container answers that has not started, or has no earlier run: there is no log yet.
  if (answer.status === 400) return '';
  throw refusal(answer.status, answer.body);
}

/** See `KubernetesClient.followLog`. */
export async function followLog(
  connection: Connection,
  namespace: string,
  pod: string,
  container: string,
  options: LogOptions,
): Promise<Readable> {
  const path = logPath(namespace, pod, container, options, true);
  return connection.stream({ method: 'GET', path, signal: options.signal, timeoutMs: options.timeoutMs });
}

function logPath(namespace: string, pod: string, container: string, options: LogOptions, follow: boolean): string {
  const query = new URLSearchParams({ container });
  const { tailLines, previous, limitBytes, sinceTime, timestamps } = options;
  for (const [name, value] of Object.entries({
    tailLines,
    previous,
    limitBytes,
    sinceTime,
    timestamps,
    follow: follow || undefined,
  })) {
    if (value !== undefined && value !== false) query.set(name, String(value));
  }
  return `${resourcePath('Pod', namespace, pod)}/log?${query.toString()}`;
}
