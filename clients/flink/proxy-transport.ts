/** The way to Flink from where only the API server is reachable: through its proxy. */
import type { KubernetesClient } from '../kubernetes/client.ts';
import { refusal, statusOf } from '../kubernetes/connection.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import { FlinkUnreachable } from './errors.ts';
import { answered, sentBody, type FlinkTransport } from './transport.ts';

export interface FlinkService {
  readonly namespace: string;
  readonly service: string;
  /** 8081 unless said otherwise. */
  readonly port?: number | undefined;
}

/** One JobManager of several. */
export interface FlinkPod {
  readonly namespace: string;
  readonly pod: string;
}

/** Requests through the API server, from where only that is reachable. Needs the right to `services/proxy`, and `pods/proxy` for a pod. */
export function proxyTransport(kubernetes: KubernetesClient, target: FlinkService | FlinkPod): FlinkTransport {
  const { namespace } = target;
  const [kind, name, port = 8081] = 'pod' in target ? ['pods', target.pod] : ['services', target.service, target.port];
  const base = `/api/v1/namespaces/${namespace}/${kind}/${name}:${port}/proxy`;
  const address = `${namespace}/${name}:${port}`;
  return {
    address,
    async send({ method, path, signal, timeoutMs, ...content }) {
      const answer = await kubernetes
        .raw({ method, path: base + path, signal, timeoutMs, ...sentBody(content) })
        .catch((error: unknown) => {
          const silent = error instanceof KubernetesError && error.status === 0;
          throw silent ? new FlinkUnreachable(`Flink does not answer: ${error.message}`, { cause: error }) : error;
        });
      if (statusOf(answer.body) === undefined) return answered(address, answer);
      throw proxyFailure(address, refusal(answer.status, answer.body));
    },
  };
}

/** What the API server itself said in Flink's place: only a missing right is not Flink's silence. */
function proxyFailure(address: string, error: KubernetesError): Error {
  if (error.status === 401 || error.status === 403) return error;
  return new FlinkUnreachable(`Flink at ${address} does not answer: ${error.message}`, { cause: error });
}
