/** A dry run judges the record of a job as the job's workflow judges its state. */
import { describe, expect, test } from '@jest/globals';
import { judgedJob } from '../../api/try-out.ts';
import { isUnchanged, refusalOf } from '../../core/job-changes.ts';
import { specHash } from '../../core/spec/canonical.ts';
import { jobSpec, jobView, operationRecord } from '../support/records.ts';

const failure = { code: 'CRASH_LOOP', message: 'It exits.', cure: 'Mend it.' } as const;
const generation = { number: 1, revision: 1, flinkJobId: 'f00d', name: 'counts-a1b2c3d4-1' };
const removal = operationRecord({ number: 2, kind: 'remove', state: 'queued' });
const hash = specHash(jobSpec());

describe('the spec that a job has', () => {
  test.each([
    ['changes nothing', jobView({ generation }), true],
    ['is tried again where another revision runs', jobView({ generation: { ...generation, revision: 7 } }), false],
    ['is tried again after a failed deploy', jobView({ phase: 'FAILED', failure }), false],
    ['is tried again where the job runs and its last change failed', jobView({ failure }), false],
  ])('%s', (_, job, unchanged) => {
    expect(isUnchanged(judgedJob(job, operationRecord({ state: 'failed' })), hash)).toBe(unchanged);
  });
});

describe('an apply', () => {
  test.each([
    ['is refused while the job is removed', jobView({ phase: 'REMOVING' }), undefined, {}, 'BEING_REMOVED'],
    ['is refused once the removal waits', jobView({ phase: 'DEPLOYING' }), removal, {}, 'BEING_REMOVED'],
    ['cannot move the job', jobView({ spec: jobSpec('counts', { namespace: 'b' }) }), undefined, {}, 'IMMUTABLE_FIELD'],
    ['at another revision is refused', jobView({ revision: 3 }), undefined, { ifRevision: 2 }, 'PRECONDITION_FAILED'],
    ['at the revision is taken', jobView({ revision: 3 }), operationRecord(), { ifRevision: 3 }, undefined],
  ])('%s', (_, job, newest, asked, code) => {
    const refusal = refusalOf(judgedJob(job, newest), { key: 'k', bodyHash: 'b', spec: jobSpec(), ...asked });
    expect(refusal?.code).toBe(code);
  });
});
