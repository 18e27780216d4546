/** What the agent does with what it measures of jobs. */
import type { Logger } from 'pino';
import { readCustomMetrics } from '../activities/observe/custom-metrics.ts';
import type { MeasuringPorts } from '../activities/observe/measurer.ts';
import { RequestLine } from '../activities/observe/request-line.ts';
import type { PrometheusQuery } from '../clients/prometheus/query.ts';
import { isAutoscaled } from '../core/autoscaler-agent/autoscaled.ts';
import { samplesOf } from '../core/metrics/job-samples.ts';
import { measuringInAll, paceForWindow } from '../core/metrics/measuring-pace.ts';
import { autoscalerPolicy } from '../core/schema/autoscaler.ts';
import type { AgentMetrics } from './metrics.ts';
import type { MetricsSender } from './metrics-sender.ts';

interface Sinks extends Pick<MeasuringPorts, 'flink'> {
  /** Absent: what is measured goes nowhere, and only jobs are measured whose autoscaler decides by it. */
  readonly samples?: Pick<MetricsSender, 'add'> | undefined;
  readonly prometheus?: PrometheusQuery | undefined;
}

interface Account {
  readonly metrics: Pick<AgentMetrics, 'requests' | 'customAbsent'>;
  readonly log: Pick<Logger, 'warn' | 'debug'>;
}

/** One line for all shards of this process. */
export function measuringPorts({ flink, samples, prometheus }: Sinks, { metrics, log }: Account): MeasuringPorts {
  return {
    flink,
    line: new RequestLine(measuringInAll),
    isWanted: (generation) => samples !== undefined || isAutoscaled(generation),
    atLeastEveryMs: ({ spec }) => {
      const { autoscaler } = spec.spec;
      return autoscaler && autoscaler.mode !== 'off'
        ? paceForWindow(autoscalerPolicy(autoscaler).options.windowMs)
        : undefined;
    },
    take: ({ identity }, reading) => samples?.add(samplesOf(identity.uid, reading)),
    custom: async (generation, paced, job) => {
      const sources = isAutoscaled(generation) ? (generation.spec.spec.autoscaler?.metrics ?? []) : [];
      if (sources.length === 0) return undefined;
      const { tenant, name: of } = generation.identity;
      const absent = (name: string, why: unknown) => {
        metrics.customAbsent.inc();
        log.debug({ tenant, job: of, metric: name, why }, 'a custom metric has no value');
      };
      return readCustomMetrics({ flink: paced, prometheus, absent }, sources, job);
    },
    asked: (outcome) => metrics.requests.inc({ target: 'flink', outcome: outcome === 'answered' ? 'ok' : 'failed' }),
    failed: (error, { identity: { tenant, name } }) => log.warn({ err: error, tenant, name }, 'measuring failed'),
  };
}
