/** What becomes of an operation that is asked to give up, at each of its steps. */
import { describe, expect, test } from '@jest/globals';
import { abortOutlook, type AbortedJob, type AbortEnd } from '../../core/abort-outlook.ts';
import { operationKinds, type OperationKind } from '../../core/operation-kinds.ts';
import type { OperationRecord, StepState } from '../../core/operation.ts';
import type { StepName } from '../../core/steps.ts';
import { jobSpec, operationRecord } from '../support/records.ts';
import { someTime } from '../support/state-fixture.ts';

const job: AbortedJob = { spec: jobSpec(), revision: 4 };

type Named = StepName | [StepName, StepState];

function steps(...names: readonly Named[]): Pick<OperationRecord, 'steps'> {
  const all = names.map((one) => (typeof one === 'string' ? ([one, 'running'] as const) : one));
  return { steps: all.map(([name, state]) => ({ name, title: name, state, startedAt: someTime })) };
}

const stopped = (...names: readonly Named[]) => steps(['previousStopped', 'done'], ...names);
const of = (kind: OperationKind, change: Partial<OperationRecord>) => operationRecord({ number: 6, kind, ...change });
const plan = (strategy: 'warm' | 'blueGreen') => ({
  plan: { kind: 'upgrade', cost: 'restart', changes: [], strategy, notes: [] } as const,
});
const goesBack = { plan: { kind: 'deploy', cost: 'redeploy', changes: [], goesBackTo: 2, notes: [] } as const };
const stable: [StepName, StepState] = ['stable', 'done'];

describe('asked to give up', () => {
  test.each<[string, OperationRecord, AbortEnd, RegExp]>([
    ['what waits never begins', of('upgrade', { state: 'queued' }), 'withdrawn', /never begins/],
    ['a deploy that asks the cluster', of('deploy', steps('clusterAsked')), 'givenUp', /Nothing has been changed/],
    ['a deploy that stops what was there', of('deploy', steps('previousStopped')), 'givenUp', /cleared away.*kept for/],
    ['a deploy whose pods start', of('deploy', steps('objectsApplied', 'podsScheduled')), 'givenUp', /cleared away/],
    [
      'a deploy that checkpoints',
      of('deploy', steps('jobSubmitted', 'firstCheckpoint')),
      'givenUp',
      /newest checkpoint/,
    ],
    ['a deploy that is being undone', of('deploy', steps('objectsApplied', 'undone')), 'goesOn', /already/],
    ['a resume', of('resume', steps('objectsApplied')), 'givenUp', /State that the job had is kept/],
    ['a recovery', of('recover', steps('previousStopped')), 'givenUp', /recovery ends/],
    [
      'an upgrade beside what runs',
      of('upgrade', { ...plan('warm'), ...steps('objectsApplied') }),
      'givenUp',
      /runs on/,
    ],
    [
      'one that has stopped it',
      of('upgrade', { ...plan('warm'), ...steps('previousStopped') }),
      'rolledBack',
      /revision 4/,
    ],
    [
      'one that sees it stable',
      of('upgrade', { ...plan('warm'), ...steps('previousStopped', 'stable') }),
      'rolledBack',
      /revision 4/,
    ],
    [
      'one that stops what may have finished',
      of('upgrade', { ...plan('warm'), ...steps('previousStopped') }),
      'rolledBack',
      /had finished by itself before, it is not run again/,
    ],
    [
      'one whose job had finished before',
      of('upgrade', { ...plan('warm'), ...stopped('tasksRunning'), stopFound: 'finished' }),
      'givenUp',
      /is not run again.*newest checkpoint/,
    ],
    [
      'one that nobody could go back from',
      of('upgrade', { ...plan('warm'), ...stopped('firstCheckpoint'), stopFound: 'stateUnknown' }),
      'givenUp',
      /could not be found.*revision 4 only from a checkpoint/,
    ],
    [
      'the same with a checkpoint',
      of('upgrade', { ...plan('warm'), ...stopped(['firstCheckpoint', 'done'], 'stable'), stopFound: 'stateUnknown' }),
      'rolledBack',
      /revision 4/,
    ],
    [
      'one that is rolled back',
      of('upgrade', { ...plan('warm'), ...steps('previousStopped', 'newStopped') }),
      'goesOn',
      /already/,
    ],
    [
      'a deploy in place of one that was lost, which has stopped what that had made',
      of('deploy', { ...goesBack, ...steps('clusterAsked', 'previousStopped', 'firstCheckpoint') }),
      'rolledBack',
      /goes back to revision 2/,
    ],
    [
      'such a deploy before that',
      of('deploy', { ...goesBack, ...steps('clusterAsked') }),
      'givenUp',
      /Nothing has been changed/,
    ],
    [
      'a candidate',
      of('upgrade', { ...plan('blueGreen'), ...steps('savepointTaken', 'tasksRunning') }),
      'givenUp',
      /candidate is cleared/,
    ],
    [
      'a rescale before Flink is asked',
      of('rescale', steps('taskManagersAdded', 'slotsRegistered')),
      'givenUp',
      /go again/,
    ],
    ['a rescale after', of('rescale', steps('parallelismChanged')), 'rolledBack', /put back/],
    ['a removal that asks', of('remove', steps('clusterAsked')), 'givenUp', /not removed/],
    ['a suspend before the stop', of('suspend', steps('clusterAsked')), 'givenUp', /runs on/],
    ['a promotion that looks', of('promote', steps('tasksRunning')), 'givenUp', /waits on/],
    ['a clean-up that looks', of('cleanup', steps('jobFinished')), 'givenUp', /stays/],
    ['a clean-up of a canceled job that looks', of('cleanup', steps('cancellationSeen')), 'givenUp', /stays/],
    ['a healing', of('heal', steps('objectsHealed')), 'givenUp', /not touched/],
    ['a savepoint', of('savepoint', steps('savepointTaken')), 'givenUp', /files may stay/],
  ])('%s', (_title, operation, end, leaves) => {
    const outlook = abortOutlook(operation, job);
    const told = { operation: 6, kind: operation.kind, end, leaves: expect.stringMatching(leaves) };
    expect(outlook).toEqual(told);
  });

  test.each<[string, OperationRecord, RegExp]>([
    [
      'one that is stable',
      of('upgrade', { ...plan('warm'), ...steps('previousStopped', stable, 'previousRemoved') }),
      /stays/,
    ],
    ['a deploy that goes back no more', of('deploy', { ...goesBack, ...steps('previousStopped', stable) }), /stays/],
    ['a rescale that is done', of('rescale', steps('parallelismChanged', 'anchorUpdated')), /left over/],
    ['a removal that has begun', of('remove', steps('clusterAsked', 'jobCanceled')), /REMOVED/],
    ['a suspend that stops', of('suspend', steps('clusterAsked', 'jobStopped')), /SUSPENDED/],
    ['a cancel that stops', of('cancel', steps('jobStopped')), /CANCELED/],
    ['a promotion that is done', of('promote', steps('candidatePromoted')), /is the job/],
    ['a discard', of('discard', steps('candidateCanceled')), /cleared away/],
    ['a savepoint that was taken', of('savepoint', steps('savepointsCleaned')), /is there/],
    ['a disposal', of('dispose', steps('savepointDisposed')), /being deleted/],
    ['an adjustment', of('adjust', steps('anchorUpdated')), /being noted/],
    ['a clean-up that removes', of('cleanup', steps('jobFinished', 'finishedRemoved')), /being cleared away/],
    ['a clean-up that keeps the state', of('cleanup', steps('cancellationSeen', 'stateKept')), /being cleared away/],
    ['a disposal that begins', of('dispose', steps()), /being deleted/],
  ])('it is too late for %s', (_title, operation, why) => {
    const refusal = abortOutlook(operation, job);
    expect(refusal).toMatchObject({ code: 'TOO_LATE', message: expect.stringMatching(why) });
    expect(refusal).toMatchObject({ message: expect.stringMatching(/^Operation 6 cannot be given up any more\. /) });
  });

  test('an upgrade that may not be rolled back leaves the job stopped', () => {
    const spec = jobSpec('counts', { upgrade: { rollback: false } });
    const outlook = abortOutlook(of('upgrade', { ...plan('warm'), ...steps('previousStopped') }), { spec });
    expect(outlook).toMatchObject({
      end: 'givenUp',
      leaves: expect.stringMatching(/stays so, for spec.upgrade.rollback/),
    });
  });

  test.each<[string, OperationRecord, AbortEnd, RegExp]>([
    [
      'while it looks',
      of('promote', steps('clusterAsked')),
      'undecided',
      /is the job by now.* its end; else.* waits on/,
    ],
    ['when the cluster has said how far that was', of('promote', steps('tasksRunning')), 'givenUp', /waits on/],
  ])('a promotion that is done again, %s', (_title, operation, end, leaves) => {
    const outlook = abortOutlook(operation, { ...job, isRepeated: true });
    expect(outlook).toMatchObject({ end, leaves: expect.stringMatching(leaves) });
  });

  test('nor is what had finished before run again where nothing is rolled back', () => {
    const spec = jobSpec('counts', { upgrade: { rollback: false } });
    const operation = of('upgrade', { ...plan('warm'), ...stopped('tasksRunning'), stopFound: 'finished' });
    expect(abortOutlook(operation, { spec })).toMatchObject({ leaves: expect.stringMatching(/is not run again/) });
  });

  test('nor is state said to be kept that nobody could find', () => {
    const spec = jobSpec('counts', { upgrade: { rollback: false } });
    const operation = of('upgrade', { ...plan('warm'), ...stopped('tasksRunning'), stopFound: 'stateUnknown' });
    const leaves = expect.stringMatching(/stays so.*could not be found/);
    expect(abortOutlook(operation, { spec })).toMatchObject({ end: 'givenUp', leaves });
  });

  test('what failed is kept for a look where the spec says so', () => {
    const spec = jobSpec('counts', { cleanup: { failed: 'keep' } });
    const leaves = expect.stringMatching(/kept for a look/);
    expect(abortOutlook(of('deploy', steps('objectsApplied')), { spec })).toMatchObject({ leaves });
  });

  test.each(Object.keys(operationKinds))('%s has an answer before its first step', (kind) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const outlook = abortOutlook(of(kind as OperationKind, { steps: [] }), job);
    expect('code' in outlook ? outlook.message : outlook.leaves).toMatch(/\.$/);
  });
});
