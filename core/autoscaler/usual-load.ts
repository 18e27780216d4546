/**
 * Part of feature `cost`: how much a load wanders around its level anyway. What is within that is over in a moment, and no reason
 * for a pause. Level, mean deviation and drift are exponentially weighted: a load that goes one way deviates as much as it
 * drifts, a load that wanders deviates to both sides.
 *
 * With a rate r (records a second, of all sources), Δt after the one before, w = 1 − e^(−Δt / 2 h) and e = r − L of before: level
 * L += w·e, deviation D += w·(|e| − D), drift d += w·(e − d). The mean absolute deviation in place of the standard one, learned like
 * this, is Jacobson's of round-trip times (SIGCOMM 1988); smoothed errors against smoothed absolute ones tell a load that goes one way,
 * as in Trigg's tracking signal (1964). Here they are subtracted: σ = √(π/2) · max(0, D − |d|). So a ramp, for which D = |d|, has no
 * noise. Why 2 h, 5 σ and a half: see `usualMs`, `usualSigmas` and `lastingPart` in drey-settings.ts.
 */
import { dreySettings } from './drey-settings.ts';
import type { UsualLoad } from './memory.ts';

/** Of a normal distribution, the standard deviation over the mean absolute one. */
const sigmaOverMean = Math.sqrt(Math.PI / 2);

/** With the rate of this moment, records a second; from the beginning where nothing was told for 2 h. */
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

/** σ / max(L, 1): the standard deviation of a load around its level, over the level; 0 before 2 h were seen, and where it goes one way. */
export function noiseOf(usual: UsualLoad | undefined, nowMs: number): number {
  if (usual === undefined || nowMs - usual.sinceMs < dreySettings.usualMs) return 0;
  const sigma = sigmaOverMean * Math.max(0, usual.deviation - Math.abs(usual.drift));
  return sigma / Math.max(usual.level, 1);
}

/** The rate to be expected over the minutes to come, over the present one: (L + e/2) / r where 0 < e ≤ 5 σ, up by no more than usual; else 1. */
export function lastingShare(usual: UsualLoad | undefined, rate: number, nowMs: number): number {
  const { level = rate } = usual ?? {};
  const off = rate - level;
  if (off <= 0 || off > dreySettings.usualSigmas * noiseOf(usual, nowMs) * level) return 1;
  return (level + dreySettings.lastingPart * off) / rate;
}
