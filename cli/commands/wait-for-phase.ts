/** `drey wait --for=phase=PHASE`: in a phase that lasts, a job is only when no change of it waits or is under way. */
import type { JobRef } from '../../clients/drey/paths.ts';
import type { JobPhase, JobView } from '../../core/job.ts';
import { hasEnded } from '../../core/operation.ts';
import type { Context } from '../context.ts';
import { newestChange, resting, throwIfSettled } from '../settled.ts';

/** The phases in which changes end; the others are what is shown of one on its way. */
const lasting: readonly JobPhase[] = [...resting, 'RUNNING', 'DUAL_RUNNING'];

/** Answers with true when the job is in the phase, throws when it will not come to it by itself. */
export function isInPhase(wanted: JobPhase): (context: Context, ref: JobRef) => Promise<true | undefined> {
  if (!lasting.includes(wanted))
    return async ({ client }, ref) => ((await client.getJob(ref)).phase === wanted ? true : undefined);
  let judged = '';
  return async (context, ref) => {
    const job = await context.client.getJob(ref);
    // Accepted and not begun: the phase is still the one in which the change before has ended.
    if (job.upcoming !== undefined) return undefined;
    if (job.phase === wanted && job.operation === undefined) return true;
    // A job may run for hours: its operations are read when something of it has changed.
    const text = JSON.stringify(job);
    if (text === judged) return undefined;
    const newest = await newestChange(context, ref);
    if (newest === undefined || !hasEnded(newest)) return undefined;
    // What is under way leaves the job as it is: a savepoint, or the clean-up after its end.
    if (job.phase === wanted) return true;
    if (job.operation === undefined && isLeft(job, wanted)) throwIfSettled(context, job, newest);
    judged = text;
    return undefined;
  };
}

/** Whether it matters how the last change went: to a phase of rest one leads, or the job's own end; and from one only another change does. */
function isLeft({ phase }: JobView, wanted: JobPhase): boolean {
  return resting.includes(wanted) || resting.includes(phase);
}
