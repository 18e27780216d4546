/** What differs between the jobs that workflows know and those that Kubernetes has. Jobs are named by the ids of their workflows. */

export interface JobsFound {
  /** Those with a workflow, wherever it is with them. */
  readonly known: ReadonlySet<string>;
  /** Those of them that run, as far as their workflow knows. */
  readonly running: ReadonlySet<string>;
  /** Those of which Kubernetes has an anchor. */
  readonly anchored: ReadonlySet<string>;
}

export interface JobsCompared {
  /** Objects are there, and nobody looks after them. */
  readonly unknown: readonly string[];
  /** It is said to run, and nothing of it is there. */
  readonly gone: readonly string[];
}

export function compareJobs({ known, running, anchored }: JobsFound): JobsCompared {
  return {
    unknown: [...anchored].filter((id) => !known.has(id)).toSorted(),
    gone: [...running].filter((id) => !anchored.has(id)).toSorted(),
  };
}
