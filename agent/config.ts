/** The agent's settings, read from the environment. */
import { z } from 'zod';
import { listenAddress } from '../clients/listen-address.ts';
import { setVariables } from '../clients/set-variables.ts';

const settings = z.object({
  /** The name under which its cluster is registered. */
  DREY_CLUSTER: z.string(),
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  /** A kubeconfig file; absent: the pod's own service account. */
  DREY_KUBECONFIG: z.string().optional(),
  DREY_KUBE_CONTEXT: z.string().optional(),
  /** `service`: Flink's Services by name, from inside the cluster; `proxy`: through the API server, from outside. */
  DREY_FLINK_ACCESS: z.enum(['service', 'proxy']).default('service'),
  /** JSON: the image for each Flink version, for specs that name none. */
  DREY_DEFAULT_IMAGES: z
    .string()
    .default('{}')
    .transform((text) => z.record(z.string(), z.string()).parse(JSON.parse(text))),
  DREY_STORAGE_TOOL_JAR: z.string(),
  DREY_PRIME_JOB_JAR: z.string(),
  DREY_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** For tests only: where they say at which point this process shall die. */
  DREY_TEST_CRASH_FILE: z.string().optional(),
  /** Where samples of jobs are sent; absent: none are. */
  DREY_API_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Holds the token of this cluster's agent; read anew for each batch. */
  DREY_API_TOKEN_FILE: z.string().optional(),
  /** Prometheus, for metrics of autoscalers that are queries; absent: these have no value. */
  DREY_PROMETHEUS_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Samples that may wait in memory while the API is away. */
  DREY_SAMPLES_WAITING_MAX: z.coerce.number().int().min(1_000).default(200_000),
  /** `HOST:PORT` on which Prometheus may ask for this process's own measurements; absent: nowhere. */
  DREY_METRICS_LISTEN: listenAddress().optional(),
  /** The same for those of Temporal's SDK, which serves them itself. */
  DREY_TEMPORAL_METRICS_LISTEN: listenAddress().optional(),
  /** Activities at once: most of them only wait. */
  DREY_ACTIVITIES_MAX: z.coerce.number().int().min(1).default(200),
});

export type AgentSettings = z.output<typeof settings>;

/** @throws ZodError naming the variable that is wrong. */
export function agentSettings(environment: NodeJS.ProcessEnv): AgentSettings {
  return settings.parse(setVariables(environment));
}
