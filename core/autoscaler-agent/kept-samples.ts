/** Which samples of a job an agent keeps between its decisions: as many as a window needs, and never more than there is room for. */
import type { JobSample } from '../autoscaler/samples.ts';

/** Samples of one job: at the defaults of the engine, one every nine seconds; of a longer window, some are left out. */
const samplesMax = 240;

/** With a newer sample, without what is older than `keepMs`. The newest one is always there. */
export function withSample(samples: readonly JobSample[], sample: JobSample, keepMs: number): readonly JobSample[] {
  const before = samples.filter(({ atMs }) => atMs >= sample.atMs - keepMs && atMs < sample.atMs);
  const [earlier, last] = [before.at(-2), before.at(-1)];
  // The last one only stood in for those that come at their distance.
  const isTooClose = earlier !== undefined && last !== undefined && last.atMs - earlier.atMs < keepMs / samplesMax;
  return [...(isTooClose ? before.slice(0, -1) : before), sample];
}
