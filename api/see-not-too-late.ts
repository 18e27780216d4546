/** Whether an operation may still be given up, as far as its record tells: its job's workflow does not follow its steps. */
import { isPostgresAway } from '../clients/postgres/away.ts';
import { findOperation } from '../clients/postgres/operations.ts';
import { abortOutlook } from '../core/abort-outlook.ts';
import type { OperationRecord } from '../core/operation.ts';
import { refusalProblem } from './job-workflow.ts';
import { readLivingJob, type JobRef } from './read-job.ts';
import type { Services } from './services.ts';

/** Where no record can be read nothing is refused. @throws Problem TOO_LATE, or NO_SUCH_JOB */
export async function seeNotTooLate(services: Services, ref: JobRef, number: number): Promise<void> {
  const job = await readLivingJob(services, ref);
  const operation = await recordOf(services, job.uid, number);
  if (operation?.state !== 'running') return;
  const outlook = abortOutlook(operation, job);
  if ('code' in outlook) throw refusalProblem(outlook);
}

async function recordOf({ postgres }: Services, uid: string, number: number): Promise<OperationRecord | undefined> {
  try {
    return await findOperation(postgres, uid, number);
  } catch (error) {
    if (isPostgresAway(error)) return undefined;
    throw error;
  }
}
