/** What the end of an operation means for what was tried, and for what is tried next. */
import { describe, expect, test } from '@jest/globals';
import type { FailureCode } from '../../../core/failure.ts';
import { decideRecovery } from '../../../core/recovery/decision.ts';
import { concludeTrouble, isUnasked, keepsAttempts } from '../../../core/recovery/mending.ts';
import { judgementOf, takeDecision } from '../../../core/recovery/trouble.ts';
import { troubleView } from '../../../core/recovery/trouble-view.ts';
import type { StepRecord } from '../../../core/operation.ts';
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

function step(name: StepRecord['name'], state: StepRecord['state']): StepRecord {
  return { name, title: name, state, startedAt: someTime };
}

describe('an attempt that has failed', () => {
  const finding = found(jobIs('FAILED'));
  if (!finding) throw new Error('nothing was found');
  const of = { generation: 2, submission: 1 };
  const attempted = (code: FailureCode, steps: readonly StepRecord[]) => {
    const mends = {
      finding,
      of,
      since: someTime,
      action: 'restart',
      revision: someState().revision,
    } as const;
    const recover = someOperation(9, 'recover');
    const failure = { code, message: 'Nobody did it.', cure: 'See.' };
    return { ...recover, record: { ...recover.record, steps, endedAt: someTime, failure }, mends };
  };

  test.each<[string, FailureCode, readonly StepRecord[], boolean]>([
    ['that no agent took up reached nobody', 'CLUSTER_SILENT', [step('clusterAsked', 'failed')], true],
    ['before its first step reached nobody', 'CLUSTER_SILENT', [], true],
    [
      'to put objects back, which nobody did, reached nobody',
      'CLUSTER_SILENT',
      [step('objectsHealed', 'failed')],
      true,
    ],
    ['later on counts', 'CLUSTER_SILENT', [step('clusterAsked', 'done'), step('objectsApplied', 'failed')], false],
    ['for what the cluster said counts', 'NAME_TAKEN', [step('clusterAsked', 'failed')], false],
  ])('%s', (_title, code, steps, expected) => expect(isUnasked(attempted(code, steps))).toBe(expected));

  test('and reached nobody is made again, however often it was', () => {
    const state = someState({ phase: 'RECOVERING' });
    let nowMs = Date.parse(someTime);
    for (let made = 1; made <= 20; made += 1) {
      const ended = attempted('CLUSTER_SILENT', [step('clusterAsked', 'failed')]);
      state.phase = 'FAILED';
      concludeTrouble(state, ended, { isUnasked: isUnasked(ended) });
      expect(state.phase).toBe('RECOVERING');
      const { trouble } = state;
      if (!trouble) throw new Error('nothing is wrong any more');
      nowMs += 60_000;
      takeDecision(state, trouble, decideRecovery(judgementOf(state, trouble, nowMs)));
      expect(state.trouble).toMatchObject({ action: 'restartCluster', dueAt: expect.any(String) });
    }
    expect(troubleView(state)?.tried).toMatchObject([
      { outcome: 'Nobody did it. So it was 20 times in a row: none of them counts.' },
    ]);
  });

  test('is given up as before where an earlier release has made its attempts', () => {
    const state = someState({ phase: 'FAILED' });
    for (let made = 1; made <= 5; made += 1) {
      state.phase = 'FAILED';
      concludeTrouble(state, attempted('CLUSTER_SILENT', [step('clusterAsked', 'failed')]));
    }
    const { trouble } = state;
    if (!trouble) throw new Error('nothing is wrong any more');
    takeDecision(state, trouble, decideRecovery(judgementOf(state, trouble, Date.parse(someTime))));
    expect(state).toMatchObject({ phase: 'FAILED', failure: { code: 'NOT_BROUGHT_BACK' } });
  });
});
