/**
 * `fetch` for answers that may be quiet for hours, such as a log that is followed. Node's own ends an answer after five
 * minutes without a byte, and what would let it wait longer is in no package that Node exports. Browsers have no such end.
 */
import { Readable } from 'node:stream';
import { openStream } from '../http.ts';
import type { FetchInit } from './send.ts';

/** For the beginning of the answer, as long as Node's `fetch` waits for it. */
const beginTimeoutMs = 300_000;

/** Sends a request without a body, and answers when the answer begins. */
export async function patientFetch(url: URL, { method, headers, signal }: FetchInit): Promise<Response> {
  const answer = await openStream({ url, method, headers, timeoutMs: beginTimeoutMs, signal: signal ?? undefined });
  // Two declarations of one class: Node's and the platform's.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const body = Readable.toWeb(answer) as ReadableStream<Uint8Array<ArrayBuffer>>;
  const pairs = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  return new Response(body, { status: answer.statusCode ?? 0, statusText: answer.statusMessage ?? '', headers: pairs });
}
