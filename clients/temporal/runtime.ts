/** How Temporal's native part is set up, the same for every process that works on a task queue. */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { ListenAddress } from '../listen-address.ts';

export interface RuntimeOptions {
  readonly log: Logger;
  /** Where the SDK serves its own measurements to Prometheus; absent: nowhere. */
  readonly metricsListen?: ListenAddress | undefined;
}

/** Called once, before anything else of Temporal. @throws when the address is taken. */
export function installRuntime({ log, metricsListen }: RuntimeOptions): void {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) =>
      log.info({ temporalLevel: level, ...meta }, message),
    ),
    shutdownSignals: ['SIGTERM', 'SIGINT'],
    ...(metricsListen && {
      telemetryOptions: { metrics: { prometheus: { bindAddress: bindAddressOf(metricsListen) } } },
    }),
  });
}

function bindAddressOf({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
