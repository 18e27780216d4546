/** Requests to a node's API server and health endpoints, with the administrator's certificate. */
import { readFileSync } from 'node:fs';
import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { join } from 'node:path';
import { addressesOf, layoutOf, type NodeIdentity } from './layout.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

export interface ApiRequest {
  readonly method?: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** Asks the API server, by path. Answers with any status; throws when there is no answer within five seconds. */
export function askApi(identity: NodeIdentity, path: string, options: ApiRequest = {}): Promise<ApiAnswer> {
  return ask(identity, addressesOf(identity.index).apiServerUrl + path, options);
}

/** Asks any URL of the node. */
export function ask(identity: NodeIdentity, url: string, options: ApiRequest = {}): Promise<ApiAnswer> {
  const read = (file: string) => readFileSync(join(layoutOf(identity).pki, file));
  const secure = url.startsWith('https:');
  const common = {
    method: options.method ?? 'GET',
    headers: { 'content-type': options.contentType ?? 'application/json' },
    timeout: 5000,
    agent: false as const,
  };
  return new Promise((resolve, reject) => {
    const sent = secure
      ? requestSecure(url, { ...common, ca: read('ca.crt'), cert: read('admin.crt'), key: read('admin.key') })
      : requestPlain(url, common);
    sent.once('timeout', () => sent.destroy(new Error(`${url} did not answer within 5 s`)));
    sent.once('error', reject);
    sent.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    sent.end(options.body === undefined ? undefined : JSON.stringify(options.body));
  });
}

/** Creates or updates an object by server-side apply. */
export async function applyObject(identity: NodeIdentity, path: string, object: object): Promise<void> {
  const answer = await askApi(identity, `${path}?fieldManager=drey-node&force=true`, {
    method: 'PATCH',
    body: object,
    contentType: 'application/apply-patch+yaml',
  });
  if (answer.status >= 300) throw new Error(`${path}: the API server answered ${answer.status}: ${answer.body}`);
}
