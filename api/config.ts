/** The API's configuration, from the environment. */
import { z } from 'zod';

const listen = z
  .string()
  .regex(/^(?:\[[0-9a-fA-F:]+\]|[^:[\]]+):\d{1,5}$/, 'must be HOST:PORT, such as 127.0.0.1:8080')
  .transform((text) => {
    const colon = text.lastIndexOf(':');
    return { host: text.slice(0, colon).replaceAll(/[[\]]/g, ''), port: Number(text.slice(colon + 1)) };
  })
  .refine(({ port }) => port <= 65_535, 'has a port above 65535');

const environment = z.object({
  DREY_API_LISTEN: listen.prefault('127.0.0.1:8080'),
  /** Where agents reach this process (not just any replica): they send logs there. */
  DREY_API_URL: z.url({ protocol: /^https?$/ }).optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(?:ql)?$/ }),
  TEMPORAL_ADDRESS: z.string().min(1).default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
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
  readonly logLevel: string;
}

/**
 * Reads the configuration.
 * @throws with every variable that is missing or wrong, and never with a value: one of them holds a password.
 */
export function readConfig(env: NodeJS.ProcessEnv): ApiConfig {
  const parsed = environment.safeParse(env);
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
    logLevel: rest.DREY_LOG_LEVEL,
  };
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
