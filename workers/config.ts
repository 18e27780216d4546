/** The worker's settings, read from the environment. */
import { z } from 'zod';
import { listenAddress } from '../clients/listen-address.ts';
import { setVariables } from '../clients/set-variables.ts';

const settings = z.object({
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  DATABASE_URL: z.string(),
  /** Where the built workflow bundle is kept. */
  DREY_CACHE: z.string().default('.drey/cache'),
  /** Make this build the current one when it starts, and end when a later one has taken over and nothing is left to do. */
  DREY_MAKE_CURRENT: z.stringbool().default(false),
  DREY_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** For tests only: where they say at which point this process shall die. */
  DREY_TEST_CRASH_FILE: z.string().optional(),
  /** `HOST:PORT` on which Prometheus may ask for this process's own measurements; absent: nowhere. */
  DREY_METRICS_LISTEN: listenAddress().optional(),
  /** The same for those of Temporal's SDK, which serves them itself. */
  DREY_TEMPORAL_METRICS_LISTEN: listenAddress().optional(),
  /** Workflows kept in memory: each takes about half a megabyte. */
  DREY_WORKFLOWS_CACHED: z.coerce.number().int().min(0).default(500),
});

export type WorkerSettings = z.output<typeof settings>;

/** @throws ZodError naming the variable that is wrong. */
export function workerSettings(environment: NodeJS.ProcessEnv): WorkerSettings {
  return settings.parse(setVariables(environment));
}
