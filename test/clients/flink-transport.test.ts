/** What counts as Flink's silence: over a direct connection, and through a real API server's service proxy. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectFlink } from '../../clients/flink/connect.ts';
import { FlinkUnreachable } from '../../clients/flink/errors.ts';
import { proxyTransport } from '../../clients/flink/proxy-transport.ts';
import { directTransport } from '../../clients/flink/transport.ts';
import { isForbidden } from '../../clients/kubernetes/errors.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { connectWithToken } from '../support/kubeconfig.ts';
import { testKubeconfig, testNamespace, type TestNamespace } from '../support/kubernetes.ts';

async function serving(listener: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(() => undefined).catch((error: unknown) => error);
}

describe('a direct connection', () => {
  test.each<[string, RequestListener]>([
    ['is reset', (request) => request.socket.destroy()],
    [
      'breaks off within the answer',
      (_request, response) => response.writeHead(200, { 'content-length': 9 }).write('{', () => response.destroy()),
    ],
    [
      'has no leader behind it',
      (_request, response) =>
        response
          .writeHead(503)
          .end('{"errors":["Service temporarily unavailable due to an ongoing leader election. Please refresh."]}'),
    ],
    ['is a gateway without Flink', (_request, response) => response.writeHead(502).end('Bad Gateway')],
  ])('that %s is silence', async (_what, listener) => {
    const { server, url } = await serving(listener);
    expect(await failureOf(connectFlink(directTransport(url)).overview())).toBeInstanceOf(FlinkUnreachable);
    server.close();
    server.closeAllConnections();
  });

  test('that nobody takes is silence', async () => {
    const { server, url } = await serving(() => undefined);
    server.close();
    await once(server, 'close');
    const error = await failureOf(connectFlink(directTransport(url)).overview());
    expect(error).toBeInstanceOf(FlinkUnreachable);
    expect(String(error)).toContain('ECONNREFUSED');
  });

  test('that stays without an answer is silence after its time', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const flink = connectFlink(directTransport(`http://127.0.0.1:${port}`));
    const error = await failureOf(flink.overview({ timeoutMs: 50 }));
    expect(error).toBeInstanceOf(FlinkUnreachable);
    expect(String(error)).toContain('within 50 ms');
    server.close();
  });

  test('may be made with a user and a password, which stand in no message', async () => {
    const sent: (string | undefined)[] = [];
    const { server, url } = await serving((request, response) => {
      sent.push(request.headers.authorization);
      response.writeHead(503).end();
    });
    const flink = connectFlink(directTransport(`${url.replace('//', '//user:word@')}/`));
    expect(`${flink.address} ${String(await failureOf(flink.overview()))}`).not.toContain('word');
    expect(flink.address).toBe(url);
    expect(sent).toEqual([`Basic ${Buffer.from('user:word').toString('base64')}`]);
    server.close();
    server.closeAllConnections();
  });

  test('that the caller gives up is no silence', async () => {
    const abort = new AbortController();
    const { server, url } = await serving(() => abort.abort(new Error('given up')));
    const call = connectFlink(directTransport(url)).overview({ signal: abort.signal });
    await expect(call).rejects.toThrow('given up');
    server.closeAllConnections();
    server.close();
  });

  test('that was kept too long is replaced without the caller noticing', async () => {
    let asked = 0;
    const { server, url } = await serving((_request, response) => {
      asked += 1;
      response.end('{"taskmanagers":0,"slots-total":0,"slots-available":0,"flink-version":"2.3.0"}');
    });
    const flink = connectFlink(directTransport(url));
    await flink.overview();
    server.closeAllConnections();
    expect((await flink.overview()).flinkVersion).toBe('2.3.0');
    expect(asked).toBe(2);
    server.closeAllConnections();
    server.close();
  });
});

describe('the service proxy', () => {
  let scope: TestNamespace;

  beforeAll(async () => {
    scope = await testNamespace('proxy');
    const spec = { selector: { app: 'nobody' }, ports: [{ port: 8081 }] };
    await scope.kubernetes.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'empty', namespace: scope.namespace },
      spec,
    });
    // The API server's proxy learns of a Service a moment after it was made.
    const flink = connectFlink(proxyTransport(scope.kubernetes, { namespace: scope.namespace, service: 'empty' }));
    const isKnown = async () => !String(await failureOf(flink.overview())).includes('not found');
    await waitUntil(isKnown, { what: 'the proxy to know the Service', timeoutMs: 300_000, stepMs: 25 });
  });

  afterAll(() => scope.remove());

  test.each([
    ['empty', /no endpoints available/],
    ['absent', /services "absent" not found/],
  ])('of a Service %s is silence', async (service, words) => {
    const flink = connectFlink(proxyTransport(scope.kubernetes, { namespace: scope.namespace, service }));
    const error = await failureOf(flink.overview());
    expect(error).toBeInstanceOf(FlinkUnreachable);
    expect(String(error)).toMatch(words);
  });

  test('without the right to it is a missing right', async () => {
    const { kubernetes, namespace } = scope;
    await kubernetes.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'powerless', namespace } });
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/powerless/token`;
    const answer = await kubernetes.raw({ method: 'POST', path, body: '{"spec":{"audiences":[]}}' });
    const { token } = (JSON.parse(answer.body) as { status: { token: string } }).status;
    const powerless = connectWithToken(testKubeconfig(), token);
    const flink = connectFlink(proxyTransport(powerless, { namespace, service: 'empty' }));
    expect(isForbidden(await failureOf(flink.overview()))).toBe(true);
    powerless.close();
  });
});
