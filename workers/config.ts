/** The worker's settings, read from the environment. */
import { z } from 'zod';
import { listenAddress } from '../clients/listen-address.ts';
import { setVariables } from '../clients/set-variables.ts';
import type { TakeOverWish } from '../core/take-over.ts';

const settings = z.object({
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  DATABASE_URL: z.string(),
  /** Where the built workflow bundle is kept. */
  DREY_CACHE: z.string().default('.drey/cache'),
  /**
   * `true`: make this build the current one when it starts, unless it was before, and end when a later one has taken over and nothing
   * is left to do; `force`: also where it was before; `false`: only where no build is current.
   */
  DREY_MAKE_CURRENT: z
    .union([z.literal('force'), z.stringbool()], 'must be true, false or force')
    .default(false)
    .transform((asked): TakeOverWish => (asked === 'force' ? 'always' : asked ? 'whenNew' : 'never')),
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
