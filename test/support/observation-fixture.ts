/** Observations for tests: of a job that is well, with what a test says about it. */
import type { Failure } from '../../core/failure.ts';
import type { Observation, ObservedJobState, PodObserved, PodsObserved } from '../../core/observation/observation.ts';

const seenAt = '2026-11-21T12:00:00.000Z';

/** A time so long before the observation was made. */
export function ago(seconds: number): number {
  return Date.parse(seenAt) - seconds * 1000;
}

const tasks = { running: 4, total: 4 };

/** Of one JobManager and two TaskManagers that are ready. */
export function observation(change: Partial<Observation> = {}): Observation {
  return {
    uid: 'abcdefgh',
    generation: 2,
    submission: 1,
    order: { attemptMs: 1_000, seq: 1, elapsedMs: 0 },
    seenAt,
    job: { state: 'RUNNING', sinceMs: ago(3600), startedAtMs: ago(7200), tasks },
    restarts: { count: 0, recentMs: [] },
    checkpoints: { intervalMs: 10_000, newest: { id: 7, path: 'file:/c/chk-7', completedAtMs: ago(5) }, failures: 0 },
    pods: { jobmanager: pods(1), taskmanager: pods(2) },
    missing: [],
    changed: [],
    ...change,
  };
}

/** A job that is as Flink says, for so many seconds; of one that is not RUNNING no task runs. */
export function jobIs(state: ObservedJobState, forSeconds = 60): Pick<Observation, 'job'> {
  const running = state === 'RUNNING' ? tasks.running : 0;
  const isListed = state !== 'absent' && state !== 'silent';
  return {
    job: { state, sinceMs: ago(forSeconds), startedAtMs: ago(7200), ...(isListed && { tasks: { ...tasks, running } }) },
  };
}

/** So many pods, all of them ready unless said otherwise. */
export function pods(wanted: number, change: Partial<PodsObserved> = {}): PodsObserved {
  return { wanted, present: wanted, ready: wanted, troubled: [], ...change };
}

/** A TaskManager or JobManager that something is wrong with, beside others that are ready. */
export function troubled(
  component: 'jobmanager' | 'taskmanager',
  pod: Partial<PodObserved>,
  change: Partial<PodsObserved> = {},
): Pick<Observation, 'pods'> {
  const wanted = component === 'jobmanager' ? 1 : 2;
  const one: PodObserved = { name: `orders-${component}`, isReady: false, container: 'flink-main-container', ...pod };
  const own = pods(wanted, { ready: one.isReady ? wanted : wanted - 1, troubled: [one], ...change });
  return { pods: { jobmanager: pods(1), taskmanager: pods(2), [component]: own } };
}

/** What Flink says made the job fail. */
export function causedBy(code: Failure['code'], message = 'It fell.'): Pick<Observation, 'cause'> {
  return { cause: { failure: { code, message, cure: 'Mend it.', evidence: 'at a.B.c(B.java:1)' }, atMs: ago(30) } };
}

/** Restarts, so many seconds ago each. */
export function restartsAgo(...seconds: readonly number[]): Pick<Observation, 'restarts'> {
  return { restarts: { count: seconds.length, recentMs: seconds.map(ago) } };
}
