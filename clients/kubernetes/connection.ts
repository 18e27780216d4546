/** The way to an API server: who we are and whom we trust come from KubeConfig, the wire is our own. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { KubeConfig } from '@kubernetes/client-node';
import { exchange, openStream, textOf, NoAnswer, type HttpRequest } from '../http.ts';
import type { RawAnswer, RawRequest } from './client.ts';
import { KubernetesError } from './errors.ts';
import { parseAs } from './parse.ts';

const timeoutMsDefault = 10_000;

/** How long credentials are used before KubeConfig is asked again: it reads files and may run a plugin each time. */
const credentialsKeptMs = 10_000;

export interface ConnectOptions {
  /** Path of a kubeconfig; without one: inside a cluster the pod's own account, elsewhere what kubectl would use. */
  readonly kubeconfig?: string | undefined;
  /** The context in it, unless its current one. */
  readonly context?: string | undefined;
}

export interface Connection {
  readonly server: string;
  /** @throws KubernetesError (status 0) where no answer comes. */
  send(request: RawRequest): Promise<RawAnswer>;
  /** Like `send`, but the answer's body comes as a stream. A refusal raises KubernetesError. */
  stream(request: RawRequest): Promise<IncomingMessage>;
  close(): void;
}

interface Credentials {
  readonly headers: Record<string, string>;
  readonly auth?: string;
  readonly agent: HttpAgent;
  readonly until: number;
}

/** Reads the kubeconfig and prepares the connection; nothing is sent yet. */
export function openConnection(options: ConnectOptions): Connection {
  const config = loadConfig(options);
  const server = config.getCurrentCluster()?.server;
  if (!server) throw new KubernetesError(0, 'NoCluster', 'the kubeconfig names no cluster to connect to');
  const credentials = credentialsOf(config);

  async function prepare(request: RawRequest): Promise<HttpRequest> {
    const { headers, auth, agent } = await credentials.current();
    const contentType: Record<string, string> =
      request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' };
    return {
      url: new URL(`${server?.replace(/\/+$/, '')}${request.path}`),
      method: request.method,
      headers: { accept: 'application/json, */*', ...contentType, ...headers },
      body: request.body,
      agent,
      tls: auth === undefined ? undefined : { auth },
      timeoutMs: request.timeoutMs ?? timeoutMsDefault,
      signal: request.signal,
    };
  }

  async function attempt<Answer>(use: (request: HttpRequest) => Promise<Answer>, request: RawRequest): Promise<Answer> {
    try {
      return await use(await prepare(request));
    } catch (error) {
      throw error instanceof NoAnswer ? new KubernetesError(0, 'NoAnswer', error.message, { cause: error }) : error;
    }
  }

  return {
    server,
    async send(request) {
      const answer = await attempt(exchange, request);
      if (answer.status !== 401) return answer;
      credentials.forget();
      return attempt(exchange, request);
    },
    async stream(request) {
      const response = await attempt(openStream, request);
      if (response.statusCode === 200) return response;
      if (response.statusCode === 401) credentials.forget();
      throw refusal(response.statusCode ?? 0, await textOf(response));
    },
    close: () => credentials.close(),
  };
}

function loadConfig(options: ConnectOptions): KubeConfig {
  const config = new KubeConfig();
  if (options.kubeconfig !== undefined) config.loadFromFile(options.kubeconfig);
  else if (process.env['KUBERNETES_SERVICE_HOST']) config.loadFromCluster();
  else config.loadFromDefault();
  if (options.context !== undefined) {
    if (!config.getContextObject(options.context)) {
      const known = config.getContexts().map((context) => context.name);
      throw new KubernetesError(
        0,
        'NoContext',
        `no context "${options.context}" in the kubeconfig (it has: ${known.join(', ')})`,
      );
    }
    config.setCurrentContext(options.context);
  }
  return config;
}

/** Keeps the connections of one identity, and takes new ones only when the identity has changed. */
function credentialsOf(config: KubeConfig) {
  let kept: Credentials | undefined;
  let agent: { readonly key: string; readonly value: HttpAgent } | undefined;

  function agentFor(options: RequestOptions): HttpAgent {
    const key = JSON.stringify(
      [options.ca, options.cert, options.key, options.servername, options.rejectUnauthorized].map(String),
    );
    if (agent?.key === key) return agent.value;
    agent?.value.destroy();
    agent = { key, value: keptAlive(config, options) };
    return agent.value;
  }

  return {
    async current(): Promise<Credentials> {
      if (kept && kept.until > Date.now()) return kept;
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      const headers = Object.fromEntries(
        Object.entries(options.headers ?? {}).map(([name, value]) => [name, String(value)]),
      );
      const auth = options.auth ? { auth: options.auth } : {};
      kept = { headers, ...auth, agent: agentFor(options), until: Date.now() + credentialsKeptMs };
      return kept;
    },
    forget() {
      kept = undefined;
    },
    close() {
      agent?.value.destroy();
      agent = undefined;
      kept = undefined;
    },
  };
}

/** KubeConfig's own agent closes every connection after use; only where it goes through a proxy is it the one to take. */
function keptAlive(config: KubeConfig, options: RequestOptions): HttpAgent {
  const cluster = config.getCurrentCluster();
  if (cluster?.proxyUrl && options.agent instanceof HttpAgent) return options.agent;
  if (cluster?.server.startsWith('http:')) return new HttpAgent({ keepAlive: true });
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  const trust = {
    ca,
    cert,
    key,
    ...(servername && { servername }),
    ...(rejectUnauthorized === false && { rejectUnauthorized }),
  };
  return new HttpsAgent({ keepAlive: true, ...trust });
}

/** The error that a refusal stands for: Kubernetes explains itself by a Status object, proxies by plain text. */
export function refusal(status: number, body: string): KubernetesError {
  const explained = statusOf(body);
  const message = explained?.message ?? (body.trim().slice(0, 500) || `the API server answered ${status}`);
  const retryAfterSeconds = explained?.details?.retryAfterSeconds;
  return new KubernetesError(
    status,
    explained?.reason ?? 'Unknown',
    message,
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  );
}

interface Status {
  readonly kind: 'Status';
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: { readonly retryAfterSeconds?: number };
}

/** The Status object in an answer's body, if it is one. */
export function statusOf(body: string): Status | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const parsed = parseAs<Status | { kind?: undefined }>(body);
    return parsed.kind === 'Status' ? parsed : undefined;
  } catch {
    return undefined;
  }
}
