/** What machines ask: is it alive, can it serve, what does it measure. */
import { z } from 'zod';
import { schemaVersion } from '../../clients/postgres/migrate.ts';
import { checkNamespace, workerQueue } from '../../clients/temporal/pollers.ts';
import { missingWorker } from '../../core/living-builds.ts';
import { controlTaskQueue } from '../../core/names.ts';
import { inTime } from '../in-time.ts';
import { defineRoute, type Route } from '../route.ts';
import type { Services } from '../services.ts';

const partAnswer = z.object({ ok: z.boolean(), reason: z.string().optional() });
const readiness = z.object({
  ready: z.boolean().describe('Whether jobs can be read: PostgreSQL and Temporal are there.'),
  postgres: partAnswer,
  temporal: partAnswer,
  worker: partAnswer.describe(
    'Whether somebody takes up changes, known to a minute: a worker of the current build asks for work. Does not count for `ready`.',
  ),
});

const healthz = defineRoute({
  method: 'get',
  path: '/healthz',
  role: 'public',
  summary: 'Whether the process is alive',
  answers: { 200: { description: 'It is', schema: z.object({ alive: z.literal(true) }) } },
  handle: async () => ({ body: { alive: true } }),
});

const readyz = defineRoute({
  method: 'get',
  path: '/readyz',
  role: 'public',
  summary: 'Whether the API can serve, and what is missing',
  answers: {
    200: { description: 'It can', schema: readiness },
    503: { description: 'Something is missing', schema: readiness },
  },
  handle: async (services) => {
    const [postgres, temporal, worker] = await Promise.all([
      part('PostgreSQL', missingOfPostgres(services)),
      part('Temporal', missingOfTemporal(services)),
      part('Temporal', missingOfWorker(services)),
    ]);
    const ready = postgres.ok && temporal.ok;
    return { status: ready ? 200 : 503, body: { ready, postgres, temporal, worker } };
  },
});

const metrics = defineRoute({
  method: 'get',
  path: '/metrics',
  role: 'public',
  summary: 'Measurements for Prometheus',
  answers: { 200: { description: 'In the text format', schema: null } },
  handle: async ({ metrics: { registry } }) => ({
    body: await registry.metrics(),
    headers: { 'content-type': registry.contentType },
  }),
});

async function missingOfPostgres({ postgres }: Services): Promise<string | undefined> {
  const { rows } = await postgres.query<{ version: number }>('select max(version) as version from schema_migrations');
  const version = rows[0]?.version ?? 0;
  const wanted = await schemaVersion();
  return version === wanted ? undefined : `the schema has version ${version}, and this build needs ${wanted}`;
}

const temporalTimeoutMs = 2_000;

async function missingOfTemporal({ temporal }: Services): Promise<undefined> {
  await temporal.within(temporalTimeoutMs, () => checkNamespace(temporal));
}

async function missingOfWorker({ temporal }: Services): Promise<string | undefined> {
  const queue = await temporal.within(temporalTimeoutMs, () => workerQueue(temporal, controlTaskQueue));
  return missingWorker(queue, Date.now());
}

/**
 * The reason names no address and no account: anyone may read it.
 * @param missing why the part cannot do its work, where it answers and says so
 */
async function part(what: string, missing: Promise<string | undefined>): Promise<z.output<typeof partAnswer>> {
  return inTime(2_500, missing).then(
    (reason) => (reason === undefined ? { ok: true } : { ok: false, reason }),
    () => ({ ok: false, reason: `${what} does not answer` }),
  );
}

export const systemRoutes: readonly Route[] = [healthz, readyz, metrics];
