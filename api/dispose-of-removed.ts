/** Savepoints of a job that was removed: judged by the records, and deleted by the workflow of the job's name. */
import { listOperations } from '../clients/postgres/operations.ts';
import { completedSavepoints } from '../clients/postgres/removed-jobs.ts';
import { findSavepointUsers } from '../clients/postgres/savepoint-users.ts';
import type { JobView } from '../core/job.ts';
import { chosenOfRemoved, recordedStarts, refusalOfDisposal, type RemovedWish } from '../core/removed-savepoints.ts';
import { removedDisposalOutlook, type KeptOutlook } from '../core/savepoint-outlook.ts';
import { neededBy } from '../core/savepoint-users.ts';
import type { CompletedSavepoint } from '../core/savepoint.ts';
import type { ChangeAnswer, ChangeRequest } from '../workflows/messages.ts';
import { disposeRemovedOf, refusalProblem } from './job-workflow.ts';
import { Problem } from './problem.ts';
import { findLivingJob } from './read-job.ts';
import { checkPlacement } from './read-spec.ts';
import type { Services } from './services.ts';
import type { TrialOfRemoved } from './try-out.ts';

/** Asks for it. @throws Problem also where the tenant may not use the namespace any more: a pod is made there. */
export async function disposeOfRemoved(
  services: Services,
  job: JobView,
  request: ChangeRequest,
  wish: RemovedWish,
): Promise<ChangeAnswer> {
  const chosen = await chosenSavepoints(services, job, wish);
  await assertUnneeded(services, job, chosen);
  const numbers = chosen.map(({ number }) => number);
  return disposeRemovedOf(services.temporal, job, { ...request, uid: job.uid, numbers });
}

/** Says what that would do. @throws Problem when it would be refused */
export async function tryDisposalOfRemoved(
  services: Services,
  job: JobView,
  wish: RemovedWish,
): Promise<TrialOfRemoved> {
  const { postgres } = services;
  const savepoints = await chosenSavepoints(services, job, wish);
  await assertUnneeded(services, job, savepoints);
  const [living, operations] = await Promise.all([
    findLivingJob(services, { tenant: job.tenant, name: job.name }),
    listOperations(postgres, job.uid, operationsRead),
  ]);
  const waiting = operations.filter(({ state }) => state === 'queued').length;
  const refusal = refusalOfDisposal({ job, savepoints }, recordedStarts(living), waiting);
  if (refusal) throw refusalProblem(refusal);
  const keeps = await neededAmong(services, job, savepoints);
  return { job, foreseen: removedDisposalOutlook(savepoints, job.spec.spec.storage.savepoints, keeps) };
}

/** More than can wait. */
const operationsRead = 50;

async function chosenSavepoints(
  services: Services,
  job: JobView,
  wish: RemovedWish,
): Promise<readonly CompletedSavepoint[]> {
  await checkPlacement(services, job.tenant, job.spec);
  const all = await completedSavepoints(services.postgres, job.uid);
  const chosen = chosenOfRemoved(all, job, wish, Date.now());
  if ('code' in chosen) throw refusalProblem(chosen);
  return chosen;
}

async function neededAmong(
  { postgres }: Services,
  { uid, tenant }: JobView,
  savepoints: readonly CompletedSavepoint[],
): Promise<readonly KeptOutlook[]> {
  const kept = savepoints.map(async ({ number, path }): Promise<readonly KeptOutlook[]> => {
    const users = await findSavepointUsers(postgres, path, uid);
    return users.length === 0 ? [] : [{ number, why: neededBy(number, users, tenant) }];
  });
  return (await Promise.all(kept)).flat();
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
