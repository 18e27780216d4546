/** The agent's way to the API for samples, where its settings name one. */
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { samplesTo } from '../clients/drey/send-samples.ts';
import type { AgentSettings } from './config.ts';
import type { AgentMetrics } from './metrics.ts';
import { MetricsSender } from './metrics-sender.ts';

/** Undefined, and said, where the settings name no API or no token: then nobody needs to measure. */
export function samplesToApi(settings: AgentSettings, metrics: AgentMetrics, log: Logger): MetricsSender | undefined {
  const { DREY_API_URL: server, DREY_API_TOKEN_FILE: file, DREY_CLUSTER: cluster } = settings;
  if (server === undefined || file === undefined) {
    log.info('no samples of jobs are sent: DREY_API_URL and DREY_API_TOKEN_FILE are not both set');
    return undefined;
  }
  const token = () => readFileSync(file, 'utf8').trim();
  const send = samplesTo({ server, cluster, token });
  return new MetricsSender({ send, metrics, log, samplesMax: settings.DREY_SAMPLES_WAITING_MAX });
}
