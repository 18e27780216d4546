/** Parts of the running stack that only some benchmarks need: Temporal, PostgreSQL, and Drey's own processes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { connectPostgres, type Postgres } from '../../clients/postgres/connect.ts';
import { connectTemporal, type Temporal } from '../../clients/temporal/connect.ts';
import { processName, restartDreyProcess } from '../../deploy/dev/drey-processes.ts';
import { loopback, stackPaths } from '../../deploy/dev/paths.ts';
import { rememberedPorts } from '../../deploy/dev/ports.ts';
import { livingProcess, stopRecorded } from '../../deploy/dev/process.ts';
import { usageOf, type MeasuredProcess, type ProcessUsage } from './process-usage.ts';
import { actionsIn, type Actions } from './temporal-cost.ts';

export interface StackParts {
  readonly temporal: Temporal;
  readonly postgres: Postgres;
  /** What Temporal has billed since its server started. */
  actions(): Promise<Actions>;
  /** @throws where one of them does not run. */
  usage(): Readonly<Record<MeasuredProcess, ProcessUsage>>;
  /**
   * Ends the agent and starts it again: it lists everything anew.
   * @param between is called when the old one is gone, and the new one not yet there.
   * @returns when the new one was started, in milliseconds since 1970.
   */
  restartAgent(between?: () => void): Promise<number>;
  close(): Promise<void>;
}

/** What the stack keeps of how it started the API. */
const started = z.object({
  env: z.object({ DATABASE_URL: z.string(), TEMPORAL_ADDRESS: z.string(), TEMPORAL_NAMESPACE: z.string() }),
});

const graceMs = 15_000;

/** @throws where no stack runs. */
export function stackParts(): StackParts {
  const paths = stackPaths('dev');
  const { env } = started.parse(JSON.parse(readFileSync(join(paths.runDir, 'api.start'), 'utf8')));
  const namespace = env.TEMPORAL_NAMESPACE;
  const temporal = connectTemporal({ address: env.TEMPORAL_ADDRESS, namespace, identity: 'bench' });
  const postgres = connectPostgres({ url: env.DATABASE_URL, applicationName: 'bench', statementTimeoutMs: 120_000 });
  const metricsUrl = `http://${loopback}:${rememberedPorts(paths.stateDir)['temporalMetrics']}/metrics`;
  return {
    temporal,
    postgres,
    actions: async () => actionsIn(await (await fetch(metricsUrl)).text(), namespace),
    usage: () => ({
      agent: usageOf(pidOf('agent')),
      worker: usageOf(pidOf('worker')),
      api: usageOf(pidOf('api')),
      temporal: usageOf(pidOf('temporal')),
    }),
    restartAgent: async (between) => {
      await stopRecorded(paths.runDir, 'agent', graceMs);
      between?.();
      const startedAtMs = Date.now();
      await restartDreyProcess(paths, 'agent');
      return startedAtMs;
    },
    close: async () => {
      await postgres.end();
      await temporal.close();
    },
  };
}

function pidOf(part: MeasuredProcess): number {
  const name = part === 'temporal' ? part : processName(part);
  const record = livingProcess(stackPaths('dev').runDir, name);
  if (!record) throw new Error(`${name} does not run: run \`npm run up\` again`);
  return record.pid;
}
