/** The API on a real PostgreSQL inside the test's own process, with Temporal away: enough for what is only kept and read. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { pino } from 'pino';
import { createApp } from '../../api/app.ts';
import { createServices, type Services } from '../../api/services.ts';
import type { Postgres } from '../../clients/postgres/connect.ts';
import { connectTemporal } from '../../clients/temporal/connect.ts';
import { retentionDefaults } from '../../core/metrics/resolution.ts';

export interface ApiOnPostgres {
  readonly url: string;
  readonly services: Services;
  /** Ends all connections, and takes no new ones until `resume`. */
  halt(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it on a port of its own, which it keeps; the caller stops it. */
export async function startApiOnPostgres(postgres: Postgres): Promise<ApiOnPostgres> {
  const temporal = connectTemporal({ address: '127.0.0.1:1', namespace: 'default', identity: 'test' });
  const services = createServices({
    postgres,
    temporal,
    log: pino({ level: 'silent' }),
    url: 'http://127.0.0.1:1',
    shards: 1,
    metricRetention: retentionDefaults,
  });
  const server = createServer(createApp(services));
  const listen = async (port: number) => void (await once(server.listen(port, '127.0.0.1'), 'listening'));
  const halt = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await listen(0);
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('a listening server has an address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    services,
    halt,
    resume: () => listen(address.port),
    stop: async () => {
      if (server.listening) await halt();
      await temporal.close();
    },
  };
}
