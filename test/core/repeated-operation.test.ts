import { describe, expect, test } from '@jest/globals';
import { goingBack, mustGoBack, passRollback, repeatedOperation, stayingThere } from '../../core/job-outcome.ts';
import type { OperationKind } from '../../core/operation-kinds.ts';
import { someOperation, someState } from '../support/state-fixture.ts';

describe('an operation that was lost is begun again', () => {
  const plan = { kind: 'deploy', cost: 'restart', changes: [], mode: 'last-state', notes: [] } as const;
  const lost = (kind: OperationKind) => {
    const made = someOperation(8, kind);
    return { ...made, record: { ...made.record, revision: 7, plan } };
  };

  test('with its plan where nobody plans it anew: a recovery never follows the mode of the spec', () => {
    const { record } = repeatedOperation(someOperation(9, 'recover'), lost('recover'));
    expect(record).toMatchObject({ number: 9, state: 'queued', revision: 7, plan: { mode: 'last-state' } });
  });

  test('from the state that it was to go on from, where it is a resume: planned anew, it is a deploy', () => {
    expect(repeatedOperation(someOperation(9), lost('resume')).mode).toBe('last-state');
    expect(repeatedOperation(someOperation(9), { ...lost('resume'), mode: 'stateless' }).mode).toBe('stateless');
    expect(repeatedOperation(someOperation(9), lost('upgrade')).mode).toBeUndefined();
  });

  test('with a generation whose number no rollback of the lost one can have used', () => {
    const state = someState({ lastGeneration: 7 });
    for (const kind of ['upgrade', 'rescale', 'deploy'] as const) passRollback(state, someOperation(5, kind));
    expect(state.lastGeneration).toBe(8);
    passRollback(state, { ...someOperation(5, 'deploy'), goesBack: true });
    expect(state.lastGeneration).toBe(9);
  });

  test.each([
    ['the job ran before', 'deploy', true, true],
    ['nothing ran before', 'deploy', false, false],
    ['an upgrade does so by itself', 'upgrade', true, false],
    ['a job that is to be suspended is not started', 'suspend', true, false],
  ] as const)('and goes back where that is needed: %s', (_title, kind, wasRunning, goesBack) => {
    expect(mustGoBack(kind, wasRunning)).toBe(goesBack);
  });

  test('and says in its plan to which revision it goes back', () => {
    const { goesBack, record } = goingBack(lost('deploy'), { number: 4 });
    expect([goesBack, record.plan?.notes]).toEqual([true, [expect.stringContaining('revision 4')]]);
  });

  test('and where it turns out that it does not go back, its plan says so no more', () => {
    const before = lost('deploy').record.plan;
    const told = goingBack(lost('deploy'), { number: 4 }).record.plan;
    expect([before, told].map((one) => one && stayingThere(one))).toEqual([before, before]);
  });

  test('without it where it is planned anew', () => {
    expect(repeatedOperation(someOperation(9), lost('deploy')).record.plan).toBeUndefined();
  });
});
