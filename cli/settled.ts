/** Tells when a job will not become by itself what somebody waits for. */
import type { JobRef } from '../clients/drey/paths.ts';
import { isStopped, type JobPhase, type JobView } from '../core/job.ts';
import { leavesJobAlone } from '../core/operation-kinds.ts';
import type { OperationRecord } from '../core/operation.ts';
import type { Context } from './context.ts';
import { CliError, exitCodes } from './errors.ts';
import { assertSucceeded } from './follow.ts';
import { jobLabel, namedIn } from './kinds/job-kind.ts';

/** More than this many savepoints in a row, and nothing else, tell nothing of how the last change went. */
const operationsRead = 50;

/** Savepoints say nothing about how the accepted revision fares. */
export async function newestChange({ client }: Context, ref: JobRef): Promise<OperationRecord | undefined> {
  const { items } = await client.listOperations(ref, { limit: operationsRead });
  return items.find(({ kind }) => !leavesJobAlone(kind));
}

/** Phases that end by nothing but what somebody asks for. */
export const resting: readonly JobPhase[] = ['FAILED', 'FINISHED', 'SUSPENDED', 'CANCELED', 'REMOVED'];

/** @param newest the newest change of the job, which has ended. @throws CliError where the job stays as it is */
export function throwIfSettled(context: Context, job: JobView, newest: OperationRecord): void {
  if (isBroughtBack(job, newest)) return;
  assertSucceeded(context, job, newest);
  if (job.phase === 'DUAL_RUNNING' || newest.kind === 'discard') throw notTheJob(job);
  if (runsEarlier(job, newest)) {
    const said = `runs revision ${newest.revision}, to which it was brought back, and not revision ${job.revision}`;
    throw settled(job, said, 'Apply a spec that shall run; the same one is tried again.');
  }
  if (!resting.includes(job.phase)) return;
  const resume = `drey resume ${namedIn(context.config, job)} starts it.`;
  throw settled(job, `is ${job.phase}`, isStopped(job.phase) ? resume : undefined);
}

/** An earlier revision than the accepted one was brought back, and runs: the accepted one comes only when somebody asks for it. */
function runsEarlier({ phase, generation, revision }: JobView, newest: OperationRecord): boolean {
  return phase === 'RUNNING' && newest.revision !== revision && newest.revision === generation?.revision;
}

/** @param cure where the job's own failure has none. */
function settled(job: JobView, said: string, cure: string | undefined): CliError {
  const { failure } = job;
  const reason = failure === undefined ? '' : `: ${failure.code}: ${failure.message}`;
  return new CliError(`${jobLabel(job)} ${said}${reason}`, {
    exitCode: exitCodes.failed,
    cure: failure?.cure ?? cure,
    evidence: failure?.evidence,
  });
}

/**
 * One attempt may have failed, and the next one is due; or Flink has brought the job up since, by itself. What brings back an older revision says
 * nothing of why the accepted one does not run.
 */
function isBroughtBack({ phase, generation, revision }: JobView, { kind }: OperationRecord): boolean {
  const isOfAccepted = generation?.revision === revision;
  if (phase === 'RUNNING') return kind === 'recover' && isOfAccepted;
  return phase === 'RECOVERING' && (kind === 'recover' || isOfAccepted);
}

/** Until it is promoted, and for ever once it was discarded. */
function notTheJob(job: JobView): CliError {
  const [said, cure] = job.candidate
    ? ['runs as a candidate beside the job', 'Use drey promote NAME, or drey discard NAME.']
    : ['was discarded', 'Apply a spec that shall run.'];
  return new CliError(`${jobLabel(job)}: revision ${job.revision} ${said}`, { exitCode: exitCodes.failed, cure });
}
