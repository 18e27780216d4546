/** One HTTP exchange over kept-alive connections, with an end: what the Kubernetes and the Flink client are made of. */
import { request as httpRequest, type Agent, type IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import { request as httpsRequest, type RequestOptions } from 'node:https';

/** The longest answer that is read, in bytes: a log without a limit must not fill the memory. */
const bodyBytesMax = 64 * 1024 * 1024;

/** No answer came: refused, reset, not resolved, timed out. A request that changes something may have been carried out. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
  readonly agent?: Agent | undefined;
  /** TLS settings where no agent carries them, and basic authentication. */
  readonly tls?: RequestOptions | undefined;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/**
 * Sends a request and reads the whole answer.
 * @throws NoAnswer; the signal's reason when it is aborted.
 */
export async function exchange(request: HttpRequest): Promise<HttpAnswer> {
  const end = endOf(request);
  try {
    const response = await open(request, end.signal);
    return { status: response.statusCode ?? 0, headers: response.headers, body: await textOf(response) };
  } catch (error) {
    throw end.explain(error);
  } finally {
    end.release();
  }
}

/**
 * Sends a request and hands over the answer as it comes. `timeoutMs` bounds the wait for the answer's beginning; the
 * signal closes the stream at any time.
 * @throws NoAnswer; the signal's reason when it is aborted.
 */
export async function openStream(request: HttpRequest): Promise<IncomingMessage> {
  const end = endOf(request);
  try {
    const response = await open(request, end.signal);
    end.stopTimer();
    response.once('close', end.release);
    return response;
  } catch (error) {
    end.release();
    throw end.explain(error);
  }
}

/** Reads a stream to its end as text. */
export async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) response.destroy(new NoAnswer(`the answer is longer than ${bodyBytesMax} bytes`));
    else chunks.push(chunk);
  });
  await finished(response);
  return Buffer.concat(chunks).toString('utf8');
}

/** Opens the exchange; a kept-alive connection that the other side closed just then is replaced once, except for POST. */
async function open(
  request: HttpRequest,
  signal: AbortSignal,
  mayRetry = request.method !== 'POST',
): Promise<IncomingMessage> {
  const send = request.url.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers =
    request.body === undefined
      ? request.headers
      : { ...request.headers, 'content-length': Buffer.byteLength(request.body) };
  const outgoing = send(request.url, { ...request.tls, method: request.method, agent: request.agent, signal, headers });
  try {
    return await new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve);
      // Stays attached: an error after the answer began belongs to the answer's stream, which reports it itself.
      outgoing.on('error', reject);
      outgoing.end(request.body);
    });
  } catch (error) {
    if (mayRetry && outgoing.reusedSocket && !signal.aborted) return open(request, signal, false);
    throw error;
  }
}

/** The end of an exchange: its timer and its caller's signal, as one signal that leaves nothing behind. */
function endOf(request: HttpRequest) {
  const abort = new AbortController();
  const silence = new NoAnswer(`no answer from ${request.url.host} within ${request.timeoutMs} ms`);
  let last: NodeJS.Immediate | undefined;
  // One turn later: where this process stood still, timers that are due come before what was received meanwhile is read.
  const timer = setTimeout(() => {
    last = setImmediate(() => abort.abort(silence));
  }, request.timeoutMs);
  const stopTimer = () => {
    clearTimeout(timer);
    clearImmediate(last);
  };
  // By hand, as AbortSignal.any() keeps every derived signal of a long-lived one in memory.
  const forward = () => abort.abort(request.signal?.reason);
  request.signal?.addEventListener('abort', forward, { once: true });
  if (request.signal?.aborted) forward();
  return {
    signal: abort.signal,
    stopTimer,
    release: () => {
      stopTimer();
      request.signal?.removeEventListener('abort', forward);
    },
    explain: (error: unknown): unknown => {
      if (abort.signal.aborted) return abort.signal.reason;
      if (error instanceof NoAnswer) return error;
      return new NoAnswer(`no answer from ${request.url.host}: ${messageOf(error)}`, { cause: error });
    },
  };
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
