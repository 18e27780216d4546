/** Changes that only the workflow of a job can take: what is said where that was ended by hand. */
import { isTemporalAway, isWorkflowGone } from '../clients/temporal/errors.ts';
import { jobWorkflowId } from '../core/names.ts';
import { Problem } from './problem.ts';
import { readLivingJob, type JobRef } from './read-job.ts';
import type { Services } from './services.ts';

/** @throws Problem NO_SUCH_JOB, or NO_WORKFLOW where the job has no workflow that could be asked. */
export async function ofRunningWorkflow<T>(services: Services, ref: JobRef, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isWorkflowGone(error)) throw error;
    await readLivingJob(services, ref);
    throw noWorkflow(ref, error);
  }
}

/** A dry run asks nothing of the workflow, and works without Temporal; so it waits no longer than this. */
const lookMs = 1_000;

/** The same for a dry run. @throws Problem NO_WORKFLOW */
export async function seeRunningWorkflow({ temporal }: Services, ref: JobRef): Promise<void> {
  const handle = temporal.client.workflow.getHandle(jobWorkflowId(ref));
  try {
    const { status } = await temporal.within(lookMs, () => handle.describe());
    if (status.name !== 'RUNNING') throw noWorkflow(ref);
  } catch (error) {
    if (isTemporalAway(error)) return;
    throw isWorkflowGone(error) ? noWorkflow(ref, error) : error;
  }
}

function noWorkflow({ name }: JobRef, cause?: unknown): Problem {
  return new Problem('NO_WORKFLOW', `The workflow of job ${name} was ended by hand.`, {
    cure: 'Apply its spec again: that makes its workflow anew.',
    cause,
  });
}
