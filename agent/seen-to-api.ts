/** The agent's way to the API for what it sees of jobs, where its settings name one. */
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { seenTo } from '../clients/drey/send-seen.ts';
import type { AgentSettings } from './config.ts';
import type { AgentMetrics } from './metrics.ts';
import { SeenSender } from './seen-sender.ts';

/** Undefined where the settings name no API or no token: then what needs no action is shown nowhere. */
export function seenToApi(settings: AgentSettings, metrics: AgentMetrics, log: Logger): SeenSender | undefined {
  const { DREY_API_URL: server, DREY_API_TOKEN_FILE: file, DREY_CLUSTER: cluster } = settings;
  if (server === undefined || file === undefined) return undefined;
  const send = seenTo({ server, cluster, token: () => readFileSync(file, 'utf8').trim() });
  return new SeenSender({ send, metrics, log });
}
