/** Sends one HTTP request to Drey's API: credentials, deadline, JSON, and problems as errors. Retries nothing. */
import type { z } from 'zod';
import { DreyApiError, DreyUnreachableError } from './errors.ts';
import { problemShape, type Problem } from './shapes.ts';

/** Where the API is and who asks. */
export interface Connection {
  /** The API's address, such as `https://drey.example.com`; a path prefix is kept. */
  readonly server: string;
  readonly token?: string | undefined;
  /** Fetches answers that come bit by bit; the platform's own `fetch` unless told. */
  readonly fetchStream?: Fetch | undefined;
}

/** As much of `fetch` as is needed here. */
export type Fetch = (url: URL, init: FetchInit) => Promise<Response>;

export interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
  readonly signal: AbortSignal | null;
}

export interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>> | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

function addressOf(server: string, call: Call): URL {
  const url = new URL(server.replace(/\/+$/, '') + call.path);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one));
  }
  return url;
}

function headersOf(connection: Connection, call: Call): Record<string, string> {
  return {
    accept: 'application/json',
    ...(connection.token === undefined ? {} : { authorization: `Bearer ${connection.token}` }),
    ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...call.headers,
  };
}

interface ErrorLike {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** fetch's errors come from Node's own realm, so `instanceof` would not hold everywhere. */
function errorLike(error: unknown): ErrorLike {
  return typeof error === 'object' && error !== null ? error : { message: String(error) };
}

/** The innermost reason: fetch itself only says "fetch failed". */
function reasonOf(error: unknown): string {
  const { name, message, cause, errors } = errorLike(error);
  if (name === 'TimeoutError') return 'no answer in time';
  // Several addresses of one name failed: the reasons are in an AggregateError without a message.
  if (Array.isArray(errors) && errors.length > 0) return reasonOf(errors[0]);
  return cause === undefined ? String(message) : reasonOf(cause);
}

/** Sends the call and answers with the raw response, whatever its status. */
async function exchange(connection: Connection, call: Call, fetchBy: Fetch): Promise<Response> {
  try {
    return await fetchBy(addressOf(connection.server, call), {
      method: call.method,
      headers: headersOf(connection, call),
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal: call.signal ?? null,
    });
  } catch (error) {
    throw unreachable(connection, error);
  }
}

function unreachable(connection: Connection, error: unknown): unknown {
  // A caller's own abort (Ctrl-C) is not the API's failure.
  if (errorLike(error).name === 'AbortError') return error;
  return new DreyUnreachableError(connection.server, `cannot reach Drey at ${connection.server}: ${reasonOf(error)}`, {
    cause: error,
  });
}

async function textOf(connection: Connection, response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw unreachable(connection, error);
  }
}

/** The problem that a refusing answer carries; one is made for proxies and others that answer without. */
function problemOf(response: Response, text: string): Problem {
  const parsed = problemShape.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const title = response.statusText === '' ? `HTTP ${response.status}` : response.statusText;
  return { type: 'about:blank', title, status: response.status, detail: text.trim().slice(0, 300), code: 'UNKNOWN' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Sends the call; an answer of 400 or more becomes a `DreyApiError`. */
export async function sendForResponse(connection: Connection, call: Call, fetchBy: Fetch = fetch): Promise<Response> {
  const response = await exchange(connection, call, fetchBy);
  if (response.ok) return response;
  throw new DreyApiError(problemOf(response, await textOf(connection, response)));
}

/** Sends the call and gives the answer's bytes as they come; its headers before. */
export async function* sendForBytes(
  connection: Connection,
  call: Call,
  onHeaders: (headers: Headers) => void,
): AsyncGenerator<Uint8Array> {
  const { headers, body } = await sendForResponse(connection, call, connection.fetchStream);
  onHeaders(headers);
  try {
    if (body !== null) yield* body;
  } catch (error) {
    throw unreachable(connection, call.signal?.aborted ? call.signal.reason : error);
  }
}

export interface Answer<Value> {
  readonly status: number;
  readonly etag: string | undefined;
  readonly value: Value;
}

/** Sends the call and parses the JSON answer; another shape means that something else listens there. */
export async function send<Value>(connection: Connection, call: Call, shape: z.ZodType<Value>): Promise<Answer<Value>> {
  const response = await sendForResponse(connection, call);
  const parsed = shape.safeParse(parseJson(await textOf(connection, response)));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue === undefined ? '' : ` (${issue.path.join('.') || 'body'}: ${issue.message})`;
    throw new DreyUnreachableError(
      connection.server,
      `${connection.server} answered ${call.method} ${call.path} with something that is not Drey's${where}`,
    );
  }
  return { status: response.status, etag: response.headers.get('etag') ?? undefined, value: parsed.data };
}
