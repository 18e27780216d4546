/** How requests reach a Flink cluster: straight to its REST interface, or (proxy-transport.ts) through an API server. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { exchange, NoAnswer } from '../http.ts';
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

/** How long an idle connection is kept, in milliseconds: generations go, and their JobManagers with them. */
const idleMs = 30_000;

/** One pool for all Flink clusters of this process: a client is made per call, its connections outlive it. */
const agents = {
  'http:': new HttpAgent({ keepAlive: true, timeout: idleMs }),
  'https:': new HttpsAgent({ keepAlive: true, timeout: idleMs }),
};

/** Requests straight to Flink, from where its Service is reachable: `http://<service>.<namespace>:8081`. */
export function directTransport(baseUrl: string): FlinkTransport {
  const base = baseUrl.replace(/\/+$/, '');
  // It stands in messages: what there may be to log in with is not for their readers.
  const address = base.replace(/\/\/[^/@]*@/, '//');
  return {
    address,
    async send({ method, path, signal, timeoutMs, ...content }) {
      const url = new URL(base + path);
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

/** The answer, unless it is a gateway's word, which is none, or 503: so Flink says that it has no leader at the moment. */
export function answered(address: string, { status, body }: FlinkAnswer): FlinkAnswer {
  if (status !== 502 && status !== 503 && status !== 504) return { status, body };
  throw new FlinkUnreachable(`Flink at ${address} does not answer: ${status} ${body.trim().slice(0, 300)}`);
}

/** What is sent of a request, and what it is. */
export function sentBody({ body, form }: Pick<FlinkRequest, 'body' | 'form'>) {
  const contentType = form?.contentType ?? 'application/json';
  return { body: form?.bytes ?? (body === undefined ? undefined : JSON.stringify(body)), contentType };
}
