/** What the agent does with what it measures of jobs. */
import type { Logger } from 'pino';
import type { MeasuringPorts } from '../activities/observe/measurer.ts';
import { RequestLine } from '../activities/observe/request-line.ts';
import { samplesOf } from '../core/metrics/job-samples.ts';
import { measuringInAll } from '../core/metrics/measuring-pace.ts';
import type { AgentMetrics } from './metrics.ts';
import type { MetricsSender } from './metrics-sender.ts';

interface Sinks extends Pick<MeasuringPorts, 'flink'> {
  readonly samples?: Pick<MetricsSender, 'add'> | undefined;
}

/** One line for all shards of this process; undefined where nobody takes what would be measured. */
export function measuringPorts(
  { flink, samples }: Sinks,
  { metrics, log }: { readonly metrics: Pick<AgentMetrics, 'requests'>; readonly log: Pick<Logger, 'warn'> },
): MeasuringPorts | undefined {
  if (!samples) return undefined;
  return {
    flink,
    line: new RequestLine(measuringInAll),
    take: ({ identity }, reading) => samples.add(samplesOf(identity.uid, reading)),
    asked: (outcome) => metrics.requests.inc({ target: 'flink', outcome: outcome === 'answered' ? 'ok' : 'failed' }),
    failed: (error, { identity: { tenant, name } }) => log.warn({ err: error, tenant, name }, 'measuring failed'),
  };
}
