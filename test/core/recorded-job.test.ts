/** A dry run judges and plans on the record of a job as the job's workflow does on its state. */
import { describe, expect, test } from '@jest/globals';
import type { JobView } from '../../core/job.ts';
import { isUnchanged, refusalOf } from '../../core/job-changes.ts';
import { judgeSpec, judgeVerdict } from '../../core/judgement.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { judgedJob, plannedJob, revisionsToRead } from '../../core/recorded-job.ts';
import { specHash } from '../../core/spec/canonical.ts';
import { jobSpec, jobView, operationRecord } from '../support/records.ts';

const failure = { code: 'CRASH_LOOP', message: 'It exits.', cure: 'Mend it.' } as const;
const generation = { number: 1, revision: 1, flinkJobId: 'f00d', name: 'counts-a1b2c3d4-1' };
const candidate = { ...generation, number: 2, revision: 2, since: '2026-01-01T00:00:00.000Z' };
const removal = operationRecord({ number: 2, kind: 'remove', state: 'queued' });
const savepoint = operationRecord({ number: 3, kind: 'savepoint', state: 'queued' });
const hash = specHash(jobSpec());
const judged = (job: JobView, ...operations: OperationRecord[]) => judgedJob({ job, operations });
const asked = { key: 'k', bodyHash: 'b' };
const ended = (state: 'aborted' | 'succeeded', change: Partial<OperationRecord> = {}) =>
  operationRecord({ number: 2, state, revision: 1, ...change });

describe('the spec that a job has', () => {
  const upgrade = operationRecord({ number: 2, kind: 'upgrade' });

  test.each<[string, JobView, OperationRecord[], boolean]>([
    ['changes nothing', jobView({ generation }), [], true],
    ['is tried again where another revision runs', jobView({ generation: { ...generation, revision: 7 } }), [], false],
    ['is tried again after a failed deploy', jobView({ phase: 'FAILED', failure }), [], false],
    ['is tried again where the job runs and its last change failed', jobView({ failure }), [], false],
    [
      'changes nothing while it is brought about, though a savepoint waits behind that',
      jobView({ revision: 2, generation, operation: 2 }),
      [savepoint, upgrade],
      true,
    ],
    [
      'is tried again where only a savepoint is under way',
      jobView({ revision: 2, generation, operation: 3 }),
      [{ ...savepoint, state: 'running' }],
      false,
    ],
  ])('%s', (_, job, operations, unchanged) => {
    expect(isUnchanged(judged(job, ...operations), hash)).toBe(unchanged);
  });

  test.each<[string, OperationRecord[], 'taken' | 'unchanged']>([
    ['is tried again where that was given up', [savepoint, ended('aborted')], 'taken'],
    ['changes nothing where it came about', [ended('succeeded'), ended('aborted', { number: 1 })], 'unchanged'],
    [
      'changes nothing where a removal was given up',
      [ended('aborted', { kind: 'remove', revision: undefined })],
      'unchanged',
    ],
    [
      'changes nothing while it waits',
      [operationRecord({ number: 3, state: 'queued' }), ended('aborted')],
      'unchanged',
    ],
  ])('of one that has finished %s', (_, operations, judgement) => {
    const job = judged(jobView({ phase: 'FINISHED' }), ...operations);
    expect(judgeSpec(job, { ...asked, specHash: hash })).toBe(judgement);
  });
});

describe('an apply', () => {
  test.each<[string, JobView, OperationRecord[], object, string | undefined]>([
    ['is refused while the job is removed', jobView({ phase: 'REMOVING' }), [], {}, 'BEING_REMOVED'],
    ['is refused once the removal waits', jobView({ phase: 'DEPLOYING' }), [removal], {}, 'BEING_REMOVED'],
    ['cannot move the job', jobView({ spec: jobSpec('counts', { namespace: 'b' }) }), [], {}, 'IMMUTABLE_FIELD'],
    ['at another revision is refused', jobView({ revision: 3 }), [], { ifRevision: 2 }, 'PRECONDITION_FAILED'],
    ['at the revision is taken', jobView({ revision: 3 }), [operationRecord()], { ifRevision: 3 }, undefined],
  ])('%s', (_, job, operations, more, code) => {
    const refusal = refusalOf(judged(job, ...operations), { ...asked, spec: jobSpec(), ...more });
    expect(refusal?.code).toBe(code);
  });
});

test('a verdict needs a candidate that waits', () => {
  const dual = jobView({ phase: 'DUAL_RUNNING', generation, candidate });
  expect(judgeVerdict(judged(dual), asked)).toBe('taken');
  expect(judgeVerdict(judged(jobView({ generation })), asked)).toMatchObject({ code: 'NO_CANDIDATE' });
});

describe('what runs when the turn comes', () => {
  const [first, second] = [jobSpec(), jobSpec('counts', { restartNonce: 2 })];
  const planned = (job: JobView, ...operations: OperationRecord[]) => {
    const specs = new Map([first, second].map((spec, index) => [index + 1, spec] as const));
    const read = new Map([...specs].filter(([number]) => revisionsToRead({ job, operations }).includes(number)));
    return plannedJob({ job, operations, pauses: new Map(), specs: read });
  };
  const upgrade = operationRecord({ number: 2, kind: 'upgrade', revision: 2 });
  const upgrading = jobView({ phase: 'UPGRADING', revision: 3, generation, operation: 2 });
  const plan = { kind: 'upgrade', cost: 'restart', changes: [], strategy: 'blueGreen', notes: [] } as const;

  test.each<[string, JobView, OperationRecord[], object]>([
    ['is what runs', jobView({ generation }), [], { phase: 'RUNNING', generations: [{ spec: first }] }],
    [
      'is what is under way, and no spec that only waits',
      upgrading,
      [upgrade],
      { phase: 'RUNNING', generations: [{ spec: second }] },
    ],
    [
      'is what a recovery brings back',
      jobView({ phase: 'RECOVERING', revision: 2, generation: { ...generation, revision: 2 }, operation: 3 }),
      [operationRecord({ number: 3, kind: 'recover', revision: 1 })],
      { phase: 'RUNNING', generations: [{ spec: first }] },
    ],
    [
      'is what an operation leaves that only puts objects back',
      jobView({ generation, operation: 3 }),
      [operationRecord({ number: 3, kind: 'heal', revision: 2 })],
      { phase: 'RUNNING', generations: [{ spec: first }] },
    ],
    [
      'is a candidate that is being promoted',
      jobView({ phase: 'PROMOTING', revision: 2, generation, candidate, operation: 3 }),
      [operationRecord({ number: 3, kind: 'promote', revision: 2 })],
      { phase: 'RUNNING', generations: [{ spec: second }] },
    ],
    [
      'is not certain of a job that waits to be brought back',
      jobView({ phase: 'RECOVERING', generation }),
      [],
      { phase: 'RECOVERING' },
    ],
    ['is no candidate', upgrading, [{ ...upgrade, plan }], { phase: 'RUNNING', generations: [{ spec: first }] }],
    ['is nothing of a job that is being suspended', jobView({ phase: 'SUSPENDING' }), [], { phase: 'SUSPENDED' }],
    [
      'is compared with what ran last where nothing does',
      jobView({ phase: 'CANCELED', lastRun: 2 }),
      [],
      { phase: 'CANCELED', generations: [], lastRun: second },
    ],
  ])('%s', (_, job, operations, expected) => {
    expect(planned(job, ...operations)).toMatchObject(expected);
  });

  test('is to be resumed where that has failed, by whatever it was tried', () => {
    const resume = operationRecord({ number: 4, kind: 'resume', state: 'failed', plan: { ...plan, kind: 'resume' } });
    const deploy = operationRecord({ number: 5, state: 'failed' });
    const failed = jobView({ phase: 'FAILED', lastRun: 1 });
    expect(planned(failed, deploy, resume)).toMatchObject({ phase: 'FAILED', resumes: true });
    expect(planned(failed, deploy, operationRecord({ number: 4, state: 'succeeded' }), resume).resumes).toBeUndefined();
  });

  test('is nothing of a job that is not there', () => {
    expect(plannedJob(undefined)).toMatchObject({ phase: 'PENDING', generations: [] });
  });
});
