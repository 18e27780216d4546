/**
 * Feature `bottleneck`: a scale-up after which a vertex is as busy as before and does no more has found something outside of Flink,
 * or a hot key. It is not tried again for a while, longer each time. What it took goes back when nothing waits any more, as other
 * slots do: to undo it at once is one more pause for a job that is late already.
 *
 * Of no use is the newest scale-up where (R − R₀) / (E − R₀) < 0.1 (`leastGain`) and the vertex is busy for 95 % of its time (`saturated`): R is what
 * it can process now, R₀ what it could before, E what was expected of it, records a second. Source of the formula and of its tenth:
 * `JobVertexScaler.detectIneffectiveScaleUp` of the operator, which heeds it for as long as that scale-up is the newest it knows of. Busy
 * it has to be since a vertex with little to do does not show what it can. Found so for the n-th time, it is not tried again for
 * 24 h · 2^(n−1), 32 days at most: exponential backoff from `distrustMs`.
 */
import { dreySettings } from './drey-settings.ts';
import { ineffectiveScaleUp } from './effectiveness.ts';
import type { Distrust, EngineMemory, VertexScaling } from './memory.ts';
import { isOfProgram } from './program-change.ts';

export interface Tried {
  readonly id: string;
  readonly parallelism: number;
  readonly trueRate: number;
  readonly load: number;
}

/** The last scale-up of a vertex, where that was of no use: `from` is what it had before. @param history by which it may be judged now. */
export function uselessScaleUp(history: readonly VertexScaling[], now: Tried): VertexScaling | undefined {
  const useless = ineffectiveScaleUp(history, now, dreySettings.leastGain);
  // What it could do before is not known of a vertex that only custom metrics spoke of.
  const isJudged = useless !== undefined && !Number.isNaN(useless.gained / useless.expected);
  return isJudged && now.load >= dreySettings.saturated ? history.at(-1) : undefined;
}

/** With one more scale-up that was found to be of no use: until now + 24 h · 2^min(n−1, 5), n of them being known of the vertex. */
export function distrust(memory: EngineMemory, id: string, above: number, nowMs: number): readonly Distrust[] {
  const before = memory.distrusts.find(({ vertex }) => vertex === id);
  const times = (before?.times ?? 0) + 1;
  const untilMs = nowMs + dreySettings.distrustMs * 2 ** Math.min(times - 1, 5);
  return [...memory.distrusts.filter((one) => one !== before), { vertex: id, above, atMs: nowMs, untilMs, times }];
}

/** What holds a vertex at its parallelism, or at a larger one; undefined where nothing does. Another program may try once. */
export function distrusted(
  memory: EngineMemory,
  { id, parallelism }: Pick<Tried, 'id' | 'parallelism'>,
  nowMs: number,
): Distrust | undefined {
  return memory.distrusts.find(
    (one) => one.vertex === id && one.untilMs > nowMs && parallelism >= one.above && isOfProgram(memory, one.atMs),
  );
}
