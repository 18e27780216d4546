/** Whether a job may be rescaled by its autoscaler now: whatever a person, or a recovery, has under way comes first. */
import type { JobState } from '../job-state.ts';
import { leavesJobAlone } from '../operation-kinds.ts';
import { troubleView } from '../recovery/trouble-view.ts';
import type { FlinkJob } from '../schema/flink-job.ts';
import { canonicalSpec } from '../spec/canonical.ts';

/** Code of a refusal that is over in a moment: a savepoint, or what else leaves the job as it is, is under way, or Flink brings the job back itself. */
export const busyBriefly = 'BUSY_BRIEFLY';

/** It is worth another try later. */
export interface NotNow {
  readonly code: 'NOT_NOW' | typeof busyBriefly;
  readonly message: string;
}

/** Why not; undefined where nothing is against it. */
export function refusalOfScaling(state: JobState): NotNow | undefined {
  const why = whyNotNow(state);
  if (why === undefined) return undefined;
  return { code: isBrief(state) ? busyBriefly : 'NOT_NOW', message: `The job is not rescaled now: ${why}.` };
}

/** Whether nothing is against it but what leaves the job as it is, and trouble that may be over when the agent looks next. */
function isBrief({ running, ...state }: JobState): boolean {
  const busy = [...(running ? [running] : []), ...state.queue];
  if (!busy.every(({ record }) => leavesJobAlone(record.kind))) return false;
  const { trouble: _over, ...calm } = state;
  return whyNotNow({ ...(isFlinksOwn(state) ? calm : state), queue: [] }) === undefined;
}

/** Whether nobody but Flink does something about the trouble: the autoscaler may know that a job is well before the job does. */
function isFlinksOwn(state: JobState): boolean {
  const next = troubleView(state)?.next;
  return next === 'undecided' || next === 'flinkRecovers';
}

/**
 * The revision that a decision is about. A scaling that failed is taken back under a new number, and what runs keeps the one before where an
 * operation waited then, or a recovery brings it back: it is the same spec.
 */
export function revisionMeant(
  { revision, generations }: Pick<JobState, 'revision' | 'generations'>,
  decidedOn: number,
): number {
  const active = generations.at(-1);
  const isSame = active?.revision === decidedOn && active.specHash === revision.specHash;
  return isSame ? revision.number : decidedOn;
}

function whyNotNow(state: JobState): string | undefined {
  const { phase, running, queue, revision, generations } = state;
  if (running) return `operation ${running.record.number} (${running.record.kind}) is under way`;
  const [waiting] = queue;
  if (waiting) return `operation ${waiting.record.number} (${waiting.record.kind}) waits`;
  if (phase === 'DUAL_RUNNING') return 'a candidate waits to be promoted or discarded';
  if (phase !== 'RUNNING') return `it is ${phase}`;
  const trouble = troubleView(state);
  if (trouble && trouble.next !== 'shown') return `something is wrong with it (${trouble.reason})`;
  const active = generations.at(-1);
  if (!active) return 'it is not known what runs';
  // The autoscaler brings about other parallelism, and nothing else that somebody has wanted in vain.
  if (withoutParallelism(active.spec) !== withoutParallelism(revision.spec))
    return `revision ${revision.number} was accepted, and revision ${active.revision} runs`;
  return undefined;
}

function withoutParallelism(job: FlinkJob): string {
  const { parallelism: _one, vertexParallelism: _each, slots: _all, ...rest } = job.spec.job;
  return JSON.stringify(canonicalSpec({ ...job, spec: { ...job.spec, job: { ...rest, parallelism: 1 } } }));
}
