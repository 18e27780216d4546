/** Finds a job: in the records, or in its own workflow while PostgreSQL is away or not yet told. */
import { isPostgresAway } from '../clients/postgres/away.ts';
import { findJob, type JobAddress } from '../clients/postgres/jobs.ts';
import { isTemporalAway, isWorkflowGone } from '../clients/temporal/errors.ts';
import type { JobView } from '../core/job.ts';
import { jobWorkflowId } from '../core/names.ts';
import { jobStatus, type JobStatus } from '../workflows/messages.ts';
import { Problem } from './problem.ts';
import type { Services } from './services.ts';

export interface JobRef {
  readonly tenant: string;
  readonly name: string;
}

/** Answering a query may need the whole history replayed; a caller waits no longer than this. */
const queryTimeoutMs = 3_000;

/** The job, removed ones included: the newest of this name, or the one with this uid. @throws NO_SUCH_JOB */
export async function readJob(services: Services, ref: JobAddress): Promise<JobView> {
  const found = await readRecorded(services, ref);
  if (found !== 'away') return found ?? (await readUnrecorded(services, ref));
  return meant(ref, await askWorkflow(services, ref));
}

/** The job, unless it is removed. @throws NO_SUCH_JOB */
export async function readLivingJob(services: Services, ref: JobAddress): Promise<JobView> {
  const job = await readJob(services, ref);
  if (job.phase !== 'REMOVED') return job;
  throw new Problem('NO_SUCH_JOB', `Job ${ref.name} of tenant ${ref.tenant} was removed at ${job.updatedAt}.`, {
    cure: 'Its operations, revisions, events, savepoints and metrics can still be read.',
  });
}

/** The same; undefined where there is none. */
export async function findLivingJob(services: Services, ref: JobRef): Promise<JobView | undefined> {
  try {
    return await readLivingJob(services, ref);
  } catch (error) {
    if (error instanceof Problem && error.code === 'NO_SUCH_JOB') return undefined;
    throw error;
  }
}

/** The job and its newest operations from its workflow; undefined when none runs. */
export async function askWorkflow(services: Services, ref: JobRef): Promise<JobStatus | undefined> {
  const { temporal } = services;
  const handle = temporal.client.workflow.getHandle(jobWorkflowId(ref));
  try {
    return (await temporal.within(queryTimeoutMs, () => handle.query(jobStatus))) ?? undefined;
  } catch (error) {
    if (isWorkflowGone(error)) return undefined;
    throw error;
  }
}

/** The workflow knows the job that has the name now. @throws NO_SUCH_JOB where that is not the one */
function meant(ref: JobAddress, status: JobStatus | undefined): JobView {
  if (status && (ref.uid === undefined || ref.uid === status.job.uid)) return status.job;
  const which = ref.uid === undefined ? '' : ` with uid ${ref.uid}`;
  throw new Problem('NO_SUCH_JOB', `Tenant ${ref.tenant} has no job ${ref.name}${which}.`, {
    cure: `GET /v1/tenants/${ref.tenant}/jobs lists what there is; with phase=REMOVED, what was removed.`,
  });
}

/** The job as it was last recorded, if it was not removed; undefined also while PostgreSQL is away. */
export async function readLastKnown(services: Services, { tenant, name }: JobRef): Promise<JobView | undefined> {
  const job = await readRecorded(services, { tenant, name });
  return job === 'away' || job?.phase === 'REMOVED' ? undefined : job;
}

async function readRecorded({ postgres }: Services, ref: JobAddress): Promise<JobView | undefined | 'away'> {
  try {
    return await findJob(postgres, ref);
  } catch (error) {
    if (isPostgresAway(error)) return 'away';
    throw error;
  }
}

/** A job whose first record is still under way can be read at once. */
async function readUnrecorded(services: Services, ref: JobAddress): Promise<JobView> {
  const status = await askWorkflow(services, ref).catch((error: unknown) => {
    if (isTemporalAway(error)) return undefined;
    throw error;
  });
  return meant(ref, status);
}
