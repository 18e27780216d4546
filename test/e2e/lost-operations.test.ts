/** An operation's own workflow terminated by hand at any step: it is begun again, one job runs, and no state is forgotten. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { WorkflowNotFoundError } from '@temporalio/client';
import { hasEnded } from '../../core/operation.ts';
import { jobWorkflowId } from '../../core/names.ts';
import type { StepName } from '../../core/steps.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { applied, apply, e2eJob, ended, leftOverOf, objectsOf, removed, tenant } from '../support/e2e-job.ts';
import { drawn } from '../support/drawn.ts';
import { flinkClustersOf, livingJobsOf } from '../support/flink-of.ts';
import { verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger } from '../support/ledger-spec.ts';
import { drey, terminateWorkflow } from '../support/running-stack.ts';

const name = 'lost';
let rps = 100;

/** Terminates an operation as soon as it is seen to have come to a step. @returns false when it had ended by then. */
async function terminatedAt(number: number, step: StepName, job = name): Promise<boolean> {
  const ref = { tenant, name: job };
  const hasBegun = async () => {
    const { steps } = await drey().getOperation(ref, number);
    return steps.some((one) => one.name === step);
  };
  await waitUntil(hasBegun, { what: `${step} of operation ${number}`, timeoutMs: 120_000, stepMs: 10 });
  try {
    // Its name says what it is, which is decided when its turn comes.
    const { workflowId } = await drey().getOperation(ref, number);
    await terminateWorkflow(workflowId ?? '');
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Waits until the newest operation has ended, and gives its state. */
function newestState(after: number, job = name): Promise<string> {
  const look = async () => {
    const { items } = await drey().listOperations({ tenant, name: job });
    const newest = items.toSorted((a, b) => b.number - a.number)[0];
    return newest && newest.number > after && hasEnded(newest) && newest.state;
  };
  return waitUntil(look, { what: 'the operation that was begun again', timeoutMs: 300_000, stepMs: 100 });
}

async function changeAndLose(step: StepName): Promise<string> {
  rps += 1;
  const number = await apply(e2eJob(name, { job: { args: ['--rps', String(rps)] } }));
  // Steps are seen through records, which may be late.
  if (await terminatedAt(number, step)) return newestState(number);
  expect(await ended(name, number)).toMatchObject({ state: 'succeeded' });
  return changeAndLose(step);
}

const rolledBack = 'back-lost';
let nonce = 0;

/** What it has done counts, so it is the ledger job. */
function ledgerSpec(args: readonly string[] = []) {
  nonce += 1;
  return ledgerJob(rolledBack, { args, spec: { restartNonce: nonce } });
}

/** Loses the rollback of a revision that does not start. It is tried again, in vain. */
async function rollBackAndLose(step: StepName): Promise<string> {
  const number = await apply(ledgerSpec(['--throw-at-start']));
  if (await terminatedAt(number, step, rolledBack)) return newestState(number, rolledBack);
  expect(await ended(rolledBack, number)).toMatchObject({ state: 'failed' });
  return rollBackAndLose(step);
}

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

/** Afterwards a revision that is good goes on from there. @returns the job */
async function losesRollback(step: StepName): Promise<string> {
  if (nonce === 0) removeLedger(rolledBack);
  expect(await applied(ledgerSpec())).toMatchObject({ state: 'succeeded' });
  expect(await rollBackAndLose(step)).toBe('failed');
  expect(await applied(ledgerSpec(), 600_000)).toMatchObject({ state: 'succeeded' });
  expect(await leftOverOf(rolledBack, 1)).toEqual([]);
  const report = await verifyLedger(ledgerFolders(rolledBack).out);
  expect(report).toMatchObject({ missing: 0, doubled: 0, outOfOrder: 0, mismatches: 0, good: true });
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
    },
    900_000,
  );

  test('and leaves nothing behind when the job is removed', async () => {
    expect(await removed(name)).toMatchObject({ state: 'succeeded' });
    expect(await objectsOf(name)).toEqual([]);
  }, 240_000);
});

test('a failed upgrade goes on from its restore point when the job workflow is lost, too', async () => {
  expect(await applied(e2eJob(name))).toMatchObject({ state: 'succeeded' });
  const broken = await applied(e2eJob(name, { job: { entryClass: 'org.example.Missing' } }));
  expect(broken).toMatchObject({ state: 'failed' });
  await terminateWorkflow(jobWorkflowId({ tenant, name }));
  const mended = await applied(e2eJob(name, { job: { args: ['--rps', '99'] } }));
  expect(mended).toMatchObject({ state: 'succeeded' });
  expect(mended.restoredFrom).toMatch(/savepoint/);
}, 400_000);
