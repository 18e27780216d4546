/** What differs between the jobs that workflows know and those that Kubernetes has. Jobs are named by the ids of their workflows. */
import { jobPhases, runs } from '../job.ts';

/** The workflows of a cluster's jobs. */
export interface JobsKnown {
  /** Wherever it is with them. */
  readonly known: ReadonlySet<string>;
  /** Those of them whose objects must be there, as far as their workflow knows. */
  readonly running: ReadonlySet<string>;
}

export interface JobsFound extends JobsKnown {
  /** Those of which Kubernetes has an anchor. */
  readonly anchored: ReadonlySet<string>;
  /** Those of them of which it has more than the anchor of a candidate. */
  readonly active: ReadonlySet<string>;
}

export interface JobsCompared {
  /** Objects are there, and nobody looks after them. */
  readonly unknown: readonly string[];
  /** It is said to run, and nothing is there of what runs it. */
  readonly gone: readonly string[];
}

export function compareJobs({ known, running, anchored, active }: JobsFound): JobsCompared {
  return {
    unknown: [...anchored].filter((id) => !known.has(id)).toSorted(),
    gone: [...running].filter((id) => !active.has(id)).toSorted(),
  };
}

const whole: ReadonlySet<string> = new Set(jobPhases.filter(runs));

/**
 * Whether the objects of a job in this phase must be there. Not so while an operation changes it, after its end, or when it is brought
 * back already. @param phase as Temporal lists it; absent where it lists none.
 */
export function mustHaveObjects(phase: string | undefined): boolean {
  return phase !== undefined && whole.has(phase);
}

/** An anchor, as far as the comparison goes. */
export interface AnchorSeen {
  /** The id of the workflow of the job that its labels name. */
  readonly job: string;
  /** The cluster that its spec names; absent where what it says is not understood. */
  readonly cluster?: string;
  readonly isCandidate: boolean;
}

/**
 * What Kubernetes has of the jobs of a cluster. An anchor of another cluster's name belongs to another control plane that works in the same
 * Kubernetes; one that is not understood may be of this one.
 */
export function foundJobs(anchors: readonly AnchorSeen[], cluster: string): Pick<JobsFound, 'anchored' | 'active'> {
  const own = anchors.filter((anchor) => anchor.cluster === undefined || anchor.cluster === cluster);
  return {
    anchored: new Set(own.map(({ job }) => job)),
    active: new Set(own.flatMap(({ job, isCandidate }) => (isCandidate ? [] : [job]))),
  };
}
