/** What this process has found in its cluster that no workflow knows. */
import { unknownJobsNamed, type UnknownJobs } from '../core/agents.ts';

export class UnknownJobsFound {
  private found: { readonly jobs: readonly string[]; readonly atMs: number } | undefined;

  /** All jobs were compared. @param jobs each as `<tenant>/<name>` */
  note(jobs: readonly string[]): void {
    this.found = { jobs, atMs: performance.now() };
  }

  /** Undefined until they were compared once. */
  get now(): UnknownJobs | undefined {
    if (!this.found) return undefined;
    const { jobs, atMs } = this.found;
    return { count: jobs.length, jobs: jobs.slice(0, unknownJobsNamed), ageMs: performance.now() - atMs };
  }
}
