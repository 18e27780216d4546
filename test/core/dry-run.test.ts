/** What a dry run says of each kind of change: whether it would be taken, what it costs, and from where the job would start. */
import { describe, expect, test } from '@jest/globals';
import { dryRun, type SpecWish, type Wish } from '../../core/dry-run.ts';
import type { JobView } from '../../core/job.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { pausesOf, type RecordedJob } from '../../core/recorded-job.ts';
import type { FlinkJob, FlinkJobInput } from '../../core/schema/flink-job.ts';
import { canceled, restarted, resumed, scaled, suspended } from '../../core/verbs.ts';
import { jobSpec, jobView, operationRecord } from '../support/records.ts';
import { someTime } from '../support/state-fixture.ts';

const storage = { root: 's3://bucket/flink' };
const spec = jobSpec('counts', { storage });
const generation = { number: 1, revision: 1, flinkJobId: 'f00d', name: 'counts-a1b2c3d4-1' };
const candidate = { ...generation, number: 2, revision: 2, since: '2026-01-01T00:00:00.000Z' };
const next = restarted(spec);
const nowMs = Date.parse('2026-01-10T00:00:00Z');
const tried = { key: 'k', bodyHash: 'b', isRepeated: false, nowMs };

function recorded(job: Partial<JobView> = {}, operations: readonly OperationRecord[] = []): RecordedJob {
  const specs = new Map([
    [1, spec],
    [2, next],
  ]);
  return { job: jobView({ spec, generation, lastRun: 1, ...job }), operations, pauses: pausesOf(operations), specs };
}

const to = (wanted: SpecWish['spec'], more: Partial<SpecWish> = {}): Wish => ({ to: 'change', spec: wanted, ...more });
const remove = (more: object = {}): Wish => ({ to: 'remove', spec, ...more });
const abort = (operation: number): Wish => ({ to: 'abort', spec: next, operation });
const stopped = { phase: 'SUSPENDED', generation: undefined, spec: suspended(spec), restorePoint: 's3://b/1' } as const;
const newest = "the job's newest checkpoint";
const empty = 'nothing: the job starts empty';
const stopping = 'the savepoint with which the job is stopped';
const inPlace = 'a checkpoint that is taken for it: the job is not stopped';
const startOf = (outlook: object) => ('startsFrom' in outlook ? outlook.startsFrom : undefined);

describe('of a running job', () => {
  test.each<[string, Wish, object, string | undefined]>([
    ['scale', to(scaled(spec, { parallelism: 3 })), { kind: 'rescale', cost: 'rescale' }, inPlace],
    ['restart', to(restarted(spec)), { kind: 'upgrade', cost: 'restart', strategy: 'warm' }, stopping],
    ['restart --mode', to(restarted(spec), { mode: 'last-state' }), { kind: 'upgrade', mode: 'last-state' }, newest],
    ['restart from nothing', to(restarted(spec), { mode: 'stateless' }), { kind: 'upgrade' }, empty],
    ['suspend', to(suspended(spec)), { kind: 'suspend', cost: 'restart', mode: 'savepoint' }, undefined],
    ['cancel', to(canceled(spec)), { kind: 'cancel', cost: 'restart', mode: 'last-state' }, undefined],
    ['restore', to(restarted(spec), { mode: 'restore', restoreFrom: 's3://b/sp' }), { mode: 'restore' }, 's3://b/sp'],
    [
      'an upgrade beside it',
      to(jobSpec('counts', { storage, restartNonce: 1, upgrade: { strategy: 'blueGreen' } })),
      { kind: 'upgrade', strategy: 'blueGreen' },
      'a savepoint that is taken for it: the job runs on',
    ],
  ])('%s', (_word, wish, plan, from) => {
    const outlook = dryRun(recorded(), wish, tried);
    expect(outlook).toMatchObject({ changed: true, revision: 1, plan });
    expect(startOf(outlook)).toBe(from);
  });

  const forced = [expect.stringMatching(/^Where no savepoint can be had/)];
  test.each<[string, SpecWish['spec'], Partial<SpecWish>, unknown[]]>([
    ['suspend', suspended(spec), { force: true }, forced],
    ['cancel', canceled(spec), { force: true }, forced],
    ['suspend without state', suspended(spec), { force: true, mode: 'stateless' }, [expect.stringMatching(/behind/)]],
    ['suspend as it is said', suspended(spec), {}, []],
  ])('%s says what force means', (_word, wanted, more, notes) => {
    expect(dryRun(recorded(), to(wanted, more), tried)).toMatchObject({ changed: true, plan: { notes } });
  });

  test.each([
    ['that was not started from anything', {}, 'stateless', /starts empty/],
    ['that was', { startedFrom: 's3://b/old' }, 'savepoint', /since it began from s3:\/\/b\/old is left behind/],
  ])('suspend says of one without storage %s that no state is kept, also by force', (_title, job, mode, note) => {
    const bare = { ...recorded({ spec: jobSpec(), ...job }), specs: new Map([[1, jobSpec()]]) };
    const outlook = dryRun(bare, to(suspended(jobSpec()), { force: true }), tried);
    expect(outlook).toMatchObject({ changed: true, plan: { mode, notes: [expect.stringMatching(note)] } });
  });

  test('resume changes nothing', () => {
    expect(dryRun(recorded(), to(resumed(spec)), tried)).toEqual({ changed: false, revision: 1, spec });
  });

  test('what was done before says how long the pause was', () => {
    const operations = [
      operationRecord({ number: 10, kind: 'upgrade', state: 'failed', pauseMs: 60_000 }),
      operationRecord({ number: 9, kind: 'rescale', state: 'succeeded', pauseMs: 90 }),
      operationRecord({ number: 8, kind: 'upgrade', state: 'succeeded' }),
      operationRecord({ number: 7, kind: 'upgrade', state: 'succeeded', pauseMs: 840 }),
      operationRecord({ number: 6, kind: 'upgrade', state: 'succeeded', pauseMs: 9_000 }),
    ];
    expect(dryRun(recorded({}, operations), to(restarted(spec)), tried)).toMatchObject({ lastPauseMs: 840 });
  });
});

describe('of a job that does not run', () => {
  const left = 'the newest state of what is left of the job';
  const failed = { phase: 'FAILED', failure: { code: 'CRASH_LOOP', message: 'm', cure: 'c' } } as const;
  const stateless: FlinkJobInput['spec']['upgrade'] = { mode: 'stateless' };

  test.each<[string, Partial<JobView>, Wish, object, string | undefined]>([
    ['resume', stopped, to(resumed(spec)), { kind: 'resume', cost: 'redeploy', changes: [] }, 's3://b/1'],
    [
      'resume of one that is being suspended',
      { phase: 'SUSPENDING', spec: suspended(spec) },
      to(resumed(spec)),
      { kind: 'resume' },
      'the state with which the job is being stopped',
    ],
    [
      'resume of one whose upgrades start empty',
      stopped,
      to(resumed(jobSpec('counts', { storage, upgrade: stateless }))),
      { kind: 'resume' },
      's3://b/1',
    ],
    ['resume --mode stateless', stopped, to(resumed(spec), { mode: 'stateless' }), { kind: 'resume' }, empty],
    [
      'scale: it stays as it is',
      stopped,
      to(scaled(suspended(spec), { parallelism: 3 })),
      { kind: 'suspend', cost: 'none' },
      undefined,
    ],
    [
      'scale and run',
      stopped,
      to(scaled(spec, { parallelism: 3 })),
      { kind: 'resume', changes: [{ path: 'spec.job.parallelism', from: '1', to: '3', cost: 'rescale' }] },
      's3://b/1',
    ],
    ['restore', stopped, to(next, { mode: 'restore', restoreFrom: 's3://b/sp' }), { kind: 'resume' }, 's3://b/sp'],
    ['a failed one whose cluster is there', failed, to(next), { kind: 'deploy', cost: 'redeploy' }, left],
    [
      'resume of one that was given up',
      failed,
      to(resumed(spec), { mode: 'last-state' }),
      { kind: 'deploy', cost: 'redeploy', mode: 'last-state', changes: [] },
      left,
    ],
    [
      'resume of one that was given up, and of which nothing is left',
      { ...failed, generation: undefined, restorePoint: 's3://b/chk-7' },
      to(resumed(spec), { mode: 'last-state' }),
      { kind: 'deploy', mode: 'last-state' },
      's3://b/chk-7',
    ],
    [
      'one that waits to be brought back',
      { phase: 'RECOVERING' },
      to(next),
      { kind: 'deploy', cost: 'redeploy' },
      left,
    ],
    ['a failed one that is gone', { ...failed, generation: undefined }, to(next), { kind: 'deploy' }, empty],
    ['a finished one', { phase: 'FINISHED' }, to(next), { kind: 'deploy' }, empty],
    [
      'a finished one is not suspended',
      { phase: 'FINISHED' },
      to(suspended(spec)),
      { kind: 'adjust', cost: 'none' },
      undefined,
    ],
  ])('%s', (_title, job, wish, plan, from) => {
    const outlook = dryRun(recorded(job), wish, tried);
    expect(outlook).toMatchObject({ changed: true, plan });
    expect(startOf(outlook)).toBe(from);
  });

  test('resume of one that is being suspended without its state starts empty', () => {
    const plan = { kind: 'suspend', cost: 'restart', changes: [], mode: 'stateless', notes: [] } as const;
    const suspend = operationRecord({ number: 6, kind: 'suspend', state: 'running', plan });
    const job = recorded({ phase: 'SUSPENDING', spec: suspended(spec), operation: 6 }, [suspend]);
    expect(startOf(dryRun(job, to(resumed(spec)), tried))).toBe(empty);
  });

  const beginning = (initialSavepoint?: string) =>
    jobSpec('counts', { storage, job: { jarUri: 'local:///a.jar', ...(initialSavepoint && { initialSavepoint }) } });
  const unstarted = { phase: 'FAILED', generation: undefined, lastRun: undefined } as const;
  const [a, b] = ['s3://b/a', 's3://b/b'];

  test.each<[string, Partial<JobView>, FlinkJob, string]>([
    ['another one', { spec: beginning(a), restorePoint: a }, beginning(b), b],
    ['one, and has said none', { spec: beginning() }, beginning(b), b],
    ['none any more', { spec: beginning(a), restorePoint: a }, beginning(), empty],
    [
      'another one, once it has a state of its own',
      { spec: beginning(a), restorePoint: 's3://b/1' },
      beginning(b),
      's3://b/1',
    ],
    ['another one, once it has run', { spec: beginning(a), restorePoint: a, lastRun: 1 }, beginning(b), a],
  ])('where its first start has failed, and its spec says now %s', (_title, job, wanted, from) => {
    expect(startOf(dryRun(recorded({ ...unstarted, ...job }), to(wanted), tried))).toBe(from);
  });

  test('a new one starts from where its spec says', () => {
    const wanted = beginning('s3://b/old');
    const outlook = dryRun(undefined, to(wanted), tried);
    expect(outlook).toMatchObject({ changed: true, revision: 0, plan: { kind: 'deploy' }, startsFrom: 's3://b/old' });
  });
});

describe('of what brings no spec about', () => {
  const dual = { phase: 'DUAL_RUNNING', revision: 2, spec: next, candidate } as const;

  test.each<[string, Partial<JobView>, Wish, object]>([
    [
      'promote',
      dual,
      { to: 'promote', spec: next },
      { kind: 'promote', cost: 'redeploy', changes: [{ path: 'spec.restartNonce', to: '1', cost: 'restart' }] },
    ],
    ['discard', dual, { to: 'discard', spec: next }, { kind: 'discard', cost: 'none', changes: [] }],
    [
      'remove',
      {},
      remove(),
      {
        kind: 'remove',
        cost: 'restart',
        notes: [expect.stringMatching(/is canceled/), expect.stringMatching(/files .* stay/)],
      },
    ],
    [
      'remove --deletion savepoint',
      {},
      remove({ deletion: 'savepoint' }),
      { notes: [expect.stringMatching(/with a savepoint/), expect.stringMatching(/stay/)] },
    ],
    [
      'remove --deletion leave',
      {},
      remove({ deletion: 'leave' }),
      { cost: 'none', notes: [expect.stringMatching(/runs on/), expect.stringMatching(/stay/)] },
    ],
    [
      'remove of what has no cluster',
      { ...stopped },
      remove(),
      { cost: 'none', notes: [expect.stringMatching(/files .* stay/)] },
    ],
  ])('%s', (_title, job, wish, plan) => {
    const outlook = dryRun(recorded(job), wish, tried);
    expect(outlook).toMatchObject({ changed: true, spec: wish.spec, plan });
    expect(outlook).not.toHaveProperty('startsFrom');
  });

  test.each<[string, object, RegExp]>([
    [
      'go',
      { savepointsLeft: 'dispose' },
      /those of its savepoints are deleted, but for those from which other jobs start\.$/,
    ],
    [
      'go, but for the last one',
      { savepointsLeft: 'dispose', deletion: 'savepoint' },
      /but for the one from which it could go on and those/,
    ],
    [
      'stay with a job that is left running',
      { savepointsLeft: 'dispose', deletion: 'leave' },
      /and savepoints stay\.$/,
    ],
    ['stay', { savepointsLeft: 'keep' }, /and savepoints stay\.$/],
  ])('savepoints of a removed job %s', (_title, wish, note) => {
    const outlook = dryRun(recorded(), remove(wish), tried);
    expect(outlook).toMatchObject({ plan: { notes: [expect.anything(), expect.stringMatching(note)] } });
  });

  test('savepoints of a removed job go by its spec, where nobody says otherwise', () => {
    const goes = jobSpec('counts', { storage, cleanup: { savepoints: 'dispose' } });
    const told = (more: object) => dryRun(recorded(), { to: 'remove', spec: goes, ...more }, tried);
    expect(told({})).toMatchObject({ plan: { notes: [expect.anything(), expect.stringMatching(/are deleted/)] } });
    const kept = [expect.anything(), expect.stringMatching(/savepoints stay/)];
    expect(told({ savepointsLeft: 'keep' })).toMatchObject({ plan: { notes: kept } });
  });

  test.each<[string, Partial<JobView>, string[]]>([
    ['a job', {}, []],
    [
      'one that is being removed',
      { phase: 'REMOVING', operation: 4 },
      ['Operation 4 ends where it stands, and nothing of it is undone.'],
    ],
  ])('%s that is forgotten stays as it is', (_title, job, notes) => {
    const stays = [
      expect.stringMatching(/in namespace flink of cluster local stays as it is/),
      expect.stringMatching(/stay\.$/),
    ];
    const plan = { kind: 'remove', cost: 'none', notes: [...notes, ...stays] };
    expect(dryRun(recorded(job), remove({ forgets: true, deletion: 'leave' }), tried)).toMatchObject({
      changed: true,
      plan,
    });
  });

  test('without storage there is no savepoint to remove it with', () => {
    const bare = { ...recorded(), specs: new Map([[1, jobSpec()]]) };
    const outlook = dryRun(bare, remove({ deletion: 'savepoint' }), tried);
    expect(outlook).toMatchObject({ plan: { notes: [expect.stringMatching(/is canceled/), expect.anything()] } });
  });
});

describe('of an abort', () => {
  const upgrade = operationRecord({
    number: 6,
    kind: 'upgrade',
    revision: 2,
    steps: [{ name: 'previousStopped', title: 't', state: 'done', startedAt: someTime }],
  });
  const waits = operationRecord({ number: 7, kind: 'upgrade', state: 'queued', revision: 2 });
  const ended = operationRecord({ number: 5, state: 'succeeded' });
  const job = recorded({ phase: 'UPGRADING', revision: 2, spec: next, operation: 6 }, [waits, upgrade, ended]);

  test.each([
    [6, { kind: 'upgrade', end: 'rolledBack', leaves: expect.stringMatching(/revision 1/) }],
    [7, { kind: 'upgrade', end: 'withdrawn' }],
  ])('of operation %i it is said what it leaves', (number, expected) => {
    const outlook = dryRun(job, abort(number), tried);
    expect(outlook).toMatchObject({ changed: true, abort: { operation: number, ...expected } });
    expect(outlook).not.toHaveProperty('plan');
  });

  test.each([5, 8])('operation %i, which neither waits nor runs, is refused', (number) => {
    expect(dryRun(job, abort(number), tried)).toMatchObject({ code: 'OPERATION_ENDED' });
  });

  test('one that is past its point of no return is refused', () => {
    const disposal = operationRecord({ number: 6, kind: 'dispose' });
    expect(dryRun(recorded({ operation: 6 }, [disposal]), abort(6), tried)).toMatchObject({ code: 'TOO_LATE' });
  });
});

describe('what would be refused', () => {
  test.each<[string, Partial<JobView>, Wish, object, string]>([
    ['is: of another revision', {}, to(next), { ifRevision: 7 }, 'PRECONDITION_FAILED'],
    ['is: beside a candidate', { phase: 'DUAL_RUNNING', candidate }, to(next), {}, 'CANDIDATE_WAITS'],
    ['is: a verdict without a candidate', {}, { to: 'promote', spec }, {}, 'NO_CANDIDATE'],
    ['is: to forget a job that is gone', { phase: 'REMOVED' }, remove({ forgets: true }), {}, 'BEING_REMOVED'],
    ['is: a job that goes', { phase: 'REMOVING' }, { to: 'remove', spec }, {}, 'BEING_REMOVED'],
  ])('%s', (_title, job, wish, asked, code) => {
    expect(dryRun(recorded(job), wish, { ...tried, ...asked })).toMatchObject({ code });
  });

  test('but for what was done already under its key', () => {
    const outlook = dryRun(recorded(), to(next), { ...tried, ifRevision: 7, isRepeated: true });
    expect(outlook).toEqual({ changed: false, revision: 1, spec: next });
  });
});
