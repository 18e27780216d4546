/** What machines ask: is it alive, can it serve, what does it measure. */
import { z } from 'zod';
import { schemaVersion } from '../../clients/postgres/migrate.ts';
import { checkNamespace } from '../../clients/temporal/pollers.ts';
import { inTime } from '../in-time.ts';
import { defineRoute, type Route } from '../route.ts';
import type { Services } from '../services.ts';

const partAnswer = z.object({ ok: z.boolean(), reason: z.string().optional() });
const readiness = z.object({ ready: z.boolean(), postgres: partAnswer, temporal: partAnswer });

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
    const [postgres, temporal] = await Promise.all([
      part('PostgreSQL', checkPostgres(services)),
      part(
        'Temporal',
        services.temporal.within(2_000, () => checkNamespace(services.temporal)),
      ),
    ]);
    const ready = postgres.ok && temporal.ok;
    return { status: ready ? 200 : 503, body: { ready, postgres, temporal } };
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

async function checkPostgres({ postgres }: Services): Promise<void> {
  const { rows } = await postgres.query<{ version: number }>('select max(version) as version from schema_migrations');
  const version = rows[0]?.version ?? 0;
  const wanted = await schemaVersion();
  if (version !== wanted) throw new Error(`the schema has version ${version}, and this build needs ${wanted}`);
}

/** The reason names no address and no account: anyone may read it. */
async function part(what: string, check: Promise<void>): Promise<z.output<typeof partAnswer>> {
  return inTime(2_500, check).then(
    () => ({ ok: true }),
    (error: unknown) => ({
      ok: false,
      reason:
        error instanceof Error && error.message.startsWith('the schema') ? error.message : `${what} does not answer`,
    }),
  );
}

export const systemRoutes: readonly Route[] = [healthz, readyz, metrics];
