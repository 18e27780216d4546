/** The paths of Drey's API. */
import { DreyApiError } from './errors.ts';

/** A job's address: jobs of two tenants may have the same name. */
export interface JobRef {
  readonly tenant: string;
  readonly name: string;
}

/** One job of that name: names are used again. */
export interface PastJobRef extends JobRef {
  /** Absent: the newest one. */
  readonly uid?: string | undefined;
}

export function jobPath(job: JobRef): string {
  return `${jobsPath(job.tenant)}/${segment(job.name)}`;
}

export function jobsPath(tenant: string): string {
  return `/v1/tenants/${segment(tenant)}/jobs`;
}

/** One segment of a path. Dots alone would be resolved away, and the call would go to another route. */
export function segment(name: string): string {
  if (!/^\.{0,2}$/.test(name)) return encodeURIComponent(name);
  const problem = { type: 'about:blank', title: 'Bad name', status: 400, code: 'BAD_NAME' };
  throw new DreyApiError({ ...problem, detail: `"${name}" cannot be a name` });
}
