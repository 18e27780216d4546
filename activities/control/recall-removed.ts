/** Recalls a job that was removed, from the records: its workflow ended when they were complete. */
import type { Postgres } from '../../clients/postgres/connect.ts';
import { completedSavepoints, findRemovedJob, type RemovedRef } from '../../clients/postgres/removed-jobs.ts';
import { findRevision } from '../../clients/postgres/revisions.ts';
import type { Revision } from '../../core/job-state.ts';
import type { JobView } from '../../core/job.ts';
import type { RecalledJob } from '../../core/removed-job.ts';
import { filesOf } from '../../core/retention.ts';
import type { CompletedSavepoint } from '../../core/savepoint.ts';

export interface RecallRemovedInput extends RemovedRef {
  /** The savepoints that are asked for. */
  readonly numbers: readonly number[];
}

/** Nothing where no such job was removed. */
export async function recallRemoved(
  postgres: Postgres,
  input: RecallRemovedInput,
): Promise<{ readonly recalled?: RecalledJob }> {
  const removed = await findRemovedJob(postgres, input);
  if (!removed) return {};
  const all = await completedSavepoints(postgres, input.uid);
  const savepoints = all.filter(({ number }) => input.numbers.includes(number));
  return { recalled: { ...removed, savepoints, host: await hostOf(postgres, removed.job, savepoints) } };
}

/** What ran last, whose image and secrets are the likeliest to be there; what ran then, where the storage was another. */
async function hostOf(postgres: Postgres, job: JobView, savepoints: readonly CompletedSavepoint[]): Promise<Revision> {
  const last = await revisionOf(postgres, job, job.lastRun ?? job.revision);
  const root = last.spec.spec.storage.savepoints;
  const isCovered = savepoints.every(({ path }) => root !== undefined && filesOf(path, root) !== undefined);
  const newest = savepoints.at(-1);
  return isCovered || !newest ? last : revisionOf(postgres, job, newest.revision);
}

async function revisionOf(postgres: Postgres, job: JobView, number: number): Promise<Revision> {
  const { spec, specHash } = (await findRevision(postgres, job.uid, number)) ?? { spec: job.spec, specHash: '' };
  return { number, spec, specHash };
}
