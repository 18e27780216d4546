/** Makes a KubernetesClient out of a kubeconfig. */
import type { KubernetesClient } from './client.ts';
import { openConnection, type ConnectOptions } from './connection.ts';
import { followLog, podLog } from './logs.ts';
import { objectCalls } from './objects.ts';
import { follow, watchUntil } from './watch.ts';

/**
 * Connects to the API server of a kubeconfig; without one, of the cluster this process runs in, else kubectl's default.
 * Nothing is sent before the first call.
 * @throws KubernetesError where the kubeconfig has no such context or no cluster.
 */
export function connectKubernetes(options: ConnectOptions = {}): KubernetesClient {
  const connection = openConnection(options);
  return {
    server: connection.server,
    ...objectCalls(connection),
    watchUntil: (kind, namespace, selection, decide, watch) =>
      watchUntil(connection, { kind, namespace, selection }, decide, watch),
    follow: (kind, namespace, selection, follower, following) =>
      follow(connection, { kind, namespace, selection }, follower, following),
    podLog: (namespace, pod, container, log = {}) => podLog(connection, namespace, pod, container, log),
    followLog: (namespace, pod, container, log = {}) => followLog(connection, namespace, pod, container, log),
    raw: (request) => connection.send(request),
    close: () => connection.close(),
  };
}
