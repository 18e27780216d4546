/** What is asked of an observation again and again. */
import type { Observation, ObservedComponent, PodObserved } from './observation.ts';

/** How long ago a time of the observation was when it was made; never negative. */
export function agoMs({ seenAt }: Observation, atMs: number): number {
  return Math.max(0, Date.parse(seenAt) - atMs);
}

/** How long it had been so when the observation was made. */
export function soForMs(observation: Observation): number {
  return agoMs(observation, observation.job.sinceMs);
}

/** Whether all of the job's tasks run, or have finished. */
export function isUp({ job: { state, tasks } }: Observation): boolean {
  return state === 'RUNNING' && tasks !== undefined && tasks.total > 0 && tasks.running >= tasks.total;
}

/** Whether Flink has ended the job, or lost it: nothing in the Flink cluster will bring it back. */
export function hasEnded({ job: { state } }: Observation): boolean {
  return state === 'FAILED' || state === 'CANCELED' || state === 'FINISHED' || state === 'absent';
}

/** How many restarts were not longer ago. As many as are remembered, at most. */
export function restartsWithin(observation: Observation, spanMs: number): number {
  return observation.restarts.recentMs.filter((atMs) => agoMs(observation, atMs) <= spanMs).length;
}

/** The pods in trouble, each with what it is a part of. */
export function troubledPods({
  pods,
}: Observation): readonly { readonly pod: PodObserved; readonly component: ObservedComponent }[] {
  return components.flatMap((component) => pods[component].troubled.map((pod) => ({ pod, component })));
}

const components = ['jobmanager', 'taskmanager'] as const;

/** How long ago a container's end may be that explains what is wrong now. */
const recentMs = 10 * 60_000;

/** Whether the container ended not long ago. */
export function hasEndedLately(observation: Observation, { ended }: PodObserved): boolean {
  return ended?.atMs !== undefined && agoMs(observation, ended.atMs) < recentMs;
}

/** Whether that is why it is not ready now: a pod that came up since may be missed for another reason. */
export function isDownSince({ ended, isReady }: PodObserved): boolean {
  return !isReady && !ended?.wasReadySince;
}
