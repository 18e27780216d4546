/** Serves what a process measures of itself to Prometheus, for processes that serve nothing else. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { ListenAddress } from './listen-address.ts';

export interface MetricsServer {
  /** The port that it listens on. */
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Answers `GET /metrics` in Prometheus' text format.
 * @throws when the address is taken or not of this machine.
 */
export async function serveMetrics(address: ListenAddress, registry: Registry): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const isWanted = request.method === 'GET' && request.url?.split('?')[0] === '/metrics';
    if (isWanted) void answer(registry, response);
    else response.writeHead(404, { 'content-type': 'text/plain' }).end('There is only GET /metrics.\n');
  });
  // The process ends when its work does, whoever still asks.
  server.listen(address.port, address.host).unref();
  await once(server, 'listening');
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : 0,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The same where there is an address. Work goes on where nobody can be told of it: one that is taken is no reason to end. */
export async function offerMetrics(
  address: ListenAddress | undefined,
  registry: Registry,
  log: Pick<Logger, 'warn'>,
): Promise<void> {
  if (!address) return;
  await serveMetrics(address, registry).catch((error: unknown) =>
    log.warn({ err: error, ...address }, 'Prometheus cannot ask here: the address cannot be listened on'),
  );
}

async function answer(registry: Registry, response: ServerResponse): Promise<void> {
  try {
    const text = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType }).end(text);
  } catch (error) {
    response.writeHead(500, { 'content-type': 'text/plain' }).end(`${String(error)}\n`);
  }
}
