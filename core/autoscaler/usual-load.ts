/**
 * Part of feature `cost`: how much a load wanders around its level anyway. What is within that is over in a moment, and no reason
 * for a pause. Level, mean deviation and drift are exponentially weighted: a load that goes one way deviates as much as it
 * drifts, a load that wanders deviates to both sides.
 */
import { dreySettings } from './drey-settings.ts';
import type { UsualLoad } from './memory.ts';

/** Of a normal distribution, the standard deviation over the mean absolute one. */
const sigmaOverMean = Math.sqrt(Math.PI / 2);

/** With the rate of this moment. */
export function learnUsual(usual: UsualLoad | undefined, rate: number, nowMs: number): UsualLoad {
  if (usual === undefined || nowMs - usual.atMs > dreySettings.usualMs)
    return { level: rate, deviation: 0, drift: 0, sinceMs: nowMs, atMs: nowMs };
  const weight = 1 - Math.exp(-(nowMs - usual.atMs) / dreySettings.usualMs);
  const off = rate - usual.level;
  return {
    level: usual.level + weight * off,
    deviation: usual.deviation + weight * (Math.abs(off) - usual.deviation),
    drift: usual.drift + weight * (off - usual.drift),
    sinceMs: usual.sinceMs,
    atMs: nowMs,
  };
}

/** The standard deviation of a load around its level, over the level; 0 where it is not known, or not steady enough to tell. */
export function noiseOf(usual: UsualLoad | undefined, nowMs: number): number {
  if (usual === undefined || nowMs - usual.sinceMs < dreySettings.usualMs) return 0;
  const sigma = sigmaOverMean * Math.max(0, usual.deviation - Math.abs(usual.drift));
  return sigma / Math.max(usual.level, 1);
}

/** The rate to be expected over the minutes to come, over the present one: 1, or less where it is up by no more than usual. */
export function lastingShare(usual: UsualLoad | undefined, rate: number, nowMs: number): number {
  const { level = rate } = usual ?? {};
  const off = rate - level;
  if (off <= 0 || off > dreySettings.usualSigmas * noiseOf(usual, nowMs) * level) return 1;
  return (level + dreySettings.lastingPart * off) / rate;
}
