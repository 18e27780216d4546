/** What agents saw of a job last, as `describe` and wide lists print it. */
import type { JobView } from '../../core/job.ts';
import type { CheckpointSeen, CheckpointsSeen, JobSeen } from '../../core/observation/job-seen.ts';
import { ageOf } from '../duration.ts';
import type { Pair } from './lines.ts';
import { sizeText } from './size-text.ts';

/** Nothing where nobody has seen it. */
export function seenPairs({ seen, generation }: JobView, now: number): Pair[] {
  if (!seen) return [];
  const { checkpoints } = seen;
  const isOther = generation !== undefined && generation.number !== seen.generation;
  return [
    ['Seen', `${stateText(seen)} (${ageOf(seen.at, now)} ago${isOther ? `, generation ${seen.generation}` : ''})`],
    ['Newest checkpoint', checkpoints && newestText(checkpoints, now)],
    ['Failed since', checkpoints && checkpoints.failures > 0 ? checkpointCount(checkpoints.failures) : undefined],
  ];
}

/** The age of its newest checkpoint; empty where none is known. */
export function checkpointAge({ seen }: JobView, now: number): string {
  const newest = seen?.checkpoints?.newest;
  return newest ? ageOf(newest.completedAt, now) : '';
}

function stateText({ state, tasks, restarts, taskManagers, slots }: JobSeen): string {
  const words = [
    state,
    tasks && `${tasks.running} of ${tasks.total} tasks`,
    `${restarts} restart${restarts === 1 ? '' : 's'}`,
    `${taskManagers.ready} of ${taskManagers.wanted} TaskManagers`,
    slots && `${slots.total} slots, ${slots.free} free`,
  ];
  return words.filter((word) => word !== undefined).join(', ');
}

function newestText({ newest, readAt }: CheckpointsSeen, now: number): string {
  if (!newest) return `none since it was submitted (read ${ageOf(readAt, now)} ago)`;
  return `${ageOf(newest.completedAt, now)} ago, ${factsText(newest)} (read ${ageOf(readAt, now)} ago)`;
}

function factsText({ sizeBytes, durationMs, path }: CheckpointSeen): string {
  const words = [
    sizeBytes === undefined ? undefined : sizeText(sizeBytes),
    durationMs === undefined ? undefined : `took ${(durationMs / 1_000).toFixed(1)} s`,
    path ?? 'in the JobManager’s memory only: it is lost with it',
  ];
  return words.filter((word) => word !== undefined).join(', ');
}

function checkpointCount(count: number): string {
  return `${count} checkpoint${count === 1 ? '' : 's'}`;
}
