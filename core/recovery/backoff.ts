/** How long to wait before an attempt. */
import type { RecoverySpec } from '../schema/flink-job.ts';
import { parseDurationMs } from '../spec/duration.ts';

/** Each wait is this many times the one before it. */
const factor = 2;

/** @param made how many attempts were made before. The first one waits for nothing. */
export function backoffMs(made: number, { initial, max }: RecoverySpec['backoff']): number {
  if (made === 0) return 0;
  return Math.min(parseDurationMs(initial) * factor ** (made - 1), parseDurationMs(max));
}
