/**
 * Feature `cost`: whether a rescale is worth its pause. Upwards: what the job would be behind soon, were nothing done, against
 * the pauses of this very job, measured. Downwards: the share of slots that it frees, and patience: a scale-down that had to be
 * undone soon makes the next one wait twice as long.
 */
import { dreySettings } from './drey-settings.ts';
import type { EngineMemory, VertexScaling } from './memory.ts';

export interface Falling {
  /** Records a second that come in, and can be processed. */
  readonly targetRate: number;
  readonly trueRate: number;
  /** Records that wait. */
  readonly lagShare: number;
}

/** Seconds that a vertex would be behind after the look-ahead: what waits, and what overflows until then. */
function behindSoonMs({ targetRate, trueRate, lagShare }: Falling): number {
  const overflow = Math.max(0, targetRate / trueRate - 1);
  return (1000 * lagShare) / Math.max(targetRate, 1) + overflow * dreySettings.lookAheadMs;
}

/** Whether it would be behind for longer than the rescale itself makes it be. */
export function isWorthScalingUp(falling: Falling, restartMs: number): boolean {
  return behindSoonMs(falling) > Math.max(dreySettings.worthMs, dreySettings.worthPauses * restartMs);
}

/** How many times as long as usual a scale-down waits: twice for each of the last day that was regretted, and after another. */
export function patience({ scalings }: Pick<EngineMemory, 'scalings'>, nowMs: number): number {
  const histories = Object.values(scalings);
  const regrets = Math.max(0, ...histories.map((history) => regretsIn(history, nowMs)));
  const isFalling = histories.some((history) => hasJustFallen(history.at(-1), nowMs));
  return Math.min(dreySettings.mostPatience, 2 ** (regrets + (isFalling ? 1 : 0)));
}

function hasJustFallen(last: VertexScaling | undefined, nowMs: number): boolean {
  return last !== undefined && last.to < last.from && nowMs - last.atMs <= dreySettings.stillFallingMs;
}

function regretsIn(history: readonly VertexScaling[], nowMs: number): number {
  return history.filter((scaling, at) => {
    const before = history[at - 1];
    const isRecent = nowMs - scaling.atMs <= dreySettings.distrustMs;
    return isRecent && before !== undefined && isRegret(before, scaling);
  }).length;
}

function isRegret(down: VertexScaling, up: VertexScaling): boolean {
  return down.to < down.from && up.to > up.from && up.atMs - down.atMs <= dreySettings.regretMs;
}
