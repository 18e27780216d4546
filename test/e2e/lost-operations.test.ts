/** An operation's own workflow terminated by hand at any step: it is begun again, one job runs, and no state is forgotten. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { WorkflowNotFoundError } from '@temporalio/client';
import { hasEnded } from '../../core/operation.ts';
import { jobWorkflowId } from '../../core/names.ts';
import type { StepName } from '../../core/steps.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { applied, apply, e2eJob, ended, objectsOf, removed, tenant } from '../support/e2e-job.ts';
import { drawn } from '../support/drawn.ts';
import { flinkClustersOf, livingJobsOf } from '../support/flink-of.ts';
import { drey, terminateWorkflow } from '../support/running-stack.ts';

const name = 'lost';
let rps = 100;

/** Terminates an operation as soon as it is seen to have come to a step. @returns false when it had ended by then. */
async function terminatedAt(number: number, step: StepName): Promise<boolean> {
  const hasBegun = async () => {
    const { steps } = await drey().getOperation({ tenant, name }, number);
    return steps.some((one) => one.name === step);
  };
  await waitUntil(hasBegun, { what: `${step} of operation ${number}`, timeoutMs: 120_000, stepMs: 10 });
  try {
    // Its name says what it is, which is decided when its turn comes.
    const { workflowId } = await drey().getOperation({ tenant, name }, number);
    await terminateWorkflow(workflowId ?? '');
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Waits until the newest operation has ended, and gives its state. */
function newestState(after: number): Promise<string> {
  const look = async () => {
    const { items } = await drey().listOperations({ tenant, name });
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

afterAll(() => removed(name).catch(() => undefined), 240_000);

test('a first deploy that is lost before it made anything is begun again', async () => {
  expect(await changeAndLose('objectsApplied')).toBe('succeeded');
  expect(await livingJobsOf(name)).toHaveLength(1);
}, 400_000);

const steps = ['previousStopped', 'servicePublished', 'previousRemoved', 'jobManagerAnswers', 'tasksRunning'] as const;

describe('an upgrade that is lost', () => {
  test.each(drawn<StepName>(steps, 2))(
    'at %s goes on from the state that was there',
    async (step) => {
      expect(await changeAndLose(step)).toBe('succeeded');
      const [job, ...others] = await livingJobsOf(name);
      expect(others).toEqual([]);
      const [flink] = await flinkClustersOf(name);
      expect((await flink?.checkpoints(job?.id ?? ''))?.latestRestored?.path).toMatch(/^file:\/flink-state\//);
    },
    400_000,
  );

  test('leaves nothing behind when the job is removed', async () => {
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
