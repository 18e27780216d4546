import { describe, expect, test } from '@jest/globals';
import type { JobReading } from '../../../core/metrics/job-reading.ts';
import { standstillOf, stillAfter, type StandingStill } from '../../../core/observation/standing-still.ts';

interface SourceIs {
  readonly id?: string;
  readonly out?: number;
  /** Milliseconds a second; absent: Flink does not tell. */
  readonly heldUp?: number;
  readonly finished?: boolean;
  readonly complete?: boolean;
}

const minute = 60_000;
const blocked: SourceIs = { out: 70, heldUp: 1_000 };

/** A job of these sources and one sink, which does nothing. */
function reading(atMs: number, sources: readonly SourceIs[], completed: number | undefined = 3): JobReading {
  const all = sources.map((one, index) => ({ id: `s${index}`, ...one }));
  const told = all.map(({ id, out, heldUp, complete }) => [
    id,
    {
      ...(out !== undefined && { recordsOut: out }),
      ...(heldUp !== undefined && { backPressuredMsPerSecond: { avg: heldUp } }),
      ...(complete !== undefined && { complete }),
    },
  ]);
  const vertex = { parallelism: 1, maxParallelism: 128 };
  return {
    job: {
      id: 'j',
      name: 'j',
      state: 'RUNNING',
      vertices: [
        ...all.map(({ id, finished }) => ({
          ...vertex,
          id,
          name: `Source ${id}`,
          inputs: [],
          ...(finished && { finished }),
        })),
        { ...vertex, id: 'sink', name: 'Sink', inputs: [{ id: 's0' }] },
      ],
    },
    sample: { atMs, vertices: { ...Object.fromEntries(told), sink: { recordsOut: 0 } } },
    ...(completed !== undefined && { checkpoints: { completed, failed: 0 } }),
  } as unknown as JobReading;
}

function after(...readings: readonly JobReading[]): StandingStill | undefined {
  return readings.reduce<StandingStill | undefined>(stillAfter, undefined);
}

const first = reading(0, [blocked]);
const spanMs = (still: StandingStill | undefined) => still && still.lastMs - still.sinceMs;

describe('three minutes after it was blocked, a job', () => {
  const then = 3 * minute;
  const moved = { ...blocked, out: 71 };
  const idle: SourceIs = { out: 5, heldUp: 0 };
  test.each<[string, readonly JobReading[], number | undefined]>([
    ['that has put nothing out stands still', [first, reading(then, [blocked])], then],
    ['that has put a record out does so since then only', [first, reading(then, [moved])], 0],
    ['that was restarted has counted anew', [first, reading(then, [{ ...blocked, out: 0 }])], 0],
    ['that has completed a checkpoint does so since then only', [first, reading(then, [blocked], 4)], 0],
    [
      'without checkpoints stands still, too',
      [reading(0, [blocked], undefined), reading(then, [blocked], undefined)],
      then,
    ],
    [
      'that told nothing of checkpoints in between does',
      [first, reading(minute, [blocked], undefined), reading(then, [blocked])],
      then,
    ],
    [
      'that told of them later than of its sources is judged from there on',
      [reading(0, [blocked], undefined), first, reading(then, [blocked], 4)],
      0,
    ],
    [
      'that was not blocked in between does so since then only',
      [first, reading(minute, [{ ...blocked, heldUp: 800 }]), reading(then, [blocked])],
      0,
    ],
    ['that is only slow does not', [reading(0, [{ ...blocked, heldUp: 890 }])], undefined],
    ['that has nothing to read does not', [reading(0, [idle]), reading(then, [idle])], undefined],
    ['of which Flink does not tell all does not', [first, reading(then, [{ ...blocked, complete: false }])], undefined],
    ['of which Flink tells nothing does not', [first, reading(then, [{}])], undefined],
    [
      'of which one source has nothing to read stands still',
      [reading(0, [idle, blocked]), reading(then, [idle, blocked])],
      then,
    ],
    [
      'of which one source reads on does not',
      [reading(0, [{ out: 5, heldUp: 0 }, blocked]), reading(then, [{ out: 9, heldUp: 0 }, blocked])],
      0,
    ],
    [
      'of which one source has finished stands still',
      [reading(0, [{ finished: true }, blocked]), reading(then, [{ finished: true }, blocked])],
      then,
    ],
    ['that has finished all sources does not', [reading(0, [{ finished: true }])], undefined],
  ])('%s', (_title, readings, expected) => {
    expect(spanMs(after(...readings))).toBe(expected);
  });
});

describe('what is told of it', () => {
  test('is the source that was held up most, and the least that any reading said', () => {
    const still = after(
      reading(0, [{ ...blocked, heldUp: 950 }, blocked]),
      reading(minute, [
        { ...blocked, heldUp: 960 },
        { ...blocked, heldUp: 970 },
      ]),
    );
    const told = { vertex: 'Source s1', windowMs: minute, recordsOut: 0, backpressure: 0.97 };
    expect(standstillOf(still, 2 * minute)).toEqual(told);
  });

  test('goes on until the next reading is due, however far apart these are', () => {
    const apart = 150_000;
    const still = after(first, reading(apart, [blocked]));
    expect(standstillOf(still, apart + 140_000)).toMatchObject({ windowMs: apart });
    expect(standstillOf(still, apart + 2 * apart + 1)).toBeUndefined();
  });

  test('is nothing where it was not read for long, or moves', () => {
    expect(standstillOf(after(first), 121_000)).toBeUndefined();
    expect(standstillOf(undefined, 0)).toBeUndefined();
  });
});
