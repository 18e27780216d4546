/** Savepoints of a job that was removed: judged by the records, and deleted by the workflow of the job's name. */
import { completedSavepoints } from '../clients/postgres/removed-jobs.ts';
import { findSavepointUsers } from '../clients/postgres/savepoint-users.ts';
import type { JobView } from '../core/job.ts';
import { chosenOfRemoved, type RemovedWish } from '../core/removed-savepoints.ts';
import { neededBy } from '../core/savepoint-users.ts';
import type { CompletedSavepoint } from '../core/savepoint.ts';
import type { ChangeAnswer, ChangeRequest } from '../workflows/messages.ts';
import { disposeRemovedOf, refusalProblem } from './job-workflow.ts';
import { Problem } from './problem.ts';
import { checkPlacement } from './read-spec.ts';
import type { Services } from './services.ts';

/** Asks for it. @throws Problem also where the tenant may not use the namespace any more: a pod is made there. */
export async function disposeOfRemoved(
  services: Services,
  job: JobView,
  request: ChangeRequest,
  wish: RemovedWish,
): Promise<ChangeAnswer> {
  await checkPlacement(services, job.tenant, job.spec);
  const all = await completedSavepoints(services.postgres, job.uid);
  const chosen = chosenOfRemoved(all, job, wish, Date.now());
  if ('code' in chosen) throw refusalProblem(chosen);
  await assertUnneeded(services, job, chosen);
  const numbers = chosen.map(({ number }) => number);
  return disposeRemovedOf(services.temporal, job, { ...request, uid: job.uid, numbers });
}

/** @throws Problem SAVEPOINT_NEEDED where other jobs, as recorded, start from all of them: what one needs of several just stays. */
export async function assertUnneeded(
  { postgres }: Services,
  { uid, tenant }: Pick<JobView, 'uid' | 'tenant'>,
  savepoints: readonly Pick<CompletedSavepoint, 'number' | 'path'>[],
): Promise<void> {
  const needed: string[] = [];
  for (const { number, path } of savepoints) {
    const users = await findSavepointUsers(postgres, path, uid);
    if (users.length === 0) return;
    needed.push(neededBy(number, users, tenant));
  }
  if (needed.length > 0) throw refusalProblem({ code: 'SAVEPOINT_NEEDED', message: sentence(needed) });
}

function sentence(parts: readonly string[]): string {
  const text = parts.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** @throws Problem where a job is not removed. */
export function assertRemoved({ name, phase }: JobView): void {
  if (phase === 'REMOVED') return;
  throw new Problem('JOB_NOT_REMOVED', `Job ${name} is not removed: its savepoints go by spec.savepoints.retain.`, {
    cure: 'Name one by its number, or remove the job with `savepoints=dispose`.',
  });
}
