/** The way to Flink from where only the API server is reachable: through its service proxy. */
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

/** Requests through the API server, from where only that is reachable. Needs the right to `services/proxy`. */
export function proxyTransport(
  kubernetes: KubernetesClient,
  { namespace, service, port = 8081 }: FlinkService,
): FlinkTransport {
  const base = `/api/v1/namespaces/${namespace}/services/${service}:${port}/proxy`;
  const address = `${namespace}/${service}:${port}`;
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
