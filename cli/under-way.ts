/** What of a job waits or is under way, as the job itself knows it: that can be read while PostgreSQL is away. */
import { ignoreNotFound } from '../clients/drey/errors.ts';
import type { JobView } from '../core/job.ts';
import type { OperationRecord } from '../core/operation.ts';
import type { Context } from './context.ts';

/** The one that runs, and the one that is to bring the accepted revision about. The newest first. */
export async function operationsUnderWay(
  { client }: Pick<Context, 'client'>,
  job: JobView,
): Promise<OperationRecord[]> {
  const numbers = [...new Set([job.operation, job.upcoming])].filter((number) => number !== undefined);
  const found = await Promise.all(numbers.map((number) => ignoreNotFound(client.getOperation(job, number))));
  return found.filter((one) => one !== undefined).toSorted((one, other) => other.number - one.number);
}
