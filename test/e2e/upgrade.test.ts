/** Upgrades of one ledger job, good ones and bad ones in a row: whatever happens, no record is lost and none is doubled. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationRecord } from '../../core/operation.ts';
import {
  applied,
  apply,
  awaitPhase,
  awaitStep,
  ended,
  namespace,
  objectsOf,
  removed,
  small,
  tenant,
} from '../support/e2e-job.ts';
import { flinkClustersOf, livingJobsOf } from '../support/flink-of.ts';
import { clearFault, setFault, verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger, type LedgerWish } from '../support/ledger-spec.ts';
import { withQuota } from '../support/quota.ts';
import { cli, drey, kubernetes } from '../support/running-stack.ts';

const name = 'upgrades';
const job = { tenant, name };
const { out, control } = ledgerFolders(name);
let nonce = 0;

/** A spec that differs from the one before. */
function changed(wish: LedgerWish = {}) {
  nonce += 1;
  return ledgerJob(name, { ...wish, spec: { restartNonce: nonce, ...wish.spec } });
}

const stepsOf = ({ steps }: OperationRecord) => steps.map((step) => step.name);

/** Exactly one job runs, of this revision, and no record is missing or doubled so far. */
async function expectWell(revision?: number): Promise<void> {
  const [running, ...others] = await livingJobsOf(name);
  expect(others).toEqual([]);
  const view = await awaitPhase(job, 'RUNNING');
  const wanted = { flinkJobId: running?.id, revision: revision ?? view.generation?.revision };
  expect(view).toMatchObject({ phase: 'RUNNING', generation: wanted });
  expect(await verifyLedger(out)).toMatchObject({ good: true });
}

async function podsNow(): Promise<number> {
  const client = kubernetes();
  try {
    return (await client.list('Pod', namespace)).length;
  } finally {
    client.close();
  }
}

beforeAll(() => removeLedger(name));
afterAll(() => removed(name).catch(() => undefined), 240_000);

test('the first spec is deployed', async () => {
  expect(await applied(ledgerJob(name))).toMatchObject({ kind: 'deploy', state: 'succeeded' });
}, 300_000);

describe('an upgrade that succeeds', () => {
  test('has the next Flink cluster up before the job stops, and takes the old one away when it is stable', async () => {
    const record = await applied(changed());
    expect(record).toMatchObject({
      kind: 'upgrade',
      state: 'succeeded',
      plan: { strategy: 'warm', mode: 'savepoint', cost: 'restart' },
    });
    expect(record.restoredFrom).toMatch(/savepoint/);
    expect(record.pauseMs).toBeGreaterThan(0);
    const names = stepsOf(record);
    expect(names.indexOf('slotsRegistered')).toBeLessThan(names.indexOf('previousStopped'));
    expect(names.indexOf('stable')).toBeLessThan(names.indexOf('previousRemoved'));
    expect(await flinkClustersOf(name)).toHaveLength(1);
    await expectWell(record.revision);
  }, 240_000);

  test.each<[string, LedgerWish, object, RegExp]>([
    [
      'from its newest checkpoint',
      { upgrade: { mode: 'last-state' } },
      { strategy: 'warm', mode: 'last-state' },
      /chk-/,
    ],
    [
      'with the old Flink cluster gone first',
      { upgrade: { strategy: 'recreate' } },
      { strategy: 'recreate' },
      /savepoint/,
    ],
    [
      'to another parallelism',
      { job: { parallelism: 2 }, spec: { taskManager: { slots: 2, resources: small('768Mi') } } },
      {},
      /savepoint/,
    ],
  ])(
    'goes %s',
    async (_title, wish, plan, from) => {
      const record = await applied(changed(wish));
      expect(record).toMatchObject({ kind: 'upgrade', state: 'succeeded', plan });
      expect(record.restoredFrom).toMatch(from);
      await expectWell(record.revision);
    },
    240_000,
  );

  test('goes to application mode, whose TaskManagers are up before the job stops, and back', async () => {
    const plan = { strategy: 'recreate', cost: 'redeploy' };
    const there = await applied(changed({ mode: 'application' }));
    expect(there).toMatchObject({ kind: 'upgrade', state: 'succeeded', plan });
    const steps = stepsOf(there);
    expect(steps.slice(0, steps.indexOf('previousStopped'))).toContain('taskManagersUp');
    await expectWell(there.revision);
    const back = await applied(changed());
    expect(back).toMatchObject({ kind: 'upgrade', state: 'succeeded', plan });
    await expectWell(back.revision);
  }, 400_000);

  test('starts an application when the old one has gone, where only its TaskManagers fit beside that', async () => {
    expect(await applied(changed({ mode: 'application' }))).toMatchObject({ state: 'succeeded' });
    const pods = String((await podsNow()) + 1);
    const record = await withQuota({ pods }, () => applied(changed({ mode: 'application' })));
    expect(record).toMatchObject({ kind: 'upgrade', state: 'succeeded' });
    expect(stepsOf(record)).toContain('taskManagersUp');
    expect(await applied(changed())).toMatchObject({ state: 'succeeded' });
    await expectWell();
  }, 400_000);

  test('does without two Flink clusters where there is no room for them', async () => {
    // Of two processors: one such pod fits, two do not.
    const resources = { requests: { cpu: '1100m', memory: '768Mi' }, limits: { memory: '768Mi' } };
    const spec = { taskManager: { resources }, deadlines: { schedule: '10s' } };
    expect(await applied(changed({ spec }))).toMatchObject({ state: 'succeeded' });
    const record = await applied(changed({ spec }));
    expect(record).toMatchObject({ state: 'succeeded' });
    expect(record.steps.find((step) => step.name === 'noRoom')?.detail).toMatch(/cpu/i);
    await expectWell(record.revision);
    expect(await applied(changed())).toMatchObject({ state: 'succeeded' });
  }, 400_000);
});

describe('an upgrade that fails', () => {
  test('before the job is stopped leaves it untouched', async () => {
    const before = await drey().getJob(job);
    const record = await applied(changed({ flink: { image: 'drey.dev/none:1', imagePullPolicy: 'Never' } }));
    expect(record).toMatchObject({ state: 'failed', failure: { code: 'IMAGE_NOT_PULLED' } });
    expect(stepsOf(record)).not.toContain('previousStopped');
    const after = await drey().getJob(job);
    expect(after.generation).toEqual(before.generation);
    expect(after.failure).toMatchObject({ code: 'IMAGE_NOT_PULLED' });
    await expectWell();
  }, 240_000);

  test('takes with it the scaling that waits for it, and the job runs as it did', async () => {
    const before = await drey().getJob(job);
    const bad = await apply(changed({ args: ['--throw-at-start'] }));
    const { operation } = await drey().scaleJob(job, 2);
    expect(await ended(name, bad)).toMatchObject({ kind: 'upgrade', state: 'failed' });
    const scaling = await ended(name, operation?.number ?? 0);
    expect(scaling).toMatchObject({
      state: 'aborted',
      failure: { message: expect.stringMatching(/on which it builds/) },
    });
    await expectWell(before.generation?.revision);
  }, 240_000);

  test.each<[string, LedgerWish, RegExp]>([
    ['whose main method throws', { args: ['--throw-at-start'] }, /MAIN_METHOD_THREW/],
    ['whose state cannot be restored', { args: ['--rename-uid'] }, /STATE_INCOMPATIBLE/],
    [
      'that falls again and again',
      {
        args: ['--fail-after', '300'],
        configuration: {
          'restart-strategy.type': 'fixed-delay',
          'restart-strategy.fixed-delay.attempts': '100',
          'restart-strategy.fixed-delay.delay': '100ms',
        },
        upgrade: { stableAfter: '30s' },
      },
      /JOB_FAILED|CHECKPOINT_FAILED/,
    ],
    [
      'with the old Flink cluster gone',
      { args: ['--throw-at-start'], upgrade: { strategy: 'recreate' } },
      /MAIN_METHOD_THREW/,
    ],
  ])(
    '%s is rolled back',
    async (_title, wish, code) => {
      const before = await drey().getJob(job);
      const record = await applied(changed(wish), 400_000);
      expect(record).toMatchObject({ state: 'failed', rolledBackTo: before.generation?.revision });
      expect(record.failure?.code).toMatch(code);
      await expectWell(before.generation?.revision);
    },
    500_000,
  );

  test('for its savepoint leaves the job running, unless a checkpoint may do', async () => {
    const before = await drey().getJob(job);
    setFault(control, 'savepoint-fail', 'yes');
    const refused = await applied(changed());
    expect(refused).toMatchObject({ state: 'failed', failure: { code: 'SAVEPOINT_FAILED' } });
    expect((await drey().getJob(job)).generation).toEqual(before.generation);
    const taken = await applied(changed({ upgrade: { whenSavepointFails: 'checkpoint' } }));
    clearFault(control, 'savepoint-fail');
    expect(taken).toMatchObject({ state: 'succeeded' });
    expect(taken.restoredFrom).toMatch(/chk-/);
    await expectWell(taken.revision);
  }, 400_000);

  test('is rolled back when somebody gives it up after its point of no return', async () => {
    const before = await drey().getJob(job);
    const number = await apply(changed({ upgrade: { stableAfter: '10m' } }));
    await awaitStep(name, number, 'stable', { stepMs: 100 });
    expect(await cli('abort', name, '--wait', '--timeout', '3m')).toMatchObject({ code: 1 });
    const record = await ended(name, number);
    expect(record).toMatchObject({ state: 'aborted', rolledBackTo: before.generation?.revision });
    await expectWell(before.generation?.revision);
  }, 400_000);
});

describe('by short words', () => {
  test('a job is restarted, and rolled back to the revision before', async () => {
    const [before] = (await drey().listRevisions(job)).items.filter(({ spec }) => spec.spec.state === 'running');
    expect(await cli('restart', name, '--wait', '--timeout', '3m')).toMatchObject({ code: 0 });
    const restarted = await drey().getJob(job);
    expect(await cli('rollback', name, '--to', String(before?.revision), '--wait')).toMatchObject({ code: 0 });
    const after = await drey().getJob(job);
    expect(after.spec.spec.restartNonce).toBe(before?.spec.spec.restartNonce);
    expect(after.revision).toBe(restarted.revision + 1);
    await expectWell(after.revision);
  }, 400_000);

  test('it is suspended with all its records, and resumed', async () => {
    expect(await cli('suspend', name, '--wait', '--timeout', '3m')).toMatchObject({ code: 0 });
    await awaitPhase(job, 'SUSPENDED');
    expect(await verifyLedger(out, { final: true })).toMatchObject({ good: true });
    expect(await objectsOf(name)).toEqual([]);
    expect(await cli('resume', name, '--wait', '--timeout', '3m')).toMatchObject({ code: 0 });
    await expectWell();
    expect(await cli('suspend', name, '--wait', '--timeout', '3m')).toMatchObject({ code: 0 });
    const report = await verifyLedger(out, { final: true });
    expect(report).toMatchObject({ good: true, missing: 0, doubled: 0, mismatches: 0 });
    process.stdout.write(`ledger of ${report.records} records, longest gap ${report.recordGapMs} ms\n`);
  }, 400_000);
});
