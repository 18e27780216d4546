import { describe, expect, test } from '@jest/globals';
import type { Failure } from '../../core/failure.ts';
import { decideRollback, rollbackFailed } from '../../core/rollback.ts';
import { smallSpec } from '../support/state-fixture.ts';

const failure: Failure = { code: 'JOB_FAILED', message: 'It fell.', cure: 'c' };
const flink = (version: '1.20' | '2.3') => smallSpec({ flink: { version } });
const without = smallSpec({ upgrade: { rollback: false } });

describe('a failed upgrade', () => {
  test.each([
    ['is rolled back', flink('2.3'), flink('2.3'), flink('2.3'), 'rollBack', 'JOB_FAILED'],
    ['is not when the spec says so', flink('2.3'), without, undefined, 'stay', 'JOB_FAILED'],
    ['of Flink is, while nothing was committed', flink('1.20'), flink('2.3'), undefined, 'rollBack', 'JOB_FAILED'],
    ['of Flink is not once something was', flink('1.20'), flink('2.3'), flink('2.3'), 'stay', 'ROLLBACK_UNSAFE'],
    ['to an older Flink is', flink('2.3'), flink('1.20'), flink('1.20'), 'rollBack', 'JOB_FAILED'],
    [
      'is not where a lost attempt has committed',
      flink('1.20'),
      flink('1.20'),
      flink('2.3'),
      'stay',
      'ROLLBACK_UNSAFE',
    ],
  ])('%s', (_title, previous, next, committed, action, code) => {
    const decision = decideRollback({ previous, next, committed, failure });
    expect(decision.action).toBe(action);
    expect(decision.failure.code).toBe(code);
  });

  test('is not rolled back where somebody has canceled the job: it is to stay ended', () => {
    const canceled = { ...failure, code: 'JOB_CANCELED_OUTSIDE' } as const;
    const decision = decideRollback({ previous: flink('2.3'), next: flink('2.3'), failure: canceled });
    expect(decision).toEqual({ action: 'stay', failure: canceled });
  });

  test.each([
    ['is not rolled back, for that would start empty', undefined, 'stay', 'ROLLBACK_UNSAFE'],
    ['goes back to what the new one has committed', flink('2.3'), 'rollBack', 'JOB_FAILED'],
  ])('whose old state could not be found %s', (_title, committed, action, code) => {
    const seen = { previous: flink('2.3'), next: flink('2.3'), failure, isStateUnknown: true };
    expect(decideRollback({ ...seen, committed })).toMatchObject({ action, failure: { code } });
  });

  test('says why it was not, and what the choices double', () => {
    const seen = { previous: flink('1.20'), next: flink('2.3'), committed: flink('2.3'), failure };
    expect(decideRollback(seen).failure.message).toMatch(
      /It fell\. It was not rolled back: .*Flink 1\.20 does not read/,
    );
    expect(decideRollback(seen).failure.cure).toMatch(/committed again/);
  });

  test.each([
    [
      'a savepoint of its own, which has a number',
      { path: 's3://b/savepoint-1', isSavepoint: true },
      /`drey savepoint restore NAME N --to REVISION` to the savepoint from before it, s3:\/\/b\/savepoint-1: .* committed again/,
    ],
    [
      'a checkpoint, which has none',
      { path: 's3://b/chk-7', isSavepoint: false },
      /the checkpoint from before it, s3:\/\/b\/chk-7: `drey delete job NAME`, .*`spec\.job\.initialSavepoint`.* committed again/,
    ],
    ['nothing that is known', undefined, /is not known, or was nothing\. .* older savepoint.* committed again/],
  ])('names what there is to go back to: %s', (_title, point, cure) => {
    const seen = { previous: flink('1.20'), next: flink('2.3'), committed: flink('2.3'), failure, point };
    expect(decideRollback(seen).failure.cure).toMatch(cure);
    expect(rollbackFailed(failure, failure, { point }).cure).toMatch(cure);
    expect(decideRollback(seen).failure.cure).toMatch(/^Mend the new revision and apply it/);
  });

  test.each([
    [
      'the state waits, and the cure is that of what hindered it',
      undefined,
      'IMAGE_NOT_PULLED',
      /^p The job's state is kept/,
    ],
    ['after something was committed, what each choice doubles is said', {}, 'ROLLBACK_UNSAFE', /committed again/],
  ] as const)('that cannot be rolled back says both reasons: %s', (_title, committed, code, cure) => {
    const hindered: Failure = { code: 'IMAGE_NOT_PULLED', message: 'It is gone.', cure: 'p' };
    const told = rollbackFailed(failure, hindered, committed);
    expect(told).toMatchObject({ code, cure: expect.stringMatching(cure) });
    expect(told.message).toMatch(/It fell\. Going back failed, too: It is gone\./);
  });
});
