/** The API's configuration, from the environment. */
import { z } from 'zod';
import { partsOfCluster } from '../core/names.ts';
import { listenAddress } from '../clients/listen-address.ts';
import { setVariables } from '../clients/set-variables.ts';
import { retentionDefaults, type MetricRetention } from '../core/metrics/resolution.ts';
import { duration } from '../core/schema/fields.ts';
import { parseDurationMs } from '../core/spec/duration.ts';

/** For how long metrics are kept. The bounds keep the resolutions in their order, and partitions to some dozens. */
const kept = (least: string, most: string) => duration(least, most).transform(parseDurationMs).optional();

const environment = z.object({
  DREY_API_LISTEN: listenAddress().prefault('127.0.0.1:8080'),
  /** Where agents reach this process (not just any replica): they send logs there. */
  DREY_API_URL: z.url({ protocol: /^https?$/ }).optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(?:ql)?$/ }),
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  /** Into how many parts a cluster that is registered now is divided for its observers. */
  DREY_OBSERVER_SHARDS: z.coerce.number().int().min(1).max(partsOfCluster).default(1),
  DREY_METRICS_KEEP_RAW: kept('1h', '2d'),
  DREY_METRICS_KEEP_1M: kept('2d', '90d'),
  DREY_METRICS_KEEP_1H: kept('90d', '1825d'),
  DREY_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export interface ApiConfig {
  readonly host: string;
  readonly port: number;
  /** Without a slash at its end. */
  readonly url: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly observerShards: number;
  readonly logLevel: string;
  readonly metricRetention: MetricRetention;
}

/**
 * Reads the configuration.
 * @throws with every variable that is missing or wrong, and never with a value: one of them holds a password.
 */
export function readConfig(env: NodeJS.ProcessEnv): ApiConfig {
  const parsed = environment.safeParse(setVariables(env));
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The environment does not configure the API:\n${lines.join('\n')}`);
  }
  const { DREY_API_LISTEN: address, ...rest } = parsed.data;
  return {
    ...address,
    url: (rest.DREY_API_URL ?? `http://${bracketed(address.host)}:${address.port}`).replace(/\/+$/, ''),
    databaseUrl: rest.DATABASE_URL,
    temporalAddress: rest.TEMPORAL_ADDRESS,
    temporalNamespace: rest.TEMPORAL_NAMESPACE,
    observerShards: rest.DREY_OBSERVER_SHARDS,
    logLevel: rest.DREY_LOG_LEVEL,
    metricRetention: {
      raw: rest.DREY_METRICS_KEEP_RAW ?? retentionDefaults.raw,
      '1m': rest.DREY_METRICS_KEEP_1M ?? retentionDefaults['1m'],
      '1h': rest.DREY_METRICS_KEEP_1H ?? retentionDefaults['1h'],
    },
  };
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
