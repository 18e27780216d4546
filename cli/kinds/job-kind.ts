/** How a job is shown: columns, and the resource that `drey apply` takes back unchanged. */
import type { JobRef } from '../../clients/drey/paths.ts';
import { runs, type JobView } from '../../core/job.ts';
import type { OperationRecord } from '../../core/operation.ts';
import type { Config } from '../config.ts';
import { ageOf } from '../duration.ts';
import type { Kind } from '../printing.ts';
import { checkpointAge } from './seen-lines.ts';

/** `flinkjob/NAME`, as every command names a job. */
export function jobLabel(job: { readonly name: string }): string {
  return `flinkjob/${job.name}`;
}

/** The same with whose it is, `TENANT/flinkjob/NAME`: every command takes that, too. */
function labelWithTenant(job: JobRef): string {
  return `${job.tenant}/${jobLabel(job)}`;
}

/** As short as a command line of this tenant can name it. */
export function labelIn({ tenant }: { readonly tenant: string }, job: JobRef): string {
  return job.tenant === tenant ? jobLabel(job) : labelWithTenant(job);
}

/**
 * The job as words of a command that somebody may copy from a cure: without its tenant only where that command means the same job. Of another
 * tenant's another job may have the name.
 */
export function namedIn(
  { tenant, tenantIsExplicit }: Pick<Config, 'tenant' | 'tenantIsExplicit'>,
  job: JobRef,
): string {
  return job.tenant === tenant && !tenantIsExplicit ? job.name : `${job.tenant}/job/${job.name}`;
}

/** A phase alone does not say that something is wrong with a job that runs, or that nobody looks at it now. */
function phaseText({ phase, trouble, candidate, lastSeen }: JobView, now: number): string {
  const ofJob = trouble && runs(phase) ? [trouble.reason] : [];
  const wrong = [...ofJob, ...(candidate?.trouble ? [`candidate: ${candidate.trouble.reason}`] : [])];
  const unseen = lastSeen === undefined ? [] : [`seen ${ageOf(lastSeen, now)} ago`];
  const notes = [...wrong, ...unseen].join(', ');
  return notes === '' ? phase : `${phase} (${notes})`;
}

function operationText(job: JobView): string {
  return job.operation === undefined ? '<none>' : String(job.operation);
}

/** The spec with its defaults, as in a file, and what became of it as `status`. @param lastOperation stands there, too. */
function jobResource(job: JobView, lastOperation?: OperationRecord): object {
  const { spec, tenant: _tenant, name: _name, ...status } = job;
  return { ...spec, status: { ...status, ...(lastOperation && { lastOperation }) } };
}

/** A job, and the operation that made it so. */
export interface AppliedJob {
  readonly job: JobView;
  readonly operation?: OperationRecord | undefined;
}

export const jobKind: Kind<JobView> = {
  listKind: 'FlinkJobList',
  name: jobLabel,
  resource: (job) => jobResource(job),
  columns: [
    { title: 'NAME', value: (job) => job.name },
    { title: 'PHASE', value: phaseText },
    { title: 'REVISION', value: (job) => String(job.revision) },
    { title: 'OPERATION', value: operationText },
    { title: 'CLUSTER', value: (job) => job.spec.spec.cluster },
    { title: 'AGE', value: (job, now) => ageOf(job.createdAt, now) },
    { title: 'NAMESPACE', wide: true, value: (job) => job.spec.spec.namespace },
    { title: 'FLINK', wide: true, value: (job) => job.spec.spec.flink.version },
    { title: 'PARALLELISM', wide: true, value: (job) => String(job.spec.spec.job.parallelism) },
    { title: 'CHECKPOINT', wide: true, value: checkpointAge },
    { title: 'FLINK-JOB-ID', wide: true, value: (job) => job.generation?.flinkJobId ?? '' },
    { title: 'UID', wide: true, value: (job) => job.uid },
    { title: 'REASON', wide: true, value: (job) => job.failure?.code ?? job.trouble?.reason ?? '' },
  ],
};

/** The same with the operation that was waited for. */
export const appliedJobKind: Kind<AppliedJob> = {
  listKind: jobKind.listKind,
  name: ({ job }) => jobKind.name(job),
  resource: ({ job, operation }) => jobResource(job, operation),
  columns: [],
};

/** The same with the tenant in front, for lists over several tenants. */
export const jobKindWithTenant: Kind<JobView> = {
  ...jobKind,
  name: labelWithTenant,
  columns: [{ title: 'TENANT', value: (job) => job.tenant }, ...jobKind.columns],
};
