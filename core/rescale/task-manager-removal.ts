/** Which TaskManagers may go when a job needs fewer: only those without a task of it. */

export interface TaskManagerPods {
  /** The names of the pods that are there and stay; each is its TaskManager's id. */
  readonly pods: readonly string[];
  /** TaskManagers that have a task of the job. */
  readonly busy: readonly string[];
  /** How many the Deployment asks for now. */
  readonly replicas: number;
  /** How many it should ask for. */
  readonly wanted: number;
}

export interface TaskManagerRemoval {
  /** How many the Deployment shall ask for. */
  readonly replicas: number;
  /** Pods that Kubernetes shall take first. */
  readonly first: readonly string[];
  /** Pods that must stay. */
  readonly kept: readonly string[];
  /** How many more than wanted stay, since they are in use. */
  readonly tooMany: number;
}

/** Never grows the Deployment, and never makes it smaller than what is in use. */
export function decideRemoval({ pods, busy, replicas, wanted }: TaskManagerPods): TaskManagerRemoval {
  const kept = pods.filter((name) => busy.includes(name));
  const next = Math.min(replicas, Math.max(wanted, kept.length));
  return {
    replicas: next,
    first: pods.filter((name) => !busy.includes(name)),
    kept,
    tooMany: Math.max(0, next - wanted),
  };
}
