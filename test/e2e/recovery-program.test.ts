/**
 * What is wrong with the program, its state or its checkpoints, on real Flink. `npm test` draws one of these rows of the recovery table
 * by a seed; `DREY_TEST_CELLS=all` has all.
 */
import { describe, expect } from '@jest/globals';
import { waitUntil } from '../../deploy/dev/process.ts';
import { showBroken, type BrokenCase } from '../support/broken-cases.ts';
import {
  awaitGivenUp,
  awaitMending,
  awaitTrouble,
  awaitView,
  awaitWell,
  deployed,
  endsWhole,
  kindsOf,
  mended,
  noRestarts,
  restartsAtOnce,
  resumed,
} from '../support/broken-job.ts';
import { applied, apply, awaitStep, ended, tenant } from '../support/e2e-job.ts';
import { flinkClustersOf, livingJobsOf } from '../support/flink-of.ts';
import { clearFault, setFault, verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger } from '../support/ledger-spec.ts';
import { killProcessesOf } from '../support/pod-process.ts';
import { drey } from '../support/running-stack.ts';

const tolerant = { 'execution.checkpointing.tolerable-failed-checkpoints': '1000' };

/** The main method threw at the first try, and there was no other; mended, the job goes on. */
async function expectGivenUpOnce(name: string): Promise<void> {
  const { failure } = await awaitGivenUp(name);
  expect(failure).toMatchObject({ code: 'MAIN_METHOD_THREW', message: expect.stringMatching(/not tried again/) });
  expect(await kindsOf(name)).toEqual(['deploy', 'recover']);
  clearFault(ledgerFolders(name).control, 'throw-at-start');
  await resumed(name);
  await endsWhole(name);
}

/** Waits until its newest checkpoint is older than that. */
async function awaitOldState(name: string, ageMs: number): Promise<void> {
  const [flink] = await flinkClustersOf(name);
  const [job] = await livingJobsOf(name);
  const isOld = async () => {
    const newest = (await flink?.checkpoints(job?.id ?? ''))?.latestCompleted?.completedAtMs;
    return newest !== undefined && Date.now() - newest > ageMs;
  };
  await waitUntil(isOld, { what: `the newest checkpoint of ${name} to be old`, timeoutMs: 120_000, stepMs: 250 });
}

const cases: readonly BrokenCase[] = [
  [
    'a job that Flink restarts over and over goes on in a new Flink cluster',
    async (name) => {
      const spec = { recovery: { restartLoop: { restarts: 3, within: '1m' } } };
      // Restarted at once it has got over all three within a second, and there is nothing to mend any more when the next look is due.
      const configuration = { ...restartsAtOnce, 'restart-strategy.fixed-delay.delay': '3s' };
      await deployed(name, { configuration, spec });
      setFault(ledgerFolders(name).control, 'fail', 'loop 3');
      const { reason, generation } = await mended(name);
      expect(reason).toMatch(/^Flink has restarted the job 3 times within 1m/);
      expect(generation).toBe(2);
      await endsWhole(name);
    },
  ],
  [
    'an application that fails for good goes on in a new Flink cluster',
    async (name) => {
      await deployed(name, { mode: 'application', configuration: noRestarts });
      setFault(ledgerFolders(name).control, 'fail', 'once');
      const record = await mended(name);
      expect(record.reason).toMatch(/told to fail/);
      expect(record).toMatchObject({ generation: 2, restoredFrom: expect.stringMatching(/chk-/) });
      await endsWhole(name);
    },
  ],
  [
    'a job that Flink is bringing back is said to be on its way, and left alone',
    async (name) => {
      const configuration = { ...restartsAtOnce, 'restart-strategy.fixed-delay.delay': '20s' };
      await deployed(name, { configuration });
      setFault(ledgerFolders(name).control, 'fail', 'once');
      const { failure } = await awaitTrouble(name, 'FLINK_RECOVERS', 'flinkRecovers');
      expect(failure?.message).toMatch(/^The job has not been up for /);
      await awaitWell(name);
      expect(await kindsOf(name)).toEqual(['deploy']);
      await endsWhole(name);
    },
  ],
  [
    'a main method that throws is not tried again',
    async (name) => {
      const { control } = ledgerFolders(name);
      await deployed(name, { configuration: noRestarts });
      setFault(control, 'throw-at-start');
      setFault(control, 'fail', 'once');
      await expectGivenUpOnce(name);
    },
  ],
  [
    'a main method that throws when its JobManager starts again is tried once, for Flink does not say what it was',
    async (name) => {
      await deployed(name, { mode: 'application' });
      setFault(ledgerFolders(name).control, 'throw-at-start');
      await killProcessesOf(name, 'jobmanager');
      await expectGivenUpOnce(name);
    },
  ],
  [
    'state that the program cannot read is not tried again, and its function is named',
    async (name) => {
      const { control } = ledgerFolders(name);
      await deployed(name, { configuration: restartsAtOnce });
      setFault(control, 'state-type', 'string');
      setFault(control, 'fail', 'once');
      const { failure, trouble } = await awaitGivenUp(name);
      expect(failure).toMatchObject({ code: 'STATE_INCOMPATIBLE', message: expect.stringMatching(/not tried again/) });
      expect(failure?.message).toMatch(/^The program cannot read the state of class dev\.drey\.ledger\.LedgerFunction/);
      expect(trouble?.resume).toBe(`drey resume ${name}`);
      // What Flink still tries goes on: it succeeds when the program is mended.
      clearFault(control, 'state-type');
      await awaitWell(name);
      expect(await kindsOf(name)).toEqual(['deploy']);
      await endsWhole(name);
    },
  ],
  [
    'a revision that breaks soon after its upgrade is rolled back to the one before',
    async (name) => {
      const second = `${name}-2`;
      removeLedger(second);
      await deployed(name, { configuration: noRestarts });
      const changed = ledgerJob(name, { configuration: noRestarts, controlledFrom: second });
      expect(await applied(changed)).toMatchObject({ kind: 'upgrade', state: 'succeeded' });
      setFault(ledgerFolders(second).control, 'fail', 'always');
      const record = await mended(name);
      expect(record.reason).toMatch(/^Back to revision 1, which ran before\. .*told to fail/);
      const view = await awaitWell(name);
      expect(view).toMatchObject({ revision: 2, generation: { revision: 1 } });
      expect(view.failure?.message).toMatch(/rolled back to revision 1/);
      await endsWhole(name);
    },
  ],
  [
    'a revision that breaks soon after its upgrade stays where its spec says so',
    async (name) => {
      await deployed(name, { configuration: noRestarts });
      const configuration = { ...noRestarts, 'heartbeat.timeout': '40s' };
      const changed = ledgerJob(name, { configuration, upgrade: { rollback: false } });
      expect(await applied(changed)).toMatchObject({ kind: 'upgrade', state: 'succeeded' });
      setFault(ledgerFolders(name).control, 'fail', 'once');
      expect(await mended(name)).toMatchObject({ revision: 2, restoredFrom: expect.stringMatching(/chk-/) });
      expect(await awaitWell(name)).toMatchObject({ revision: 2, generation: { revision: 2 } });
      await endsWhole(name);
    },
  ],
  [
    'a job that fails again and again is given up with what was tried, and goes on by one command',
    async (name) => {
      const { control } = ledgerFolders(name);
      const spec = { recovery: { attempts: 2, backoff: { initial: '1s', max: '1s' } } };
      await deployed(name, { configuration: noRestarts, spec });
      setFault(control, 'fail', 'always');
      const { failure, trouble } = await awaitGivenUp(name);
      expect(failure).toMatchObject({ code: 'NOT_BROUGHT_BACK', cure: expect.stringContaining(`drey resume ${name}`) });
      expect(failure?.evidence).toMatch(/What was tried:\n.* for JOB_FAILED/);
      expect(trouble?.tried).toHaveLength(2);
      expect(await kindsOf(name)).toEqual(['deploy', 'recover', 'recover']);
      clearFault(control, 'fail');
      await resumed(name);
      await endsWhole(name);
    },
  ],
  [
    'a job that is never to be brought back says so, and goes on by one command',
    async (name) => {
      await deployed(name, { configuration: noRestarts, spec: { recovery: { policy: 'never' } } });
      setFault(ledgerFolders(name).control, 'fail', 'once');
      const { failure, trouble } = await awaitGivenUp(name);
      expect(failure).toMatchObject({ code: 'JOB_FAILED', message: expect.stringMatching(/policy is never/) });
      expect(trouble?.resume).toBe(`drey resume ${name}`);
      expect(await kindsOf(name)).toEqual(['deploy']);
      await resumed(name);
      await endsWhole(name);
    },
  ],
  [
    'a job that is always to be brought back is tried again though its main method throws',
    async (name) => {
      const { control } = ledgerFolders(name);
      const recovery = { policy: 'always', attempts: 20, backoff: { initial: '1s', max: '1s' } } as const;
      await deployed(name, { configuration: noRestarts, spec: { recovery } });
      setFault(control, 'throw-at-start');
      setFault(control, 'fail', 'once');
      const isTriedAgain = async () => (await kindsOf(name)).length > 2;
      await waitUntil(isTriedAgain, { what: `${name} to be tried again`, timeoutMs: 300_000, stepMs: 100 });
      clearFault(control, 'throw-at-start');
      await awaitWell(name);
      await endsWhole(name);
    },
  ],
  [
    'a job whose newest checkpoint is older than its spec allows is not brought back from it until it may',
    async (name) => {
      const { control } = ledgerFolders(name);
      const configuration = { ...noRestarts, ...tolerant };
      await deployed(name, { configuration, upgrade: { maxStateAge: '20s' } });
      setFault(control, 'checkpoint-fail');
      await awaitOldState(name, 25_000);
      setFault(control, 'fail', 'once');
      const { failure } = await awaitGivenUp(name);
      expect(failure?.code).toBe('STATE_TOO_OLD');
      expect(await kindsOf(name)).toEqual(['deploy', 'recover']);
      clearFault(control, 'checkpoint-fail');
      await apply(ledgerJob(name, { configuration, upgrade: { maxStateAge: '1h' } }));
      await awaitWell(name);
      await endsWhole(name);
    },
  ],
  [
    'a job that fails for good while it is rescaled goes on with what it was to be rescaled from',
    async (name) => {
      const { control } = ledgerFolders(name);
      await deployed(name, { configuration: noRestarts });
      // Flink rescales with a checkpoint: until that is made, the operation waits.
      setFault(control, 'checkpoint-delay-ms', 60_000);
      const number = await apply(ledgerJob(name, { configuration: noRestarts, job: { parallelism: 2 } }));
      await awaitStep(name, number, 'tasksRescaled', { stepMs: 50 });
      setFault(control, 'fail', 'once');
      const { kind, state, failure } = await ended(name, number);
      expect({ kind, state, code: failure?.code }).toEqual({ kind: 'rescale', state: 'failed', code: 'JOB_FAILED' });
      clearFault(control, 'checkpoint-delay-ms');
      expect(await mended(name)).toMatchObject({ restoredFrom: expect.stringMatching(/chk-/), revision: 1 });
      clearFault(control, 'fail');
      expect(await kindsOf(name)).toEqual(['deploy', 'rescale', 'recover']);
      await endsWhole(name);
    },
  ],
  [
    'checkpoints that fail are shown, and where the spec limits them the job is started again',
    async (name) => {
      const { control } = ledgerFolders(name);
      await deployed(name, { configuration: tolerant });
      setFault(control, 'checkpoint-fail');
      const { failure } = await awaitTrouble(name, 'CHECKPOINTS_FAILING', 'shown');
      expect(failure).toMatchObject({ code: 'CHECKPOINT_FAILED', message: expect.stringMatching(/failed in a row/) });
      expect(await kindsOf(name)).toEqual(['deploy']);
      const limited = ledgerJob(name, {
        configuration: tolerant,
        spec: { recovery: { checkpoints: { maxFailures: 3 } } },
      });
      expect(await applied(limited)).toMatchObject({ kind: 'adjust', state: 'succeeded' });
      await awaitMending(name);
      clearFault(control, 'checkpoint-fail');
      expect((await mended(name)).reason).toMatch(/checkpoints failed in a row/);
      await endsWhole(name);
    },
  ],
  [
    'a newest checkpoint that is too old has the job started again',
    async (name) => {
      const { control } = ledgerFolders(name);
      await deployed(name, { spec: { recovery: { checkpoints: { maxAge: '20s' } } } });
      setFault(control, 'checkpoint-delay-ms', 600_000);
      await awaitMending(name);
      clearFault(control, 'checkpoint-delay-ms');
      expect((await mended(name)).reason).toMatch(/^The newest checkpoint is \d+ s old, and at most 20 s are expected/);
      await endsWhole(name);
    },
    'slow',
  ],
  [
    'a savepoint that takes longer than a checkpoint may be old has no job started again',
    async (name) => {
      const { control } = ledgerFolders(name);
      await deployed(name, { spec: { recovery: { checkpoints: { maxAge: '20s' } } } });
      setFault(control, 'savepoint-delay-ms', 60_000);
      const { operation } = await drey().createSavepoint({ tenant, name }, {});
      expect(await ended(name, operation?.number ?? 0)).toMatchObject({ kind: 'savepoint', state: 'succeeded' });
      clearFault(control, 'savepoint-delay-ms');
      await awaitWell(name);
      expect(await kindsOf(name)).toEqual(['deploy', 'savepoint']);
      await endsWhole(name);
    },
    'slow',
  ],
  [
    'tasks that do not come up for longer than a deploy would wait go on in a new Flink cluster',
    async (name) => {
      const deadlines = { schedule: '10s', imagePull: '20s', slots: '30s', running: '30s' };
      const configuration = { ...restartsAtOnce, 'heartbeat.interval': '1s', 'heartbeat.timeout': '5s' };
      await deployed(name, { configuration, spec: { deadlines } });
      // It hangs, and its pod looks well to Kubernetes.
      await killProcessesOf(name, 'taskmanager', 'SIGSTOP');
      const record = await mended(name);
      expect(record.reason).toMatch(/^The job has not been up for /);
      expect(record.generation).toBe(2);
      await endsWhole(name);
    },
    'slow',
  ],
  [
    'a job whose records nobody takes is shown with the task that waits, and gets on when they are taken',
    async (name) => {
      const { control } = ledgerFolders(name);
      await deployed(name);
      setFault(control, 'cost-us', 5_000_000);
      const { failure } = await awaitTrouble(name, 'STANDSTILL', 'shown');
      expect(failure?.message).toMatch(/^The job stands still: Source: source.* put out no record/);
      clearFault(control, 'cost-us');
      await awaitWell(name);
      expect(await kindsOf(name)).toEqual(['deploy']);
      await endsWhole(name);
    },
    'slow',
  ],
  [
    'a job that ends by itself has finished, and nothing is done about it',
    async (name) => {
      const { out, control } = ledgerFolders(name);
      await deployed(name, { args: ['--records', '3000'] });
      setFault(control, 'rate', 20_000);
      await awaitView(name, ({ phase }) => phase === 'FINISHED', `${name} to have finished`);
      expect(await kindsOf(name)).not.toContain('recover');
      expect(await verifyLedger(out, { final: true })).toMatchObject({
        records: 48_000,
        missing: 0,
        doubled: 0,
        good: true,
      });
    },
  ],
];

describe('a program that breaks', () => {
  showBroken('rec-program', cases);
});
