/** Who finds whom: addresses, ports, and how quickly a TaskManager that came up first tries again. */
import { hasHighAvailability } from '../generation.ts';
import { ports } from './configuration-ports.ts';
import type { ConfigurationInput, Settings } from './configuration-input.ts';

/** Settings that the rest of Drey relies on. */
export function fixedNetwork(input: ConfigurationInput): Settings {
  return {
    // Pekko drops messages addressed by another name than this one, so JobManager and TaskManagers say the same. With
    // high availability each JobManager is started with its pod IP instead, and TaskManagers read it from the leader's record.
    ...(hasHighAvailability(input.job) ? {} : { 'jobmanager.rpc.address': input.service }),
    'jobmanager.rpc.port': String(ports.rpc),
    'jobmanager.bind-host': '0.0.0.0',
    'rest.address': input.service,
    'rest.port': String(ports.rest),
    'rest.bind-port': String(ports.rest),
    'rest.bind-address': '0.0.0.0',
    'blob.server.port': String(ports.blob),
    'metrics.internal.query-service.port': String(ports.query),
    'taskmanager.bind-host': '0.0.0.0',
    'taskmanager.rpc.port': String(ports.taskManagerRpc),
    'taskmanager.data.port': String(ports.taskManagerData),
  };
}

/** Settings that a user may replace. */
export function defaultNetwork(): Settings {
  return {
    // JobManager and TaskManagers start side by side: Flink's 10 s between tries would be most of a deploy.
    'cluster.registration.error-delay': '250ms',
    'cluster.registration.initial-timeout': '100ms',
    'cluster.registration.max-timeout': '2s',
    'cluster.registration.refused-registration-delay': '1s',
    // They may be up long before it: after Flink's 5 min they would end themselves. (Its timers do not go beyond 248 days.)
    'taskmanager.registration.timeout': '7d',
    // Flink's 10 s end a JobManager on a node that starts many at once, and each new start makes that worse.
    'pekko.startup-timeout': '2min',
    // Pod IPs have no names: the reverse look-up only waits for DNS to say so.
    'jobmanager.retrieve-taskmanager-hostname': 'false',
  };
}
