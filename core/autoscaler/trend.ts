/** Part of feature `cost`: a load that climbs evenly is met where it will be, so that it takes fewer steps. */
import type { Collected } from './collected.ts';
import { dreySettings } from './drey-settings.ts';
import { counterRate } from './edges.ts';

/**
 * Records a second that come in at a source: what it reads, and what is added to what waits. Both are to be of one moment: while a
 * backlog is worked off they nearly cancel out, and what the job's details say is read may be 3 s older than the rest.
 */
export function arrivalRate(history: readonly Collected[], id: string): number {
  const isCounted = history.every(({ vertices }) => (vertices[id]?.sourceRecordsIn ?? 0) > 0);
  const read = counterRate(history, id, isCounted ? 'sourceRecordsIn' : 'recordsIn');
  return Math.max(0, read + counterRate(history, id, 'lag'));
}

/**
 * By how many records a second the load of a source will have grown after the look-ahead. The slope is the least of those from
 * each quarter of the window to the next: a jump makes two of them steep and leaves the third flat. 0 of a window that is too short to tell.
 */
export function climb(all: readonly Collected[], id: string): number {
  const each = Math.floor((all.length - 1) / 4);
  const lastsMs = (all.at(-1)?.atMs ?? 0) - (all[0]?.atMs ?? 0);
  if (each < dreySettings.trendSamples || lastsMs < dreySettings.trendMs) return 0;
  const begin = all.length - 1 - 4 * each;
  const rates = [0, 1, 2, 3].map((at) => arrivalRate(all.slice(begin + at * each, begin + (at + 1) * each + 1), id));
  const quarterMs = ((all.at(-1)?.atMs ?? 0) - (all[begin]?.atMs ?? 0)) / 4;
  const rises = rates.slice(1).map((rate, at) => rate - (rates[at] ?? 0));
  const slope = Math.min(...rises) / quarterMs;
  return slope > 0 ? Math.min(slope * dreySettings.trendAheadMs, dreySettings.mostClimb * (rates[3] ?? 0)) : 0;
}
