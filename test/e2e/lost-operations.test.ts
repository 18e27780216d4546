/** An operation's own workflow terminated by hand at any step: it is begun again, one job runs, and no state is forgotten. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WorkflowNotFoundError } from '@temporalio/client';
import { hasEnded, type OperationRecord } from '../../core/operation.ts';
import { jobWorkflowId } from '../../core/names.ts';
import type { StepName } from '../../core/steps.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { awaitCommits } from '../support/commits.ts';
import {
  applied,
  apply,
  awaitPhase,
  awaitStep,
  ended,
  leftOverOf,
  objectsOf,
  removed,
  tenant,
} from '../support/e2e-job.ts';
import { drawn } from '../support/drawn.ts';
import { allRun, flinkClustersOf, livingJobsOf } from '../support/flink-of.ts';
import { verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger } from '../support/ledger-spec.ts';
import { drey, terminateWorkflow } from '../support/running-stack.ts';

/** What they have done counts, so both are the ledger job. */
const name = 'lost';
const rolledBack = 'back-lost';
let nonce = 0;

/** Another revision each time. */
function ledgerSpec(job: string, args: readonly string[] = []) {
  nonce += 1;
  return ledgerJob(job, { args, spec: { restartNonce: nonce } });
}

/** Terminates an operation as soon as it is seen to have come to a step. @returns false when it had ended by then. */
async function terminatedAt(number: number, step: StepName, job = name): Promise<boolean> {
  await awaitStep(job, number, step, { stepMs: 10 });
  try {
    // Its name says what it is, which is decided when its turn comes.
    const { workflowId } = await drey().getOperation({ tenant, name: job }, number);
    await terminateWorkflow(workflowId ?? '');
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Waits until the newest operation has ended. */
function newestOf(after: number, job = name): Promise<OperationRecord> {
  const look = async () => {
    const { items } = await drey().listOperations({ tenant, name: job });
    const newest = items.toSorted((a, b) => b.number - a.number)[0];
    return newest && newest.number > after && hasEnded(newest) && newest;
  };
  return waitUntil(look, { what: 'the operation that was begun again', timeoutMs: 300_000, stepMs: 100 });
}

async function changeAndLose(step: StepName): Promise<string> {
  const number = await apply(ledgerSpec(name));
  // Steps are seen through records, which may be late.
  if (await terminatedAt(number, step)) return (await newestOf(number)).state;
  expect(await ended(name, number)).toMatchObject({ state: 'succeeded' });
  return changeAndLose(step);
}

/** Loses the rollback of a revision that does not start. It is tried again, in vain. @returns what took its place */
async function rollBackAndLose(step: StepName, good: number | undefined): Promise<OperationRecord> {
  const number = await apply(ledgerSpec(rolledBack, ['--throw-at-start']));
  if (await terminatedAt(number, step, rolledBack)) return newestOf(number, rolledBack);
  expect(await ended(rolledBack, number)).toMatchObject({ state: 'failed', rolledBackTo: good });
  return rollBackAndLose(step, good);
}

/** Of the ledger, with what was committed since. */
async function expectWhole(job: string): Promise<void> {
  await waitUntil(() => allRun(job, 1), { what: `${job} to run whole`, timeoutMs: 120_000, stepMs: 250 });
  const { out } = ledgerFolders(job);
  await awaitCommits(out, 1);
  expect(await verifyLedger(out)).toMatchObject(whole);
}

/** With its tail: it is stopped with all that it has done. */
async function expectWholeAtEnd(job: string): Promise<void> {
  const { operation } = await drey().suspendJob({ tenant, name: job });
  expect(await ended(job, operation?.number ?? 0)).toMatchObject({ state: 'succeeded' });
  expect(await verifyLedger(ledgerFolders(job).out, { final: true })).toMatchObject(whole);
}

const whole = { missing: 0, doubled: 0, outOfOrder: 0, mismatches: 0, good: true };

beforeAll(() => {
  for (const job of [name, rolledBack]) removeLedger(job);
});

afterAll(async () => {
  for (const job of [name, rolledBack]) await removed(job).catch(() => undefined);
}, 240_000);

test('a first deploy that is lost before it made anything is begun again', async () => {
  expect(await changeAndLose('objectsApplied')).toBe('succeeded');
  expect(await livingJobsOf(name)).toHaveLength(1);
}, 400_000);

/** Steps of an upgrade that succeeds, and of the way back from one that does not. */
const steps: readonly (readonly [what: 'an upgrade' | 'a rollback', step: StepName])[] = [
  ['an upgrade', 'previousStopped'],
  ['an upgrade', 'servicePublished'],
  ['an upgrade', 'previousRemoved'],
  ['an upgrade', 'jobManagerAnswers'],
  ['an upgrade', 'tasksRunning'],
  ['a rollback', 'newStopped'],
  ['a rollback', 'rollbackStarted'],
  ['a rollback', 'rollbackSubmitted'],
  ['a rollback', 'rollbackRunning'],
  ['a rollback', 'rollbackPublished'],
  ['a rollback', 'newRemoved'],
];

/** @returns the job whose upgrade it was */
async function losesUpgrade(step: StepName): Promise<string> {
  expect(await changeAndLose(step)).toBe('succeeded');
  return name;
}

/** The good revision runs again, without help. Afterwards another one goes on from there. @returns the job */
async function losesRollback(step: StepName): Promise<string> {
  const { state, revision } = await applied(ledgerSpec(rolledBack));
  expect([state, typeof revision]).toEqual(['succeeded', 'number']);
  expect(await rollBackAndLose(step, revision)).toMatchObject({ state: 'failed', rolledBackTo: revision });
  const { generation } = await awaitPhase({ tenant, name: rolledBack }, 'RUNNING');
  expect(generation?.revision).toBe(revision);
  expect(await applied(ledgerSpec(rolledBack), 600_000)).toMatchObject({ state: 'succeeded' });
  expect(await leftOverOf(rolledBack, 1)).toEqual([]);
  return rolledBack;
}

describe('what is lost goes on from the state that was there', () => {
  test.each(drawn(steps, 2))(
    '%s at %s',
    async (what, step) => {
      const job = what === 'an upgrade' ? await losesUpgrade(step) : await losesRollback(step);
      const [living, ...others] = await livingJobsOf(job);
      expect(others).toEqual([]);
      const [flink] = await flinkClustersOf(job);
      expect((await flink?.checkpoints(living?.id ?? ''))?.latestRestored?.path).toMatch(/^file:\/flink-state\//);
      await expectWhole(job);
    },
    900_000,
  );

  test('and leaves nothing behind when the job is removed', async () => {
    await expectWholeAtEnd(name);
    expect(await removed(name)).toMatchObject({ state: 'succeeded' });
    expect(await objectsOf(name)).toEqual([]);
  }, 480_000);
});

test('a failed upgrade goes on from its restore point when the job workflow is lost, too', async () => {
  // The one before it was removed: this is another job.
  removeLedger(name);
  expect(await applied(ledgerSpec(name))).toMatchObject({ state: 'succeeded' });
  const broken = await applied(ledgerSpec(name, ['--throw-at-start']));
  expect(broken).toMatchObject({ state: 'failed' });
  await terminateWorkflow(jobWorkflowId({ tenant, name }));
  const mended = await applied(ledgerSpec(name));
  expect(mended).toMatchObject({ state: 'succeeded' });
  expect(mended.restoredFrom).toMatch(/savepoint/);
  await expectWhole(name);
  await expectWholeAtEnd(name);
}, 600_000);
