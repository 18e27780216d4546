/** The HTTP server's application: makes an Express app from the table of routes. */
import { randomUUID } from 'node:crypto';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { z } from 'zod';
import { authenticate, authorise } from './auth.ts';
import { parseBody, readBytes } from './body.ts';
import { problemOf } from './error-problem.ts';
import type { Principal } from './principal.ts';
import { Problem } from './problem.ts';
import type { Call, Reply, Route } from './route.ts';
import { routes } from './routes.ts';
import type { Services } from './services.ts';
import { validate } from './validate.ts';

/** What later steps want to know of a request. */
interface Trace {
  readonly requestId: string;
  readonly startedAt: bigint;
  route?: Route;
  principal?: Principal;
}

const traces = new WeakMap<Request, Trace>();

/** Makes the app; nothing listens yet. */
export function createApp(services: Services): Express {
  const app = express();
  app.disable('x-powered-by');
  // A job's ETag is its revision; Express would answer 304 for a job whose phase has changed since.
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use((request, response, next) => begin(services, request, response, next));
  for (const route of routes)
    app[route.method](expressPath(route.path), (request, response) => run(services, route, request, response));
  for (const path of new Set(routes.map((route) => route.path))) app.all(expressPath(path), refuseMethod(path));
  app.use((request) => {
    throw new Problem('NO_SUCH_ROUTE', `There is nothing at ${request.path.slice(0, 200)}.`, {
      cure: 'See /openapi.json for all paths.',
    });
  });
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) =>
    answerProblem(services, error, request, response),
  );
  return app;
}

function begin(services: Services, request: Request, response: Response, next: NextFunction): void {
  const given = request.get('x-request-id') ?? '';
  const trace: Trace = {
    requestId: /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID(),
    startedAt: process.hrtime.bigint(),
  };
  traces.set(request, trace);
  response.set({
    'x-request-id': trace.requestId,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  });
  response.once('close', () => conclude(services, request, response));
  next();
}

function conclude({ metrics, log }: Services, request: Request, response: Response): void {
  const trace = traceOf(request);
  const seconds = Number(process.hrtime.bigint() - trace.startedAt) / 1e9;
  const route = trace.route?.path ?? 'none';
  const status = response.writableFinished ? response.statusCode : 499;
  metrics.httpDuration.observe({ method: request.method, route, status }, seconds);
  const { role = '' } = trace.route ?? {};
  // Machines ask every few seconds.
  const level = ['public', 'agent'].includes(role) ? 'debug' : 'info';
  const { requestId, principal } = trace;
  log[level](
    {
      requestId,
      method: request.method,
      path: request.path,
      status,
      ms: Math.round(seconds * 1000),
      by: principal?.name,
    },
    'answered',
  );
}

async function run(services: Services, route: Route, request: Request, response: Response): Promise<void> {
  const trace = traceOf(request);
  trace.route = route;
  const principal = await authenticate(services, route, request);
  trace.principal = principal;
  const { tenant, cluster } = request.params;
  authorise(route, principal, { tenant: oneOf(tenant), cluster: oneOf(cluster) });
  const params = validate(route.params, request.params, 'path', 'INVALID_PARAMETER');
  const query = validate(queryOf(route), request.query, 'query', 'INVALID_PARAMETER');
  const bytes = route.body ? await readBytes(request, response) : Buffer.alloc(0);
  const given = () => (route.bodyOptional && bytes.length === 0 ? {} : parseBody(request, bytes));
  const body = route.body && validate(route.body, given(), 'body', 'INVALID_BODY');
  const call: Call = { params, query, body, bytes, principal, request, response, requestId: trace.requestId };
  const reply = await route.handle(services, call);
  if (reply) send(response, reply);
}

const noQuery = z.strictObject({});

/** What a change does not know it must not pass over: it may have been asked only to say what it would do. */
function queryOf({ query, method }: Route): z.ZodType | undefined {
  return query ?? (method === 'get' ? undefined : noQuery);
}

function oneOf(parameter: string | string[] | undefined): string | undefined {
  return typeof parameter === 'string' ? parameter : undefined;
}

function send(response: Response, { status = 200, body, headers = {} }: Reply): void {
  response.status(status).set(headers);
  if (body === undefined) return void response.end();
  if (typeof body === 'string') return void response.end(body);
  // Not `response.json`, which answers 304 by the ETag.
  response.set('content-type', 'application/json; charset=utf-8').end(JSON.stringify(body));
}

function refuseMethod(path: string) {
  const allowed = routes.filter((route) => route.path === path).map((route) => route.method.toUpperCase());
  return (request: Request) => {
    throw new Problem('METHOD_NOT_ALLOWED', `${request.method} is not possible here.`, {
      cure: `Use ${allowed.join(' or ')}.`,
      headers: { allow: allowed.join(', ') },
    });
  };
}

function answerProblem({ log }: Services, error: unknown, request: Request, response: Response): void {
  const problem = problemOf(error, request.method === 'GET');
  const { requestId } = traceOf(request);
  // A part that is away is no error of this process.
  const level = problem.status === 500 ? 'error' : problem.status > 500 ? 'warn' : 'debug';
  log[level]({ requestId, code: problem.code, err: problem.cause ?? error }, problem.message);
  if (response.headersSent) return void response.destroy();
  const body = JSON.stringify(problem.toBody(requestId));
  response
    .status(problem.status)
    .set({ ...problem.headers, 'content-type': 'application/problem+json' })
    .end(body);
}

function traceOf(request: Request): Trace {
  const trace = traces.get(request);
  if (!trace) throw new Error('every request has a trace from its beginning');
  return trace;
}

function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}
