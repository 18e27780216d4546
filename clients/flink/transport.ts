/** How requests reach a Flink cluster: straight to its Service, or through the API server's service proxy. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { exchange, NoAnswer } from '../http.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { refusal, statusOf } from '../kubernetes/connection.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import { FlinkUnreachable } from './errors.ts';
import type { Form } from './multipart.ts';

export interface FlinkRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, such as `/jobs/overview`. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in the place of `body`. */
  readonly form?: Form | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

interface FlinkAnswer {
  readonly status: number;
  readonly body: string;
}

export interface FlinkTransport {
  readonly address: string;
  /** @throws FlinkUnreachable where nothing answers. */
  send(request: FlinkRequest): Promise<FlinkAnswer>;
}

export interface FlinkService {
  readonly namespace: string;
  readonly service: string;
  /** 8081 unless said otherwise. */
  readonly port?: number | undefined;
}

/** How long an idle connection is kept, in milliseconds: generations go, and their JobManagers with them. */
const idleMs = 30_000;

/** One pool for all Flink clusters of this process: a client is made per call, its connections outlive it. */
const agents = {
  'http:': new HttpAgent({ keepAlive: true, timeout: idleMs }),
  'https:': new HttpsAgent({ keepAlive: true, timeout: idleMs }),
};

/** Requests straight to Flink, from where its Service is reachable: `http://<service>.<namespace>:8081`. */
export function directTransport(baseUrl: string): FlinkTransport {
  const address = baseUrl.replace(/\/+$/, '');
  return {
    address,
    async send({ method, path, signal, timeoutMs, ...content }) {
      const url = new URL(address + path);
      const agent = url.protocol === 'https:' ? agents['https:'] : agents['http:'];
      const { body, contentType } = sentBody(content);
      const headers = body === undefined ? undefined : { 'content-type': contentType };
      const answer = await exchange({ url, method, agent, signal, timeoutMs, body, headers }).catch(
        (error: unknown) => {
          throw error instanceof NoAnswer
            ? new FlinkUnreachable(`Flink does not answer: ${error.message}`, { cause: error })
            : error;
        },
      );
      return answered(address, answer);
    },
  };
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

/** A gateway's word is no answer, nor is 503: so Flink says that it has no leader at the moment. */
function answered(address: string, { status, body }: FlinkAnswer): FlinkAnswer {
  if (status !== 502 && status !== 503 && status !== 504) return { status, body };
  throw new FlinkUnreachable(`Flink at ${address} does not answer: ${status} ${body.trim().slice(0, 300)}`);
}

function sentBody({ body, form }: Pick<FlinkRequest, 'body' | 'form'>) {
  const contentType = form?.contentType ?? 'application/json';
  return { body: form?.bytes ?? (body === undefined ? undefined : JSON.stringify(body)), contentType };
}
