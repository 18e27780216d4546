/** The small servers that Prometheus asks: Drey's own, and that of Temporal's SDK. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { Counter, Gauge, Registry } from 'prom-client';
import { offerMetrics, serveMetrics, type MetricsServer } from '../../clients/metrics-server.ts';
import { installRuntime } from '../../clients/temporal/runtime.ts';
import { waitUntil } from '../../deploy/dev/process.ts';

const here = { host: '127.0.0.1', port: 0 };
let servers: MetricsServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  servers = [];
});

async function start(registry: Registry): Promise<string> {
  const server = await serveMetrics(here, registry);
  servers.push(server);
  return `http://127.0.0.1:${server.port}`;
}

test('answers with what the registry measures now, in Prometheus’ format', async () => {
  const registry = new Registry();
  const seen = new Counter({ name: 'seen_total', help: 'Things seen', registers: [registry] });
  const url = await start(registry);
  seen.inc(3);
  const answer = await fetch(`${url}/metrics`);
  expect(answer.headers.get('content-type')).toBe(registry.contentType);
  expect(await answer.text()).toContain('# TYPE seen_total counter\nseen_total 3\n');
  seen.inc();
  expect(await (await fetch(`${url}/metrics?x=y`)).text()).toContain('seen_total 4');
});

test('answers nothing else, and goes on when a measurement fails', async () => {
  const registry = new Registry();
  let isBroken = true;
  const collect = () => {
    if (isBroken) throw new Error('not now');
  };
  registry.registerMetric(new Gauge({ name: 'one', help: 'One', registers: [], collect }));
  const url = await start(registry);
  expect((await fetch(`${url}/metrics`)).status).toBe(500);
  isBroken = false;
  expect((await fetch(`${url}/metrics`)).status).toBe(200);
  expect((await fetch(`${url}/`)).status).toBe(404);
  expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(404);
});

test('where the address is taken, it is said and the process goes on', async () => {
  const url = new URL(await start(new Registry()));
  const said: string[] = [];
  const log = { warn: (_details: object, text: string) => void said.push(text) } as never;
  await offerMetrics({ ...here, port: Number(url.port) }, new Registry(), log);
  expect(said).toEqual([expect.stringContaining('cannot be listened on')]);
  await offerMetrics(undefined, new Registry(), log);
  expect(said).toHaveLength(1);
});

test('Temporal’s SDK serves its own measurements where it is told to', async () => {
  const port = await freePort();
  installRuntime({ log: pino({ level: 'silent' }), metricsListen: { host: '127.0.0.1', port } });
  try {
    const answered = () => fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
    const answer = await waitUntil(answered, { what: 'the SDK to answer', timeoutMs: 60_000 });
    expect(answer.status).toBe(200);
  } finally {
    await Runtime.instance().shutdown();
  }
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
