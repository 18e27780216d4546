/** What the end of an operation means for what was tried, and for what is tried next. */
import { describe, expect, test } from '@jest/globals';
import type { FailureCode } from '../../../core/failure.ts';
import { decideRecovery } from '../../../core/recovery/decision.ts';
import { concludeTrouble, keepsAttempts } from '../../../core/recovery/mending.ts';
import { judgementOf, takeDecision } from '../../../core/recovery/trouble.ts';
import { found } from '../../support/findings.ts';
import { ago, jobIs } from '../../support/observation-fixture.ts';
import { attempt } from '../../support/recovery-attempts.ts';
import { smallSpec, someGeneration, someOperation, someState, someTime } from '../../support/state-fixture.ts';

test.each<[string, string, boolean]>([
  ['a person', 'ada', false],
  ['the autoscaler, which has mended nothing', 'autoscaler', true],
])('attempts go on to count after an operation of %s that went well: or not', (_who, requestedBy, isKept) => {
  const state = someState({ attempts: [attempt(1), attempt(100)] });
  const rescale = someOperation(9, 'rescale');
  const ended = { ...rescale, record: { ...rescale.record, requestedBy } };
  const keeps = keepsAttempts(state, ended);
  expect(keeps).toBe(isKept);
  concludeTrouble(state, ended, { keepsAttempts: keeps });
  expect(state.attempts).toHaveLength(isKept ? 2 : 0);
});

describe('a job that runs on where it was to be restarted for its checkpoints', () => {
  const seen = {
    ...jobIs('RUNNING', 86_400),
    checkpoints: {
      intervalMs: 10_000,
      failures: 0,
      newest: { id: 7, path: 'file:/c/chk-7', completedAtMs: ago(7_200) },
    },
  };
  const spec = { recovery: { checkpoints: { maxAge: '1h' } } };

  test.each<[string, FailureCode, boolean]>([
    ['is not tried again where its state was too old to go on from: it would be again', 'STATE_TOO_OLD', false],
    ['is tried again where nobody answered', 'CLUSTER_SILENT', true],
  ])('%s', (_title, code, isTriedAgain) => {
    const finding = found(seen, spec);
    if (!finding) throw new Error('nothing was found');
    const generations = [someGeneration(2, { spec: smallSpec(spec) })];
    const state = someState({ generations });
    const of = { generation: 2, submission: 1 };
    const mends = { finding, of, since: someTime, action: 'restart', revision: state.revision } as const;
    const recover = someOperation(9, 'recover');
    const failure = { code, message: 'It runs on.', cure: 'See.' };
    concludeTrouble(state, { ...recover, record: { ...recover.record, endedAt: someTime, failure }, mends });
    const { trouble } = state;
    if (!trouble) throw new Error('nothing is wrong any more');
    takeDecision(state, trouble, decideRecovery(judgementOf(state, trouble, Date.parse(someTime) + 60_000)));
    expect(state.phase).toBe('RUNNING');
    expect(state.trouble?.dueAt !== undefined).toBe(isTriedAgain);
  });
});

test('of a job that Flink tries to start, and that was left so for its old state, the failure says that, and its cure', () => {
  const generations = [someGeneration(2)];
  const state = someState({ generations });
  const restarting = {
    code: 'RESTART_LOOP',
    message: 'It restarts again and again.',
    cure: 'See its exceptions.',
  } as const;
  const finding = {
    reason: 'RESTART_LOOP',
    action: 'restart',
    standing: 'trying',
    retry: 'useful',
    isOfRevision: true,
    failure: restarting,
  } as const;
  const of = { generation: 2, submission: 1 };
  const mends = { finding, of, since: someTime, action: 'restart', revision: state.revision } as const;
  const recover = someOperation(9, 'recover');
  const failure = {
    code: 'STATE_TOO_OLD',
    message: 'Its state is two hours old.',
    cure: 'Raise maxStateAge.',
  } as const;
  concludeTrouble(state, { ...recover, record: { ...recover.record, endedAt: someTime, failure }, mends });
  const { trouble } = state;
  if (!trouble) throw new Error('nothing is wrong any more');
  takeDecision(state, trouble, decideRecovery(judgementOf(state, trouble, Date.parse(someTime) + 60_000)));
  expect(state).toMatchObject({
    phase: 'FAILED',
    failure: {
      code: 'RESTART_LOOP',
      message: expect.stringContaining('again. It was left as it is: Its state is two hours old.'),
      cure: expect.stringContaining('Raise maxStateAge.'),
    },
  });
});
