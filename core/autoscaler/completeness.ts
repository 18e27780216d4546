/**
 * Feature `completeness`: incomplete metrics never scale anything. A sample counts only where every vertex has reported in
 * full and nothing in it is impossible; a decision, only where the newest sample and most of the others do. The operator
 * takes the zeros of subtasks that have not reported for real (FLINK-39925, seen in its repository and not mended there).
 */
import { isSource } from './collected.ts';
import type { Reason } from './decision.ts';
import { numberOf } from './figure.ts';
import type { AutoscaledJob, JobSample, JobVertex, VertexSample } from './samples.ts';

export interface WholeSamples {
  readonly samples: readonly JobSample[];
  /** Why nothing may be decided by them. */
  readonly problem?: Reason;
}

/** Milliseconds of a second that a subtask can be busy, and what clocks may err. */
const busyMsMost = 1_050;
/** The share of the samples that has to be whole. */
const leastWhole = 2 / 3;

/** The samples that are whole, oldest first. */
export function wholeSamples(samples: readonly JobSample[], job: AutoscaledJob): WholeSamples {
  const whole: JobSample[] = [];
  let last: string | undefined;
  for (const sample of samples) {
    last = whatIsWrong(sample, whole.at(-1), job);
    if (last === undefined) whole.push(sample);
  }
  if (last !== undefined) return { samples: whole, problem: incomplete(last) };
  const missing = samples.length - whole.length;
  if (whole.length >= leastWhole * samples.length) return { samples: whole };
  return { samples: whole, problem: incomplete(`${missing} of ${samples.length} samples are not whole`) };
}

function incomplete(what: string): Reason {
  return { code: 'INCOMPLETE_METRICS', text: `Nothing is decided by incomplete metrics: ${what}.` };
}

function whatIsWrong(sample: JobSample, before: JobSample | undefined, job: AutoscaledJob): string | undefined {
  if (sample.runningSinceMs !== undefined && sample.runningSinceMs !== job.runningSinceMs)
    return 'the job has restarted since';
  const wrong = job.vertices
    .filter(({ finished }) => finished !== true)
    .map((vertex) => [vertex, wrongIn(sample.vertices[vertex.id], before?.vertices[vertex.id], vertex)] as const)
    .find(([, problem]) => problem !== undefined);
  return wrong && `"${wrong[0].name}" ${wrong[1]}`;
}

function wrongIn(
  seen: VertexSample | undefined,
  before: VertexSample | undefined,
  vertex: JobVertex,
): string | undefined {
  if (seen?.busyMsPerSecond === undefined) return 'does not tell how busy it is';
  if (seen.complete === false) return 'has subtasks that have not reported';
  if (numberOf(seen.busyMsPerSecond.max) > busyMsMost) return 'is busy for more than all of its time';
  const counts = [seen.recordsIn, seen.recordsOut, seen.sourceRecordsIn, seen.accumulatedBusyMs, seen.pendingRecords];
  if (counts.some((value) => numberOf(value) < 0)) return 'counts less than nothing';
  if (seen.recordsIn === undefined && !(isSource(vertex) && seen.sourceRecordsIn !== undefined))
    return 'does not tell what it reads';
  // That none wait any more would be a lag that has gone, and one that is told again a load that has come.
  if (before?.pendingRecords !== undefined && seen.pendingRecords === undefined)
    return 'does not tell any more how many records wait';
  const falls = (key: 'recordsIn' | 'sourceRecordsIn') => numberOf(seen[key]) < numberOf(before?.[key]);
  return falls('recordsIn') || falls('sourceRecordsIn') ? 'counts backwards' : undefined;
}
