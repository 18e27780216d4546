/** The API's process: serves from its first moment, and says on /readyz what it still waits for. */
import { createServer, type Server } from 'node:http';
import { pino, type Logger } from 'pino';
import { listClusters } from '../clients/postgres/clusters.ts';
import { connectPostgres } from '../clients/postgres/connect.ts';
import { forgetAnswers } from '../clients/postgres/idempotency-keys.ts';
import { forgetDecisions } from '../clients/postgres/decisions.ts';
import { migratePostgres, SchemaMismatchError } from '../clients/postgres/migrate.ts';
import { connectTemporal } from '../clients/temporal/connect.ts';
import { createApp } from './app.ts';
import { observe } from './cluster-workflow.ts';
import { readConfig, type ApiConfig } from './config.ts';
import { keepMetrics } from './keep-metrics.ts';
import { createServices, type Services } from './services.ts';

/** How long requests under way may take after SIGTERM. */
const drainMs = 10_000;

/** Longer than any retry of a client; a workflow keeps its newest keys besides. */
const answersKeptDays = 7;

/** What a decision was made of takes tens of KB, the decision itself a few. */
const decisionsKept = { inputDays: 30, decisionDays: 400 };

function main(): void {
  const config = readConfig(process.env);
  const log = pino({ level: config.logLevel, base: { process: 'api' } });
  const services = createServices({
    postgres: connectPostgres({
      url: config.databaseUrl,
      applicationName: 'drey-api',
      onError: (error) => log.warn({ err: error }, 'a connection to PostgreSQL broke'),
    }),
    temporal: connectTemporal({
      address: config.temporalAddress,
      namespace: config.temporalNamespace,
      identity: `drey-api@${process.pid}`,
    }),
    log,
    url: config.url,
    shards: config.observerShards,
    metricRetention: config.metricRetention,
  });
  const server = createServer(createApp(services));
  // A log that is followed is one request for hours; reading a body has a time limit of its own.
  server.requestTimeout = 0;
  // Longer than load balancers keep idle connections, so that they never send into one that is closing.
  server.keepAliveTimeout = 75_000;
  server.on('error', (error) => fail(log, error));
  server.listen(config.port, config.host, () => log.info({ host: config.host, port: config.port }, 'listening'));
  keepMigrated(config, services).catch((error: unknown) => fail(log, error));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(server, services, signal));
}

/** Migrates as soon as PostgreSQL is there. @throws SchemaMismatchError, which no waiting mends */
async function keepMigrated({ databaseUrl }: ApiConfig, services: Services): Promise<void> {
  const { postgres, log } = services;
  for (let said = false; ; said = true) {
    try {
      const { from, to } = await migratePostgres({ url: databaseUrl });
      log.info({ from, to }, 'the schema is up to date');
      // PostgreSQL may be slow, or away again, at this very moment: that must not end the process.
      observe(
        services,
        (await listClusters(postgres)).map(({ name }) => name),
      );
      break;
    } catch (error) {
      if (error instanceof SchemaMismatchError) throw error;
      if (!said) log.warn({ err: error }, 'PostgreSQL does not answer yet; trying every second');
      await new Promise((resolve) => setTimeout(resolve, 1_000).unref());
    }
  }
  const forgetAll = async () => {
    await forgetAnswers(postgres, answersKeptDays);
    await forgetDecisions(postgres, decisionsKept);
  };
  const forget = () =>
    forgetAll().catch((error: unknown) => log.warn({ err: error }, 'old answers and decisions stay for now'));
  await forget();
  setInterval(() => void forget(), 60 * 60_000).unref();
  await keepMetrics(services);
}

async function stop(server: Server, { postgres, temporal, log }: Services, signal: string): Promise<void> {
  log.info({ signal }, 'stopping: no new requests');
  setTimeout(() => server.closeAllConnections(), drainMs).unref();
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
  await Promise.allSettled([postgres.end(), temporal.close()]);
  log.info('stopped');
  process.exit(0);
}

function fail(log: Logger, error: unknown): void {
  log.fatal({ err: error }, error instanceof Error ? error.message : 'failed');
  process.exit(1);
}

main();
