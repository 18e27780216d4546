/** A dry run: what an apply would do, by the very rules of the job's workflow, on the job as it is recorded. */
import { isPostgresAway } from '../clients/postgres/away.ts';
import { listOperations } from '../clients/postgres/operations.ts';
import type { JobView } from '../core/job.ts';
import { isUnchanged, refusalOf, type JudgedJob } from '../core/job-changes.ts';
import type { OperationRecord } from '../core/operation.ts';
import type { FlinkJob } from '../core/schema/flink-job.ts';
import { specHash } from '../core/spec/canonical.ts';
import type { ChangeHeaders } from './change-headers.ts';
import { refusalProblem } from './job-workflow.ts';
import { Problem } from './problem.ts';
import { askWorkflow, readLivingJob, type JobRef } from './read-job.ts';
import type { Reply } from './route.ts';
import type { Services } from './services.ts';

/** Says whether an apply of this spec would make an operation. @throws Problem when it would be refused */
export async function tryOut(
  services: Services,
  ref: JobRef,
  spec: FlinkJob,
  { key, bodyHash, ifRevision }: ChangeHeaders,
): Promise<Reply> {
  const job = await readLivingJob(services, ref).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'NO_SUCH_JOB') return undefined;
    throw error;
  });
  const judged = job && judgedJob(job, await newestOperation(services, job));
  const refusal = refusalOf(judged, { key, bodyHash, spec, ...(ifRevision === undefined ? {} : { ifRevision }) });
  if (refusal) throw refusalProblem(refusal);
  const changed = !judged || !isUnchanged(judged, specHash(spec));
  return { body: { dryRun: true, changed, revision: job?.revision ?? 0, spec } };
}

/** The job as its workflow would judge it. Only one operation waits at a time, and it is the newest. */
export function judgedJob(job: JobView, newest: OperationRecord | undefined): JudgedJob {
  const { name, phase, revision, spec, failure } = job;
  return {
    name,
    phase,
    revision: { number: revision, spec, specHash: specHash(spec) },
    ...(failure ? { failure } : {}),
    queue: newest?.state === 'queued' ? [{ record: newest, recordSeq: 0 }] : [],
    answered: [],
  };
}

async function newestOperation(services: Services, job: JobView): Promise<OperationRecord | undefined> {
  try {
    return (await listOperations(services.postgres, job.uid, 1))[0];
  } catch (error) {
    if (!isPostgresAway(error)) throw error;
    return (await askWorkflow(services, job))?.operations.at(-1);
  }
}
