/** Answers of real Flink clusters, recorded in `test/golden/flink-rest`, and a server that gives them again. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export type RecordedVersion = '1.20' | '2.3';

export interface Recorded {
  /** Method and path. */
  readonly request: string;
  readonly requestBody?: unknown;
  readonly status: number;
  readonly response: unknown;
}

/** One recorded exchange. Traces have their first two frames each. */
export function recorded(version: RecordedVersion, name: string): Recorded {
  const path = join(import.meta.dirname, '../golden/flink-rest', version, `${name}.json`);
  return JSON.parse(readFileSync(path, 'utf8')) as Recorded;
}

/**
 * All that was asked of a ledger job to measure it, which cannot keep up with its source: just after its tasks had begun to
 * run, when Flink had not fetched all metrics yet, or half a minute later.
 */
export function recordedMeasuring(version: RecordedVersion, when: 'first' | 'later'): Recorded[] {
  const folder = `measured/${when}`;
  const files = readdirSync(join(import.meta.dirname, '../golden/flink-rest', version, folder));
  return files.map((file) => recorded(version, `${folder}/${file.replace('.json', '')}`));
}

/** The id of the job that is measured there. */
export const measuredJobId = '0000000000000000000000000dae5501';

/** The texts that Flink put into a recorded refusal, as `FlinkRestError.details` has them. */
export function refusalText(version: RecordedVersion, name: string): string {
  return (recorded(version, name).response as { errors: string[] }).errors.join('\n');
}

/** The id of the job that a recorded exchange is about. */
export function jobIdOf({ request }: Recorded): string {
  return /\/jobs\/([0-9a-f]{32})/.exec(request)?.[1] ?? '';
}

export interface RecordedFlink {
  readonly url: string;
  /** What was asked, in order. */
  readonly asked: { readonly request: string; readonly body: unknown }[];
  /** Connections made so far. */
  readonly connections: number;
  stop(): Promise<void>;
}

/** Serves recorded exchanges; all else is 404 as Flink says it. */
export async function serveRecorded(exchanges: readonly Recorded[]): Promise<RecordedFlink> {
  return serveAnswers((line) => exchanges.find(({ request }) => request === line));
}

/** Serves what is answered to a method and path; nothing is 404 as Flink says it. */
export async function serveAnswers(
  answerTo: (line: string) => Pick<Recorded, 'status' | 'response'> | undefined,
): Promise<RecordedFlink> {
  const asked: { request: string; body: unknown }[] = [];
  let connections = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const line = `${request.method} ${request.url}`;
    const body = await readAll(request);
    asked.push({ request: line, body: sentIn(body) });
    const found = answerTo(line);
    response.statusCode = found?.status ?? 404;
    response.end(JSON.stringify(found?.response ?? { errors: [`Unable to load requested file ${request.url}.`] }));
  };
  const server = createServer((request, response) => void answer(request, response));
  server.on('connection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    get connections() {
      return connections;
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** JSON as what it says; a form as its text. */
function sentIn(body: string): unknown {
  if (body === '') return undefined;
  return body.startsWith('{') ? JSON.parse(body) : body;
}

async function readAll(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
