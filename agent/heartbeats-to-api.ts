/** The agent's way to tell the API that it is there, where its settings name one. */
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { heartbeatsTo } from '../clients/drey/send-heartbeat.ts';
import type { AgentSettings } from './config.ts';
import { Heartbeats } from './heartbeats.ts';
import type { Observing } from './observing.ts';
import type { SharedQuotasHeard } from './shared-quotas-heard.ts';
import type { UnknownJobsFound } from './unknown-jobs.ts';

/** What an agent says of itself, and what it hears. */
interface HeartbeatContents {
  readonly observing: Observing;
  readonly unknownJobs: UnknownJobsFound;
  readonly quotas: SharedQuotasHeard;
}

/** Undefined where the settings name no API or no token: then only what asks Temporal for work is known to be there. */
export function heartbeatsToApi(
  settings: AgentSettings,
  log: Logger,
  { observing, unknownJobs, quotas }: HeartbeatContents,
): Heartbeats | undefined {
  const { DREY_API_URL: server, DREY_API_TOKEN_FILE: file, DREY_CLUSTER: cluster } = settings;
  if (server === undefined || file === undefined) return undefined;
  const token = () => readFileSync(file, 'utf8').trim();
  return new Heartbeats({
    send: heartbeatsTo({ server, cluster, token }),
    log,
    observes: () => observing.isNow,
    unknown: () => unknownJobs.now,
    heard: (found) => quotas.note(found),
  });
}
