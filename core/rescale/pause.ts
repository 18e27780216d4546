/** How long a rescale kept a job from its work. */

export interface PauseSeen {
  /** When the checkpoint completed that the job went on from; absent where it went on from none. */
  readonly wentOnFromMs?: number;
  /** When the job in its new form was made. */
  readonly createdAtMs?: number;
  /** Since when each subtask runs; undefined for one that does not yet. */
  readonly runningAtMs: readonly (number | undefined)[];
}

/**
 * From the completion of the checkpoint that the job went on from (what was done after it is done again) until the last of
 * its tasks ran, by Flink's own clock. Without a checkpoint it counts from when the old tasks had ended.
 * @returns milliseconds; undefined while not all is known.
 */
export function pauseOf({ wentOnFromMs, createdAtMs, runningAtMs }: PauseSeen): number | undefined {
  const began = wentOnFromMs ?? createdAtMs;
  const ran = runningAtMs.flatMap((at) => at ?? []);
  if (began === undefined || ran.length === 0 || ran.length < runningAtMs.length) return undefined;
  return Math.max(0, Math.max(...ran) - began);
}
