/** What Flink answers from its cache. */
import type { Checkpoints, FlinkClient } from '../../clients/flink/client.ts';

/** As Flink tells of a job's checkpoints: an answer is given again for as long as that, in milliseconds. */
export function cachedFor(ms: number, now: () => Checkpoints): FlinkClient['checkpoints'] {
  let told: { readonly atMs: number; readonly answer: Checkpoints } | undefined;
  return async () => {
    if (!told || performance.now() - told.atMs >= ms) told = { atMs: performance.now(), answer: now() };
    return told.answer;
  };
}
