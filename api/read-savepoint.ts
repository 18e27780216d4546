/** Reads a savepoint of a job, which may be removed by now. */
import { findSavepoint } from '../clients/postgres/savepoints.ts';
import type { JobView } from '../core/job.ts';
import { isCompleted, type CompletedSavepoint, type SavepointRecord } from '../core/savepoint.ts';
import { Problem } from './problem.ts';
import type { JobAddress } from '../clients/postgres/jobs.ts';
import { readJob } from './read-job.ts';
import type { Services } from './services.ts';

/** @throws Problem NO_SUCH_SAVEPOINT */
export async function readSavepoint(services: Services, job: JobView, number: number): Promise<SavepointRecord> {
  const found = await findSavepoint(services.postgres, job.uid, number);
  if (found) return found;
  throw noSavepoint(`Job ${job.name} has no savepoint ${number}.`);
}

/** One whose files are there, as far as is known. @throws Problem NO_SUCH_SAVEPOINT, NO_SUCH_JOB */
export async function startableSavepoint(
  services: Services,
  ref: JobAddress,
  number: number,
): Promise<CompletedSavepoint> {
  const found = await readSavepoint(services, await readJob(services, ref), number);
  if (isCompleted(found)) return found;
  throw noSavepoint(`Savepoint ${number} of job ${ref.name} cannot be started from: it is ${found.state}.`);
}

function noSavepoint(message: string): Problem {
  return new Problem('NO_SUCH_SAVEPOINT', message, {
    cure: 'GET /v1/tenants/{tenant}/jobs/{name}/savepoints lists what there is.',
  });
}
