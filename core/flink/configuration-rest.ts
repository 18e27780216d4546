/** What Flink's REST interface and metrics answer, and how old an answer may be. */
import type { FlinkJob } from '../schema/flink-job.ts';
import { flinkDurationMs } from './flink-duration.ts';
import { ports } from './configuration-ports.ts';
import type { ConfigurationInput, Settings } from './configuration-input.ts';

/** Where Flink keeps uploaded jars, under `flink-web-upload`: the init container puts the job's jar there. */
export const uploadDirectory = '/drey/upload';

/** Settings that the rest of Drey relies on. */
export function fixedRest({ job }: ConfigurationInput): Settings {
  if (job.spec.mode === 'application') return { 'web.cancel.enable': 'true' };
  return { 'web.submit.enable': 'true', 'web.cancel.enable': 'true', 'web.upload.dir': uploadDirectory };
}

/** Settings that a user may replace. */
export function defaultRest({ job }: ConfigurationInput): Settings {
  const { version } = job.spec.flink;
  return {
    ...freshAnswers(version),
    ...keptAnswers(version),
    'metrics.fetcher.update-interval': '1s',
    'metrics.reporter.prom.factory.class': 'org.apache.flink.metrics.prometheus.PrometheusReporterFactory',
    'metrics.reporter.prom.port': String(ports.prometheus),
  };
}

const checkpointCacheMsDefault = 100;

/** The longest that a spec may ask for, and that is waited for such an answer: a stop waits for it while nobody processes. */
export const checkpointCacheMsMax = 60_000;

/** Flink's names of how long that is. */
export const checkpointCacheKeys = ['rest.cache.checkpoint-statistics.timeout', 'web.refresh-interval'] as const;

/**
 * How old an answer about a job's checkpoints may be, in milliseconds: the JobManager gives one again for as long. It is Flink's own
 * default where the spec says what cannot be read.
 */
export function checkpointCacheMs({ spec }: FlinkJob): number {
  const options = spec.flink.configuration;
  const [said] = checkpointCacheKeys.flatMap((key) => options[key] ?? []);
  return said === undefined ? checkpointCacheMsDefault : (flinkDurationMs(said) ?? 3_000);
}

/**
 * How long a JobManager knows at least what has come of a request such as one to stop, in milliseconds; not at all where the spec says what
 * cannot be read.
 */
export function requestsKeptMs({ spec }: FlinkJob): number {
  const said = spec.flink.configuration['rest.async.store-duration'];
  return said === undefined ? 5 * 60_000 : (flinkDurationMs(said) ?? 0);
}

/** Flink answers from caches that are 3 s old, which would be the longest part of a rescale. */
function freshAnswers(version: string): Settings {
  const checkpoints = { 'rest.cache.checkpoint-statistics.timeout': `${checkpointCacheMsDefault}ms` };
  // Before 2.3 the job's details are cached as long as the web UI waits between its own requests, so that is a compromise.
  return version === '2.3'
    ? { ...checkpoints, 'rest.cache.execution-graph.timeout': '100ms' }
    : { ...checkpoints, 'web.refresh-interval': '250ms' };
}

/** Flink forgets an ended job after an hour; "not found" would then say nothing about how it ended. */
function keptAnswers(version: string): Settings {
  const week = { 'jobstore.expiration-time': String(7 * 24 * 3600) };
  return version === '2.3' ? { ...week, 'completed-application-store.expiration-time': '7d' } : week;
}
