/** Which TaskManagers a running job needs, as its JobManager tells of them: what it does not tell leaves nobody idle. */

/** A task as the JobManager tells of it. */
export interface PlacedTask {
  readonly state: string;
  /** The TaskManager that it has; absent before it has one. */
  readonly taskManager?: string;
}

/**
 * @param vertices the tasks of each; undefined for one that the JobManager does not know.
 * @param pods the TaskManagers that are there and stay.
 * @returns undefined while some task has no place, or one that is not there: it will come up where nobody can tell yet.
 */
export function busyTaskManagers(
  vertices: readonly (readonly PlacedTask[] | undefined)[],
  pods: readonly string[],
): readonly string[] | undefined {
  if (vertices.length === 0) return undefined;
  const busy = new Set<string>();
  for (const tasks of vertices) {
    if (!tasks || tasks.length === 0) return undefined;
    for (const task of tasks) {
      if (task.taskManager === undefined || !isThere(task, pods)) return undefined;
      busy.add(task.taskManager);
    }
  }
  return [...busy];
}

/** Nobody brings up again what has finished where its TaskManager went later. */
function isThere({ state, taskManager = '' }: PlacedTask, pods: readonly string[]): boolean {
  return state === 'FINISHED' || pods.includes(taskManager);
}
