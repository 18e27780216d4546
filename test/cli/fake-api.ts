/** A small HTTP server that answers as Drey's API does, from what a test puts into it, and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach } from '@jest/globals';

interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly body?: unknown;
  /** Ends the connection without an answer. */
  readonly hangUp?: boolean;
}

/** Answers by `METHOD /path`; a list gives one answer after the other, and its last one from then on. */
export type FakeRoutes = Record<string, FakeAnswer | readonly FakeAnswer[]>;

export interface FakeApi {
  readonly server: string;
  readonly asked: Asked[];
  routes: FakeRoutes;
  close(): Promise<void>;
}

export async function startFakeApi(routes: FakeRoutes = {}): Promise<FakeApi> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void answer(api, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const api: FakeApi = {
    server: `http://127.0.0.1:${port}`,
    asked,
    routes,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return api;
}

/** One for all tests of a suite: each begins with no routes, and nothing asked. */
export function useFakeApi(): FakeApi {
  let api: FakeApi;
  beforeAll(async () => {
    api = await startFakeApi();
  });
  afterAll(() => api.close());
  beforeEach(() => {
    api.asked.length = 0;
    api.routes = {};
  });
  return {
    get server() {
      return api.server;
    },
    get asked() {
      return api.asked;
    },
    get routes() {
      return api.routes;
    },
    set routes(routes) {
      api.routes = routes;
    },
    close: () => api.close(),
  };
}

async function answer(api: FakeApi, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '', headers } = request;
  const body = await text(request);
  api.asked.push({ method, url, headers, body: body === '' ? undefined : JSON.parse(body) });
  const found = nextAnswer(api, `${method} ${url.replace(/\?.*/, '')}`);
  if (found.hangUp === true) return void request.socket.destroy();
  const status = found.status ?? 200;
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  const content = typeof found.body === 'string' ? found.body : JSON.stringify(found.body);
  response.writeHead(status, { 'content-type': type }).end(content);
}

function nextAnswer(api: FakeApi, key: string): FakeAnswer {
  const route = api.routes[key] ?? problem('NO_SUCH_JOB', 404, 'There is no such job.');
  if (!isList(route)) return route;
  const [first = {}, ...rest] = route;
  if (rest.length > 0) api.routes = { ...api.routes, [key]: rest };
  return first;
}

function isList(route: FakeAnswer | readonly FakeAnswer[]): route is readonly FakeAnswer[] {
  return Array.isArray(route);
}

/** A problem as the API sends it. */
export function problem(code: string, status: number, detail: string, extras: object = {}): FakeAnswer {
  return {
    status,
    body: { type: `urn:drey:problem:${code}`, title: code, status, detail, code, requestId: 'r-1', ...extras },
  };
}

export function page(items: readonly unknown[], nextCursor?: string): FakeAnswer {
  return { body: { items, ...(nextCursor === undefined ? {} : { nextCursor }) } };
}
