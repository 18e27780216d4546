/** What is said of many upgrades at once. */
import type { OperationRecord } from '../../core/operation.ts';
import { median, seconds } from './support.ts';

export interface ManyUpgrades {
  readonly jobs: number;
  /** How many operations were under way at the same time. */
  readonly atOnce: number;
  /** From the request to the beginning of the operation, the longest. */
  readonly longestWaitMs: number;
  readonly medianTotalMs: number;
  /** Of those whose agent knew when the old job ended. */
  readonly pausesMs: readonly number[];
  readonly text: string;
}

const at = (text: string | undefined) => Date.parse(text ?? '');

/** @param records of the upgrades, all of which have succeeded. */
export function judged(records: readonly OperationRecord[]): ManyUpgrades {
  const waits = records.map(({ requestedAt, startedAt }) => at(startedAt) - at(requestedAt));
  const totals = records.map(({ startedAt, endedAt }) => at(endedAt) - at(startedAt));
  const pausesMs = records.flatMap(({ pauseMs }) => pauseMs ?? []);
  const atOnce = Math.max(
    ...records.map(
      ({ startedAt }) =>
        records.filter((one) => at(one.startedAt) <= at(startedAt) && at(one.endedAt) > at(startedAt)).length,
    ),
  );
  const longestWaitMs = Math.max(...waits);
  const text = `${records.length} upgrades at once: ${atOnce} under way together, the longest wait for a beginning ${seconds(longestWaitMs)}, median ${seconds(median(totals))} from beginning to end, ${medianPause(pausesMs, records.length)}`;
  return { jobs: records.length, atOnce, longestWaitMs, medianTotalMs: median(totals), pausesMs, text };
}

function medianPause(pausesMs: readonly number[], upgrades: number): string {
  if (pausesMs.length === 0) return 'no pause is known';
  const unknown = upgrades - pausesMs.length;
  return `median pause ${seconds(median(pausesMs))}${unknown > 0 ? `; ${unknown} without a known pause` : ''}`;
}
