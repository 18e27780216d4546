/** What an operation says whose place a newer wish took: nothing where that does the same, else what did not come about. */
import { describe, expect, test } from '@jest/globals';
import { askedChange, type ChangeVerb } from '../../core/asked-change.ts';
import type { QueuedOperation } from '../../core/job-state.ts';
import type { OperationKind } from '../../core/operation-kinds.ts';
import type { FlinkJob } from '../../core/schema/flink-job.ts';
import { supersededWish, toldOf } from '../../core/superseded.ts';
import { canceled, restarted, scaled, suspended } from '../../core/verbs.ts';
import { smallSpec, someOperation } from '../support/state-fixture.ts';

const plain = smallSpec();
const other = smallSpec({ flink: { version: '1.20' } });

/** An operation that a short word has asked for, or that a spec has. */
function wished(number: number, spec: FlinkJob, verb?: ChangeVerb, mode?: QueuedOperation['mode']): QueuedOperation {
  const made = someOperation(number, 'upgrade');
  const record = { ...made.record, revision: number };
  return { ...made, record, asked: askedChange(spec, verb), ...(mode && { mode }) };
}

const own = (spec: FlinkJob, verb?: ChangeVerb, mode?: QueuedOperation['mode']) => wished(5, spec, verb, mode);
const newer = (spec: FlinkJob, mode?: QueuedOperation['mode']) => wished(6, spec, undefined, mode);
const verdict = (number: number, kind: OperationKind): QueuedOperation => {
  const { record, recordSeq } = someOperation(number, kind);
  const { revision: _none, ...rest } = record;
  return { record: rest, recordSeq };
};

describe('is done by what takes its place', () => {
  test.each<[string, QueuedOperation, QueuedOperation]>([
    ['a spec, by a newer one', own(plain), newer(other)],
    ['a suspend, by a spec that is suspended', own(suspended(plain), 'suspend'), newer(suspended(other))],
    ['a resume, by what runs', own(plain, 'resume'), newer(scaled(plain, { parallelism: 2 }))],
    ['a restart, by a later one', own(restarted(plain), 'restart'), newer(restarted(restarted(plain)))],
    ['a restart, by what was made of its spec', own(restarted(plain), 'restart'), newer(restarted(other))],
    [
      'a scaling, by a spec of the same parallelism',
      own(scaled(plain, { parallelism: 2 }), 'scale'),
      newer(scaled(other, { parallelism: 2 })),
    ],
    ['a going back, by a scaling of that', own(other, 'rollback'), newer(scaled(other, { parallelism: 2 }))],
    ['a start without state, by another', own(plain, 'resume', 'stateless'), newer(plain, 'stateless')],
    ['a promotion, by another', verdict(5, 'promote'), verdict(6, 'promote')],
    ['a removal, by another', verdict(5, 'remove'), verdict(6, 'remove')],
    ['what an earlier release took', someOperation(5), newer(suspended(plain))],
    ['anything, by what an earlier release took', own(suspended(plain), 'suspend'), someOperation(6)],
  ])('%s', (_title, wish, by) => {
    expect(supersededWish(wish, by)).toBeUndefined();
  });
});

describe('is told to have come to nothing', () => {
  test.each<[string, QueuedOperation, QueuedOperation, string]>([
    ['a suspend, where the job runs on', own(suspended(plain), 'suspend'), newer(plain), 'the job was not suspended'],
    [
      'a suspend, where the job is canceled',
      own(suspended(plain), 'suspend'),
      newer(canceled(plain)),
      'the job was not suspended',
    ],
    ['a cancel, where the job runs on', own(canceled(plain), 'cancel'), newer(plain), 'the job was not canceled'],
    ['a resume, where the job is suspended', own(plain, 'resume'), newer(suspended(plain)), 'the job was not resumed'],
    ['a restart, by a spec without it', own(restarted(plain), 'restart'), newer(other), 'the job was not restarted'],
    [
      'a restart, where the job is suspended',
      own(restarted(plain), 'restart'),
      newer(suspended(restarted(plain))),
      'the job was not restarted',
    ],
    [
      'a scaling, by a spec of another parallelism',
      own(scaled(plain, { parallelism: 2 }), 'scale'),
      newer(plain),
      'the job was not scaled',
    ],
    [
      'a scaling of a vertex, by a spec without it',
      own(scaled(plain, { vertices: { ab: 2 } }), 'scale'),
      newer(plain),
      'the job was not scaled',
    ],
    ['a going back, by another spec', own(other, 'rollback'), newer(plain), 'the job was not rolled back'],
    [
      'a start without state, by one with it',
      own(plain, 'resume', 'stateless'),
      newer(plain),
      'the job was not resumed',
    ],
    ['a spec, where the job is suspended', own(other), newer(suspended(other)), 'revision 5 was not brought about'],
  ])('%s', (_title, wish, by, words) => {
    expect(supersededWish(wish, by)).toMatchObject({
      code: 'SUPERSEDED',
      message: `Superseded by revision 6: ${words}.`,
    });
  });

  test.each<[string, QueuedOperation, QueuedOperation, string]>([
    ['a spec, by a removal', own(plain), verdict(6, 'remove'), '(remove): revision 5 was not brought about'],
    [
      'a promotion, by a discard',
      verdict(5, 'promote'),
      verdict(6, 'discard'),
      '(discard): the candidate was not promoted',
    ],
    [
      'a discard, by a removal',
      verdict(5, 'discard'),
      verdict(6, 'remove'),
      '(remove): the candidate was not discarded',
    ],
  ])('%s', (_title, wish, by, words) => {
    expect(supersededWish(wish, by)?.message).toBe(`Superseded by operation 6 ${words}.`);
  });

  test('with what to do about it', () => {
    const { cure } = supersededWish(own(suspended(plain), 'suspend'), newer(plain)) ?? {};
    expect(cure).toBe(
      'See operation 6 for what the job does now; suspend it again when that has ended, if it is still wanted.',
    );
  });
});

test('what was given up for that says so, and what was given up otherwise why', () => {
  const aborted = { code: 'ABORTED', message: 'm', cure: 'c' } as const;
  const crashed = { ...aborted, code: 'CRASH_LOOP' } as const;
  const [suspend, apply] = [own(suspended(plain), 'suspend'), newer(plain)];
  expect(toldOf(aborted, suspend, apply)).toMatchObject({ supersededBy: 6, failure: { code: 'SUPERSEDED' } });
  expect(toldOf(aborted, own(other), apply)).toEqual({ failure: aborted });
  expect(toldOf(aborted, suspend, undefined)).toEqual({ failure: aborted });
  expect(toldOf(crashed, suspend, apply)).toEqual({ failure: crashed });
});
