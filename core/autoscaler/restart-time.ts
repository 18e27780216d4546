/** How long a rescale is assumed to take. Source: `ScalingTracking.getMaxRestartTimeOrDefault` of the operator. */
import type { JobScaling } from './memory.ts';
import type { OperatorOptions } from './options.ts';
import type { AutoscaledJob } from './samples.ts';

/** The longest that was seen, up to the limit, where tracking is on and any was seen; else what is configured. */
export function restartTimeMs(scalings: readonly JobScaling[], options: OperatorOptions): number {
  const seen = scalings.flatMap(({ restartMs }) => (restartMs === undefined ? [] : [Math.floor(restartMs / 1000)]));
  if (!options.restartTracking || seen.length === 0) return options.restartMs;
  return Math.min(Math.max(...seen) * 1000, options.restartTrackingLimitMs);
}

/** Notes of the newest scaling how long it took, once the job runs with what it asked for. */
export function trackRestart(scalings: readonly JobScaling[], job: AutoscaledJob): readonly JobScaling[] {
  const newest = scalings.at(-1);
  if (newest === undefined || newest.byUpgrade || newest.restartMs !== undefined || job.runningSinceMs === undefined)
    return scalings;
  const isThere = Object.entries(newest.to).every(
    ([id, parallelism]) => job.vertices.find((vertex) => vertex.id === id)?.parallelism === parallelism,
  );
  const restartMs = job.runningSinceMs - newest.atMs;
  // A job that has run since before the scaling has not restarted for it yet.
  return isThere && restartMs >= 0 ? [...scalings.slice(0, -1), { ...newest, restartMs }] : scalings;
}
