/** For how long the jobs of a Flink cluster are looked at. */
import type { ProfileName } from '../../core/autoscaler/policy.ts';
import { parseDuration } from '../duration.ts';

const second = 1_000;
const minute = 60 * second;

/** The first reading counts for nothing, and every reading takes a while. */
const besidesMs = 15 * second;

/**
 * What `--for` says, in milliseconds; else a minute, which windows that were made short for advice take, or three: so long takes `drey` with its own
 * window, of a job that has run for a while.
 */
export function longestMs(profile: ProfileName, said: string | undefined): number {
  if (said !== undefined) return parseDuration(said, '--for');
  return profile === 'drey' ? 3 * minute : minute;
}

/** What to say to `--for` where that takes so many milliseconds: rounded up, to tens of seconds or to minutes. */
export function lookingFor(takesMs: number): string {
  const ms = takesMs + besidesMs;
  return ms <= 90 * second ? `${10 * Math.ceil(ms / (10 * second))}s` : `${Math.ceil(ms / minute)}m`;
}
