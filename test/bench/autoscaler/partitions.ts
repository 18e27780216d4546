/** What waits in the topic behind a source: per partition, what came and what was read of it. */
import { partitionWeights } from './capacity.ts';
import type { VertexModel } from './job-model.ts';

export interface Topic {
  /** Records that wait, per partition. */
  readonly waiting: Float64Array;
  /** Records that ever came, those before the start included. */
  readonly arrived: number;
  /** Records that were read and not given back. */
  readonly processed: number;
  readonly backlog: number;
  /** How old the oldest record that waits is, in seconds. */
  readonly behindSeconds: number;
  arrive(records: number): void;
  /** Reads this part of what waits in a partition: the k-th partition by the k-th part, round and round. */
  read(parts: Float64Array): void;
  /** What was read until now is safe. */
  checkpoint(): void;
  /** A failure: what was read since the last checkpoint is to be read again. */
  giveBack(): void;
}

/** @param backlog what waits at the beginning, as if it had come evenly at `rateBefore` records per second. */
export function createTopic(source: VertexModel, stepSeconds: number, backlog: number, rateBefore: number): Topic {
  const weights = partitionWeights(source);
  const waiting = weights.map((weight) => weight * backlog);
  const unsafe = new Float64Array(weights.length);
  let arrived = backlog;
  let processed = 0;
  let behind = backlog > 0 ? backlog / rateBefore : 0;
  /** All that had come by the end of each step; the first is before the first step. */
  const curve: number[] = [backlog];
  let oldest = 0;

  /** How long ago the record came that is the next of the slowest partition. */
  const measure = () => {
    let done = arrived;
    for (let at = 0; at < weights.length; at += 1) {
      const weight = weights[at] ?? 1;
      done = Math.min(done, arrived - (waiting[at] ?? 0) / weight);
    }
    if (arrived - done < 1e-6 * arrived + 1e-9) return 0;
    while (oldest > 0 && (curve[oldest - 1] ?? 0) > done) oldest -= 1;
    while (oldest < curve.length - 1 && (curve[oldest] ?? 0) <= done) oldest += 1;
    const since = (curve.length - 1 - oldest) * stepSeconds;
    if (oldest === 0) return since + ((curve[0] ?? 0) - done) / rateBefore;
    const [before, after] = [curve[oldest - 1] ?? 0, curve[oldest] ?? 0];
    return since + ((after - done) / (after - before)) * stepSeconds;
  };

  return {
    waiting,
    get arrived() {
      return arrived;
    },
    get processed() {
      return processed;
    },
    get backlog() {
      return waiting.reduce((sum, each) => sum + each, 0);
    },
    get behindSeconds() {
      return behind;
    },
    arrive: (records) => {
      behind = measure();
      arrived += records;
      curve.push(arrived);
      for (let at = 0; at < weights.length; at += 1) waiting[at] = (waiting[at] ?? 0) + (weights[at] ?? 0) * records;
    },
    read: (parts) => {
      for (let partition = 0; partition < waiting.length; partition += 1) {
        const read = (waiting[partition] ?? 0) * (parts[partition % parts.length] ?? 0);
        waiting[partition] = (waiting[partition] ?? 0) - read;
        unsafe[partition] = (unsafe[partition] ?? 0) + read;
        processed += read;
      }
    },
    checkpoint: () => void unsafe.fill(0),
    giveBack: () => {
      unsafe.forEach((read, at) => {
        waiting[at] = (waiting[at] ?? 0) + read;
        processed -= read;
      });
      unsafe.fill(0);
    },
  };
}
