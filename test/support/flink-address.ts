/** Flink's REST interface of a job at an address of this machine, for clients that know nothing of Kubernetes. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FlinkUnreachable } from '../../clients/flink/errors.ts';
import { proxyTransport } from '../../clients/flink/proxy-transport.ts';
import type { FlinkTransport } from '../../clients/flink/transport.ts';
import { generationNames } from '../../core/names.ts';
import { loopback } from '../../deploy/dev/paths.ts';
import { namespace, tenant } from './e2e-job.ts';
import { drey, kubernetes } from './running-stack.ts';

/**
 * What is read there comes from the JobManager of the job's generation, through the API server: a test reaches that of any cluster, and Services
 * only of some. Whatever else is asked is refused with 405.
 */
export async function withFlinkAddress<T>(name: string, act: (address: string) => Promise<T>): Promise<T> {
  const client = kubernetes();
  const flink = proxyTransport(client, { namespace, service: await serviceOf(name) });
  const server = createServer((request, response) => void passOn(flink, request, response));
  server.listen(0, loopback);
  await once(server, 'listening');
  try {
    return await act(`http://${loopback}:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    server.closeAllConnections();
    client.close();
  }
}

async function serviceOf(name: string): Promise<string> {
  const { uid, generation } = await drey().getJob({ tenant, name });
  if (!generation) throw new Error(`${name} has no generation`);
  return generationNames({ tenant, name, uid, number: generation.number }).service;
}

const answerMs = 30_000;

async function passOn(flink: FlinkTransport, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET') {
    response.writeHead(405).end();
    return;
  }
  try {
    const { status, body } = await flink.send({ method: 'GET', path: request.url ?? '/', timeoutMs: answerMs });
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  } catch (error) {
    response.writeHead(error instanceof FlinkUnreachable ? 502 : 500).end(String(error));
  }
}
