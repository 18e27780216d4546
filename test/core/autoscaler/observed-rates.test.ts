/** What a source was seen to read while it caught up, long after it has. */
import { describe, expect, test } from '@jest/globals';
import { collect } from '../../../core/autoscaler/collected.ts';
import { decide } from '../../../core/autoscaler/decide.ts';
import type { AutoscalerDecision } from '../../../core/autoscaler/decision.ts';
import { emptyMemory, type EngineMemory } from '../../../core/autoscaler/memory.ts';
import type { JobSample } from '../../../core/autoscaler/samples.ts';
import { options, vertex } from './fixtures.ts';
import { inputOf, jobOf, minute, samplesOf } from './jobs.ts';

/** A source that reads so much a second at each minute; where it catches up, far more waits. */
function readingAt(rates: readonly (readonly [rate: number, catchesUp: boolean])[]): readonly JobSample[] {
  return rates.map(([rate, catchesUp], at) => {
    const each = { min: 0, max: 0, avg: 0, sum: 0 };
    const source = {
      busyMsPerSecond: each,
      backPressuredMsPerSecond: each,
      sourceRecordsIn: 0,
      sourceRecordsInPerSecond: rate,
      pendingRecords: catchesUp ? 1e6 : 0,
    };
    return { atMs: at * minute, vertices: { source } };
  });
}

describe('what is observed', () => {
  const samples = readingAt([
    [100, true],
    [100, true],
    [50, false],
    [50, false],
    [50, false],
    [50, false],
    [200, true],
    [50, false],
  ]);
  const observed = (earlier?: Parameters<typeof collect>[3]) =>
    collect(samples, [vertex('source')], options({ windowMs: 3 * minute }), earlier).map(
      ({ vertices }) => vertices['source']?.observedRate,
    );

  test('is carried on as the mean of the window that the sample before has left', () => {
    // (100 + 100 + 100 + 200) / 4: of the eight samples, the first three have left the window of three minutes.
    expect(observed({ stableMs: 0, rates: {} })).toEqual([100, 100, 100, 100, 100, 100, 200, 125]);
  });

  test('is the mean of all while no window was full', () => {
    // (6 · 100 + 200) / 7
    expect(observed({ stableMs: 5 * minute, rates: {} }).at(-1)).toBe(114.286);
  });
});

const rateIn = ({ vertices }: AutoscalerDecision) => vertices[0]?.metrics['TRUE_PROCESSING_RATE'];

describe('a source that has caught up', () => {
  const load = { rate: 700, busy: { source: 0.1, work: 0.5 } };
  const policy = inputOf(load, 0).policy;
  /** Half an hour at 7000/s by its busy time, of which it could read 1000/s while it caught up at first. */
  const decideAt = (fromMs: number, nowMs: number, memory: EngineMemory, job = jobOf()) => {
    const samples = samplesOf(load, nowMs).map((sample) => {
      const source = { ...sample.vertices['source'], ...(sample.atMs < 5 * minute && { pendingRecords: 1e6 }) };
      const read = { ...source, ...(sample.atMs < 5 * minute && { sourceRecordsInPerSecond: 1000 }) };
      return { ...sample, vertices: { ...sample.vertices, source: read } };
    });
    const kept = samples.filter(({ atMs }) => atMs >= fromMs);
    return decide({ policy, nowMs, job, samples: kept, memory });
  };
  test('is judged by what it could read then, for as long as it runs', () => {
    const first = decideAt(0, 25 * minute, emptyMemory);
    expect(rateIn(first)).toBe(1000);
    const later = decideAt(10 * minute, 45 * minute, first.memory);
    expect(rateIn(later)).toBe(1000);
    expect(rateIn(decideAt(60 * minute, 95 * minute, later.memory))).toBe(1000);
  });

  test('is not, once it has been started anew', () => {
    const { memory } = decideAt(0, 25 * minute, emptyMemory);
    const restarted = decideAt(50 * minute, 95 * minute, memory, jobOf(4, { runningSinceMs: 50 * minute }));
    expect(rateIn(restarted)).toBeCloseTo(7000);
    expect(restarted.memory).not.toHaveProperty('observed');
  });
});
