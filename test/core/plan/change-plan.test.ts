import { describe, expect, test } from '@jest/globals';
import { planChange, type PlannedJob } from '../../../core/plan/change-plan.ts';
import type { FlinkJobInput } from '../../../core/schema/flink-job.ts';
import { smallSpec, someGeneration } from '../../support/state-fixture.ts';

type Spec = Partial<FlinkJobInput['spec']>;

const storage = { root: 's3://bucket/flink' };
const args = (...values: string[]) => ({ jarUri: 'local:///opt/job.jar', args: values });

function running(spec: Spec = {}, change: Partial<PlannedJob> = {}): PlannedJob {
  const generations = [someGeneration(1, { spec: smallSpec({ storage, ...spec }) })];
  return { phase: 'RUNNING', askedCluster: true, generations, afterLoss: false, ...change };
}

const finished = running({}, { phase: 'FINISHED', generations: [], lastRun: smallSpec({ storage }) });

describe('what a spec asks of its job', () => {
  test.each<[string, PlannedJob, Spec, object]>([
    ['a job that is not there is deployed', running({}, { phase: 'PENDING', generations: [] }), {}, { kind: 'deploy' }],
    ['a job that has failed is deployed', running({}, { phase: 'FAILED' }), { job: args('2') }, { kind: 'deploy' }],
    ['after a lost operation nothing is taken for granted', running({}, { afterLoss: true }), {}, { kind: 'deploy' }],
    ['before the cluster was asked, too', running({}, { askedCluster: false }), {}, { kind: 'deploy' }],
    ['a suspended job is resumed', running({}, { phase: 'SUSPENDED', generations: [] }), {}, { kind: 'resume' }],
    [
      'a job may be suspended',
      running(),
      { state: 'suspended' },
      { kind: 'suspend', cost: 'restart', mode: 'savepoint' },
    ],
    [
      'it is suspended with its state, though upgrades leave that behind',
      running(),
      { state: 'suspended', upgrade: { mode: 'stateless' } },
      { kind: 'suspend', mode: 'savepoint', notes: [] },
    ],
    [
      'and with a savepoint, though upgrades go without one',
      running(),
      { state: 'suspended', upgrade: { mode: 'last-state' } },
      { kind: 'suspend', mode: 'savepoint' },
    ],
    [
      'a suspended job is resumed with its state, though upgrades leave that behind',
      running({}, { phase: 'SUSPENDED', generations: [] }),
      { upgrade: { mode: 'stateless' } },
      { kind: 'resume', mode: 'last-state', notes: [] },
    ],
    ['a job may be canceled', running(), { state: 'canceled' }, { kind: 'cancel', mode: 'last-state' }],
    [
      'a job without storage is suspended without state',
      running({ storage: {} }),
      { state: 'suspended' },
      { kind: 'suspend', mode: 'stateless', notes: [expect.stringMatching(/starts empty/)] },
    ],
    [
      'and canceled so',
      running({ storage: {} }),
      { state: 'canceled' },
      { kind: 'cancel', mode: 'stateless', notes: [expect.stringMatching(/starts empty/)] },
    ],
    [
      'but may begin again where it once began',
      running({}, { generations: [someGeneration(1, { restoreFrom: 's3://b/old' })] }),
      { state: 'suspended' },
      {
        kind: 'suspend',
        mode: 'savepoint',
        notes: [expect.stringMatching(/since it began from s3:\/\/b\/old is left/)],
      },
    ],
    [
      'a canceled job is resumed',
      running({}, { phase: 'CANCELED', generations: [] }),
      { job: args('2') },
      { kind: 'resume' },
    ],
    [
      'a finished job stays so when only bookkeeping changes',
      finished,
      { deadlines: { slots: '9m' } },
      { kind: 'adjust' },
    ],
    ['a finished job runs again when its arguments change', finished, { job: args('2') }, { kind: 'deploy' }],
    ['bookkeeping touches nothing', running(), { deadlines: { slots: '9m' } }, { kind: 'adjust', cost: 'none' }],
    [
      'another policy of the autoscaler touches nothing',
      running({ autoscaler: { mode: 'advise' } }),
      { autoscaler: { mode: 'active', max: 8, blackouts: [{ cron: '0 9 * * *', lasts: '1h' }] } },
      { kind: 'adjust', cost: 'none' },
    ],
    ['nor does its first one', running(), { autoscaler: { mode: 'active' } }, { kind: 'adjust', cost: 'none' }],
    ['arguments need a restart', running(), { job: args('2') }, { kind: 'upgrade', cost: 'restart', strategy: 'warm' }],
    [
      'another parallelism is had in place',
      running(),
      { job: { ...args(), parallelism: 3 } },
      { kind: 'rescale', cost: 'rescale', notes: [] },
    ],
    ['so are more TaskManagers', running(), { taskManager: { replicas: 3 } }, { kind: 'rescale' }],
    [
      'bookkeeping goes with it',
      running(),
      { job: { ...args(), parallelism: 3 }, deadlines: { slots: '9m' } },
      { kind: 'rescale', cost: 'rescale' },
    ],
    [
      'an application can be rescaled, too',
      running({ mode: 'application' }),
      { mode: 'application', job: { ...args(), parallelism: 3 } },
      { kind: 'rescale' },
    ],
    [
      'with anything dearer the job is restarted',
      running(),
      { job: { ...args('2'), parallelism: 3 } },
      { kind: 'upgrade', cost: 'restart', notes: [] },
    ],
    ['a nonce needs one too', running(), { restartNonce: 2 }, { kind: 'upgrade', cost: 'restart' }],
    [
      'an image needs new pods',
      running(),
      { flink: { version: '2.3', image: 'a:2' } },
      { kind: 'upgrade', cost: 'redeploy', strategy: 'warm', mode: 'savepoint' },
    ],
    [
      'the user may want the old one gone first',
      running(),
      { restartNonce: 1, upgrade: { strategy: 'recreate' } },
      { strategy: 'recreate' },
    ],
    [
      'an application cannot stand by',
      running({ mode: 'application' }),
      { mode: 'application', restartNonce: 1 },
      { strategy: 'recreate', notes: [] },
    ],
    [
      'nor can one become a warm cluster',
      running({ mode: 'application' }),
      { mode: 'dedicated' },
      { strategy: 'recreate', cost: 'redeploy', notes: [expect.stringMatching(/`warm` becomes `recreate`/)] },
    ],
    [
      'a job without storage has no state to keep',
      running({ storage: {} }),
      { restartNonce: 1 },
      { mode: 'stateless' },
    ],
    [
      'the user may want both to run',
      running({ mode: 'application' }),
      { mode: 'application', restartNonce: 1, upgrade: { strategy: 'blueGreen' } },
      { kind: 'upgrade', strategy: 'blueGreen', mode: 'savepoint', notes: [expect.stringMatching(/written twice/)] },
    ],
    [
      'a candidate that could not be cleared away does not count',
      running(
        {},
        { generations: [someGeneration(2, { candidate: true }), someGeneration(1, { spec: smallSpec({ storage }) })] },
      ),
      { restartNonce: 1 },
      { kind: 'upgrade', strategy: 'warm' },
    ],
    [
      'where something could not be cleared away, that is done by a deploy',
      running({}, { generations: [someGeneration(1), someGeneration(2, { spec: smallSpec({ storage }) })] }),
      { restartNonce: 1 },
      { kind: 'deploy' },
    ],
    [
      'one whose rescale could not be put back is asked for the parallelism of its spec, though nothing has changed',
      running({}, { isUnsettled: true }),
      {},
      { kind: 'rescale', cost: 'rescale', changes: [], notes: [expect.stringMatching(/is not known/)] },
    ],
    ['a job that has finished is not suspended', finished, { state: 'suspended' }, { kind: 'adjust', cost: 'none' }],
    [
      'nor is it run again by being resumed',
      running({}, { phase: 'FINISHED', lastRun: smallSpec({ storage, state: 'suspended' }) }),
      {},
      { kind: 'adjust', cost: 'none', changes: [{ path: 'spec.state', cost: 'none' }] },
    ],
    [
      'but with what else changes then',
      running({}, { phase: 'FINISHED', lastRun: smallSpec({ storage, state: 'suspended' }) }),
      { job: args('2') },
      { kind: 'deploy' },
    ],
    [
      'before a spec that was accepted before it came up, a candidate gives way',
      running({}, { phase: 'DUAL_RUNNING' }),
      { restartNonce: 1 },
      { kind: 'upgrade' },
    ],
    [
      'the user may leave the state behind',
      running(),
      { restartNonce: 1, upgrade: { mode: 'stateless' } },
      { mode: 'stateless' },
    ],
  ])('%s', (_title, job, spec, plan) => {
    expect(planChange(job, smallSpec({ storage, ...spec }))).toMatchObject(plan);
  });
});

test('a first start goes on from the savepoint that its spec names, also where upgrades leave the state behind', () => {
  const job = { ...args(), initialSavepoint: 's3://bucket/old' };
  const wanted = smallSpec({ storage, job, upgrade: { mode: 'stateless' } });
  const first: PlannedJob = { phase: 'PENDING', askedCluster: false, generations: [], afterLoss: false };
  expect(planChange(first, wanted)).toMatchObject({ kind: 'deploy', mode: 'savepoint' });
  expect(planChange(first, wanted, 'stateless')).toMatchObject({ mode: 'stateless' });
  expect(planChange(running(), wanted)).toMatchObject({ mode: 'stateless' });
});

describe('upgrades that leave the state behind are no word about a start', () => {
  const stateless = { mode: 'stateless' } as const;
  const lastRun = smallSpec({ storage, upgrade: stateless });
  const failed: PlannedJob = { ...running({}, { phase: 'FAILED' }), lastRun };
  const lost: PlannedJob = { ...running({}, { afterLoss: true }), lastRun };
  const ended: PlannedJob = { ...finished, lastRun };
  const unresumed: PlannedJob = { ...running({}, { phase: 'FAILED', generations: [], resumes: true }), lastRun };

  test.each<[string, PlannedJob, Spec, object]>([
    ['of what has failed, as it was', failed, {}, { mode: 'last-state', notes: [] }],
    ['after bookkeeping that was lost', lost, { deadlines: { slots: '9m' } }, { mode: 'last-state', notes: [] }],
    ['after a rescale that was lost', lost, { job: { ...args(), parallelism: 3 } }, { mode: 'last-state' }],
    [
      'but about another program',
      failed,
      { job: args('2') },
      { mode: 'stateless', notes: [expect.stringMatching(/empty/)] },
    ],
    ['but after an upgrade that was lost', lost, { restartNonce: 1 }, { mode: 'stateless' }],
    ['but of what has finished', ended, { job: { ...args(), parallelism: 3 } }, { mode: 'stateless' }],
    ['but where that was said since', { ...failed, lastRun: smallSpec({ storage }) }, {}, { mode: 'stateless' }],
    ['where nothing has run before', { ...running({}, { phase: 'FAILED' }) }, {}, { mode: 'stateless', notes: [] }],
  ])('%s', (_title, job, spec, plan) => {
    const wanted = smallSpec({ storage, job: args(), upgrade: stateless, ...spec });
    expect(planChange(job, wanted)).toMatchObject({ kind: 'deploy', ...plan });
  });

  const unread = [expect.stringMatching(/another type/)];
  test.each<[string, Spec, object]>([
    ['as it was', {}, { notes: [] }],
    ['with another image', { flink: { version: '2.3', image: 'shop/orders:2' } }, { notes: unread }],
    ['with another program', { job: args('2'), restartNonce: 1 }, { notes: [] }],
  ])('of a job whose resume has failed, tried again %s', (_title, spec, told) => {
    const wanted = smallSpec({ storage, job: args(), upgrade: stateless, ...spec });
    expect(planChange(unresumed, wanted)).toMatchObject({ kind: 'resume', mode: 'last-state', ...told });
    expect(planChange(unresumed, wanted, 'stateless')).toMatchObject({ kind: 'resume', mode: 'stateless' });
  });

  test('of a job that was resumed in vain, and runs', () => {
    const wanted = smallSpec({ storage, job: args('2'), upgrade: stateless });
    const job = { ...running({}, { resumes: true }), lastRun };
    expect(planChange(job, wanted)).toMatchObject({ kind: 'upgrade', mode: 'stateless' });
  });
});

test.each(['suspended', 'canceled', 'running'] as const)('who says so leaves the state behind: %s', (state) => {
  const job = state === 'running' ? running({}, { phase: 'SUSPENDED', generations: [] }) : running();
  const plan = planChange(job, smallSpec({ storage, state }), 'stateless');
  expect(plan).toMatchObject({ mode: 'stateless', notes: [expect.stringMatching(/left behind/)] });
});

test.each(['last-state', 'restore'] as const)('with another state backend, %s says what can be read', (mode) => {
  const wanted = smallSpec({ storage, flink: { version: '2.3', configuration: { 'state.backend.type': 'rocksdb' } } });
  const asked = planChange(running(), wanted, mode);
  expect(asked.mode).toBe(mode === 'restore' ? 'restore' : 'savepoint');
  expect(asked.notes.join(' ')).toMatch(mode === 'restore' ? /only one in canonical format/ : /taken in canonical/);
  const resumed = planChange(running({}, { phase: 'SUSPENDED', lastRun: smallSpec({ storage }) }), wanted, mode);
  expect(resumed.notes.join(' ')).toMatch(/only one in canonical format/);
});

test('who chooses the state for this once has the job stopped', () => {
  const plan = planChange(running(), smallSpec({ storage, job: { ...args(), parallelism: 3 } }), 'last-state');
  expect(plan).toMatchObject({ kind: 'upgrade', mode: 'last-state', notes: [expect.stringMatching(/last-state/)] });
});

test('each change is told with its cost', () => {
  const plan = planChange(running(), smallSpec({ storage, job: args('2'), deadlines: { slots: '9m' } }));
  expect(plan.changes).toEqual([
    { path: 'spec.deadlines.slots', from: '"3m"', to: '"9m"', cost: 'none' },
    { path: 'spec.job.args', from: '[]', to: '["2"]', cost: 'restart' },
  ]);
});
