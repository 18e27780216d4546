import { expect, test } from '@jest/globals';
import { viewOf } from '../../core/job-view.ts';
import { smallSpec, someState, someTime } from '../support/state-fixture.ts';

const storage = { root: 's3://bucket/flink' };
const periodic = { settings: '["1h",null]', since: someTime, nextAt: '2026-01-02T04:04:05.000Z' };
const spec = smallSpec({ storage, savepoints: { every: '1h' } });
const revision = { number: 3, spec, specHash: 'h3' };

test.each([
  ['told while the job runs', someState({ periodic, revision }), periodic.nextAt],
  [
    'not told while it is planned anew',
    someState({ periodic: { ...periodic, nextAt: undefined }, revision }),
    undefined,
  ],
  ['not told of a suspended job', someState({ periodic, revision, phase: 'SUSPENDED' }), undefined],
  ['not told when the spec has no periods any more', someState({ periodic }), undefined],
])('the next periodic savepoint is %s', (_name, state, nextAt) =>
  expect(viewOf(state, someTime).nextSavepointAt).toBe(nextAt),
);
