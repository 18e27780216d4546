import { describe, expect, test } from '@jest/globals';
import { withCandidateFrom } from '../../core/candidate.ts';
import { asNeeded, disposalWish } from '../../core/disposal-wish.ts';
import { viewOf } from '../../core/job-view.ts';
import { disposableJob } from '../../core/recorded-job.ts';
import { filesOf, overRetention, type Retaining } from '../../core/retention.ts';
import { withSavepoints } from '../../core/savepoint-list.ts';
import { someGeneration, someOperation, someSavepoint, someState, someTime } from '../support/state-fixture.ts';

const root = 'file:///flink-state/savepoints';
const now = Date.parse('2026-01-10T00:00:00Z');

/** One for each day of January. */
const daily = [2, 3, 5, 8, 9].map((day) => someSavepoint(day, { takenAt: `2026-01-0${day}T00:00:00Z` }));
const pathOf = (number: number) => someSavepoint(number).path;

describe('over the retention', () => {
  test.each<[string, Partial<Retaining>, number[]]>([
    ['is none of few', { retain: { count: 5 } }, []],
    ['are the oldest beyond the count', { retain: { count: 3 } }, [2, 3]],
    ['are those that are too old, however few', { retain: { count: 10, age: '4d' } }, [2, 3, 5]],
    ['is never the newest one', { retain: { count: 1, age: '1s' } }, [2, 3, 5, 8]],
    ['is not what the job waits with', { retain: { count: 1 }, restorePoint: pathOf(3) }, [2, 5, 8]],
    ['is not what it was started from', { retain: { count: 1 }, startedFrom: `${pathOf(8)}/` }, [2, 3, 5]],
    ['is not what its candidate was started from', { retain: { count: 1 }, candidateFrom: pathOf(5) }, [2, 3, 8]],
    ['is not what it is to be restored from', { retain: { count: 1 }, restoring: pathOf(2) }, [3, 5, 8]],
    ['is not what lies on another storage', { retain: { count: 1 }, root: 's3://bucket/savepoints' }, []],
  ])('%s', (_name, job, numbers) => {
    const over = overRetention(daily, { root, retain: { count: 10 }, ...job }, now);
    expect(over.map(({ number }) => number)).toEqual(numbers);
  });

  test('is never the newest of the job itself, though its candidate has a newer one', () => {
    const all = [...daily, someSavepoint(10, { ofCandidate: true }), someSavepoint(11, { ofCandidate: true })];
    const over = overRetention(all, { root, retain: { count: 1 } }, now);
    expect(over.map(({ number }) => number)).toEqual([2, 3, 5, 8, 10]);
  });

  test.each([
    ['is never the one that lies where the newest does', 1, [8, 9], [2, 3, 5]],
    ['is none that lies where one does that is kept', 2, [5, 8], [2, 3]],
    ['are all that lie where one does', 2, [2, 3], [2, 3, 5]],
  ] as const)('%s', (_title, count, [same, as], numbers) => {
    const twice = daily.map((one) => (one.number === same ? { ...one, path: pathOf(as) } : one));
    expect(overRetention(twice, { root, retain: { count } }, now).map(({ number }) => number)).toEqual(numbers);
  });

  test('is the oldest of so many as a spec may have kept, and one more: the job remembers that', () => {
    const known = Array.from({ length: 100 }, (_, index) => someSavepoint(index + 1));
    const all = withSavepoints(known, [someSavepoint(101)]) ?? [];
    const over = overRetention(all, { root, retain: { count: 100 } }, now);
    expect(over.map(({ number }) => number)).toEqual([1]);
  });

  test('are at most twenty at once', () => {
    const many = Array.from({ length: 100 }, (_, index) => someSavepoint(index + 1));
    const over = overRetention(many, { root, retain: { count: 10 } }, now);
    expect(over.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });
});

describe('the files of a savepoint', () => {
  const own = 'file:/flink-state/savepoints/abcdefgh/taken-3';
  test.each([
    ['of an operation of its own are its folder', `${own}/savepoint-abc-1`, own],
    [
      'of a stop are the savepoint alone',
      `file:/flink-state/savepoints/abcdefgh/stop-2-4/savepoint-1`,
      `file:/flink-state/savepoints/abcdefgh/stop-2-4/savepoint-1`,
    ],
    ['are none where Drey has not made it', 'file:/flink-state/savepoints/by-hand/savepoint-1', undefined],
    ['are none on another storage', 's3://bucket/abcdefgh/taken-3/savepoint-1', undefined],
    ['are none above its place', 'file:/flink-state/savepoints/../abcdefgh/taken-3/savepoint-1', undefined],
  ])('%s', (_name, path, files) => expect(filesOf(path, root)).toBe(files));
});

describe('a savepoint that shall go', () => {
  const job = someState({ savepoints: daily, restorePoint: pathOf(3) });
  const ask5 = { number: 5, force: false };
  const ask = (number: number, force = false) => disposalWish(job, { number, force });
  const generations = [someGeneration(3, { candidate: true, restoreFrom: pathOf(5) }), someGeneration(2)];
  const beside = withCandidateFrom({ ...job, phase: 'DUAL_RUNNING', candidateSince: someTime, generations });
  const restoring = [5, 8].map((number) => ({ ...someOperation(number, 'upgrade'), restoreFrom: pathOf(number) }));
  const [waiting, running] = restoring;
  const restored = { ...job, ...(running && { running }), queue: waiting ? [waiting] : [] };
  const askRestoring = (number: number) => disposalWish(asNeeded(restored), { number, force: false });
  const askBeside = (number: number) => disposalWish(beside, { number, force: false });

  test.each([
    ['goes when nobody needs it', ask(5), { dispose: { savepoint: daily[2], force: false } }],
    ['stays when the job waits with it', ask(3), { code: 'SAVEPOINT_IN_USE' }],
    ['stays when it is the newest', ask(9), { code: 'SAVEPOINT_IN_USE' }],
    ['stays when its candidate was started from it', askBeside(5), { code: 'SAVEPOINT_IN_USE' }],
    ['stays when it is to be restored from it', askRestoring(5), { code: 'SAVEPOINT_IN_USE' }],
    ['stays when it is being restored from it', askRestoring(8), { code: 'SAVEPOINT_IN_USE' }],
    ['goes when it is to be restored from another one', askRestoring(2), { dispose: { savepoint: daily[0] } }],
    ['goes when its user insists', ask(9, true), { dispose: { force: true } }],
    [
      'stays when the newest one lies there',
      disposalWish({ ...job, savepoints: [someSavepoint(5, { path: pathOf(9) }), ...daily.slice(3)] }, ask5),
      { code: 'SAVEPOINT_IN_USE' },
    ],
    ['must be there', ask(4), { code: 'NO_SUCH_SAVEPOINT' }],
  ])('%s', (_name, wish, expected) => expect(wish).toMatchObject(expected));

  test.each([2, 3, 5, 8, 9])('is judged by the job as by its records: %i', (number) => {
    const recorded = disposableJob({ job: viewOf(restored, someTime), savepoints: daily });
    expect(disposalWish(recorded, { number, force: false })).toEqual(askRestoring(number));
  });

  test('is taken from the records where the job has forgotten it, if its files are there', () => {
    const lastKnown = someSavepoint(1);
    expect(disposalWish(job, { number: 1, force: false, lastKnown })).toMatchObject({
      dispose: { savepoint: lastKnown },
    });
    const gone = disposalWish(job, { number: 1, force: true, lastKnown: { ...lastKnown, state: 'disposed' } });
    expect(gone).toMatchObject({ code: 'NO_SUCH_SAVEPOINT', message: 'Savepoint 1 has no files: it is disposed.' });
  });
});
