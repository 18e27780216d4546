/** The operations that a job itself remembers; PostgreSQL has all. */
import { waitingChange } from './job-changes.ts';
import type { JobState, QueuedOperation } from './job-state.ts';
import { leavesJobAlone } from './operation-kinds.ts';

type Remembered = Pick<JobState, 'queue' | 'running' | 'newest' | 'newestAside'>;

/** The last ones that ended, the one under way, and those that wait, by their numbers. */
export function knownOperations({ queue, running, newest, newestAside }: Remembered): readonly QueuedOperation[] {
  return [newest, newestAside, running, ...queue]
    .flatMap((one) => one ?? [])
    .toSorted((one, other) => one.record.number - other.record.number);
}

/** The newest one that changes the job: what an unchanged spec is answered with. */
export function newestChange({ queue, running, newest }: Remembered): QueuedOperation | undefined {
  const changing = running && !leavesJobAlone(running.record.kind) ? running : undefined;
  return waitingChange(queue) ?? changing ?? newest;
}
