import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Aggregate, VertexSample } from '../../../core/autoscaler/samples.ts';
import { isIdle, type JobReading } from '../../../core/metrics/job-reading.ts';
import { samplesOf } from '../../../core/metrics/job-samples.ts';

const each = (value: number): Aggregate => ({ min: value - 1, avg: value, max: value + 1, sum: 2 * value });

const vertex: VertexSample = {
  busyMsPerSecond: each(600),
  idleMsPerSecond: each(300),
  backPressuredMsPerSecond: each(100),
  accumulatedBusyMs: 5000,
  recordsIn: 70,
  recordsOut: 71,
  complete: true,
  recordsInPerSecond: 7,
  recordsOutPerSecond: 8,
  sourceRecordsIn: 72,
  sourceRecordsOut: 73,
  sourceRecordsInPerSecond: 9,
  pendingRecords: 40,
};

/** A reading of a job with one vertex, of which everything is known. */
function reading(seen: VertexSample = vertex, more: Partial<JobReading> = {}): JobReading {
  const one = { id: 'v', name: 'Source: s', parallelism: 2, maxParallelism: 128, inputs: [], sourcePartitions: 8 };
  return {
    job: { id: 'j', name: 'job', state: 'RUNNING', restarts: 3, vertices: [one] },
    sample: {
      atMs: 10_000,
      vertices: { v: seen },
      slotsTotal: 4,
      slotsAvailable: 1,
      taskManagers: {
        count: 2,
        heapUsedBytes: each(11),
        heapMaxBytes: each(12),
        managedUsedBytes: each(13),
        managedMaxBytes: each(14),
        metaspaceUsedBytes: each(15),
        metaspaceMaxBytes: each(16),
        gcMsPerSecond: each(17),
      },
    },
    checkpoints: { completed: 5, failed: 6, newest: { atMs: 8_000, durationMs: 20, stateBytes: 900 } },
    ...more,
  };
}

const valuesOf = (of: JobReading, wanted: string) =>
  Object.fromEntries(
    samplesOf('u', of)
      .filter((sample) => sample.vertex === wanted)
      .map(({ metric, value }) => [metric, value]),
  );

/** The names in the first column of a section's table. */
function explained(section: string): string[] {
  const [table = ''] = section.split(/^##/m);
  return [...table.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name = '']) => name).toSorted();
}

describe('a reading', () => {
  test('becomes samples of each vertex', () => {
    expect(valuesOf(reading(), 'v')).toEqual({
      parallelism: 2,
      sourcePartitions: 8,
      busyTimeMsPerSecond: 600,
      'busyTimeMsPerSecond.min': 599,
      'busyTimeMsPerSecond.max': 601,
      idleTimeMsPerSecond: 300,
      backPressuredTimeMsPerSecond: 100,
      'backPressuredTimeMsPerSecond.max': 101,
      accumulatedBusyTimeMs: 5000,
      numRecordsIn: 70,
      numRecordsOut: 71,
      numRecordsInPerSecond: 7,
      numRecordsOutPerSecond: 8,
      'source.numRecordsIn': 72,
      'source.numRecordsOut': 73,
      'source.numRecordsInPerSecond': 9,
      pendingRecords: 40,
    });
  });

  test('becomes samples of the job', () => {
    expect(valuesOf(reading(), '')).toEqual({
      numRestarts: 3,
      pendingRecords: 40,
      taskSlotsTotal: 4,
      taskSlotsAvailable: 1,
      taskManagers: 2,
      'taskManager.heapUsed': 12,
      'taskManager.heapMax': 13,
      'taskManager.managedUsed': 14,
      'taskManager.managedMax': 15,
      'taskManager.metaspaceUsed': 16,
      'taskManager.metaspaceMax': 17,
      'taskManager.gcTimeMsPerSecond': 18,
      numberOfCompletedCheckpoints: 5,
      numberOfFailedCheckpoints: 6,
      lastCheckpointDuration: 20,
      lastCheckpointFullSize: 900,
      lastCheckpointAge: 2_000,
    });
  });

  test('has all its samples at the moment of the reading, and with the job’s uid', () => {
    const all = samplesOf('u', reading());
    expect(new Set(all.map(({ uid, atMs }) => `${uid}/${atMs}`))).toEqual(new Set(['u/10000']));
  });

  test('has no sample of what is not known', () => {
    const { job } = reading();
    const bare = { job: { ...job, restarts: undefined }, sample: { atMs: 1, vertices: {} } };
    expect(samplesOf('u', bare as unknown as JobReading).map(({ metric }) => metric)).toEqual([
      'parallelism',
      'sourcePartitions',
    ]);
  });

  test('has no counters where some subtask has not reported: they would be too small', () => {
    const known = valuesOf(reading({ ...vertex, complete: false }), 'v');
    for (const counter of ['numRecordsIn', 'numRecordsOut', 'accumulatedBusyTimeMs'])
      expect(known).not.toHaveProperty(counter);
    expect(known).toHaveProperty('numRecordsInPerSecond');
  });

  test('has no sample of what is no number', () => {
    const odd = { ...vertex, busyMsPerSecond: { min: 'NaN', avg: 'NaN', max: 1, sum: 'NaN' } as const };
    const known = valuesOf(reading({ ...odd, pendingRecords: 'NaN' }), 'v');
    expect(known).toMatchObject({ 'busyTimeMsPerSecond.max': 1 });
    for (const name of ['busyTimeMsPerSecond', 'busyTimeMsPerSecond.min', 'pendingRecords'])
      expect(known).not.toHaveProperty(name);
    expect(valuesOf(reading({ ...vertex, pendingRecords: 'NaN' }), '')).not.toHaveProperty('pendingRecords');
  });

  test.each<[string, string, string | undefined]>([
    ['an empty one', '', undefined],
    ['a NUL in it', 'Source:\0 s', 'Source: s'],
    ['nothing but a NUL', '\0', undefined],
    ['no end', 'x'.repeat(500), 'x'.repeat(200)],
  ])('calls a vertex by a name that can be kept, where Flink’s has %s', (_, name, kept) => {
    const { job } = reading();
    const named = { ...job, vertices: job.vertices.map((one) => ({ ...one, name })) };
    const names = samplesOf('u', reading(vertex, { job: named })).flatMap((sample) =>
      sample.vertex === 'v' ? [sample.vertexName] : [],
    );
    expect(new Set(names)).toEqual(new Set([kept]));
  });

  test('of a job without checkpoints says nothing of their age; one that Flink’s clock has ahead is new', () => {
    const none = valuesOf(reading(vertex, { checkpoints: { completed: 0, failed: 0 } }), '');
    expect(none).toMatchObject({ numberOfCompletedCheckpoints: 0 });
    expect(none).not.toHaveProperty('lastCheckpointAge');
    const newest = { atMs: 70_000, durationMs: 20, stateBytes: 900 };
    const ahead = valuesOf(reading(vertex, { checkpoints: { completed: 1, failed: 0, newest } }), '');
    expect(ahead).toMatchObject({ lastCheckpointAge: 0 });
  });

  test('has names that are all explained in docs/metrics.md, which explains no others', () => {
    const document = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
    const [, ofVertex = '', ofJob = ''] = document.split(/^### (?:Of a vertex|Of the job as a whole)$/m);
    expect(explained(ofVertex)).toEqual(Object.keys(valuesOf(reading(), 'v')).toSorted());
    expect(explained(ofJob)).toEqual(Object.keys(valuesOf(reading(), '')).toSorted());
  });
});

describe('a job', () => {
  test.each<[string, Partial<VertexSample>, boolean]>([
    ['has nothing to do', { idleMsPerSecond: each(995), pendingRecords: 0 }, true],
    ['has a little to do', { idleMsPerSecond: each(950), pendingRecords: 0 }, false],
    ['has a backlog that it does not read', { idleMsPerSecond: each(995), pendingRecords: 4 }, false],
  ])('that %s', (_, seen, idle) => expect(isIdle(reading({ ...vertex, ...seen }))).toBe(idle));

  test('of which nothing is known does not rest', () => {
    expect(isIdle(reading({}))).toBe(false);
  });
});
