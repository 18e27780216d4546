/** `drey wait`: returns when a job is what the caller waits for, or as soon as it is sure that it will not be. */
import type { JobRef } from '../../clients/drey/paths.ts';
import { ignoreNotFound } from '../../clients/drey/errors.ts';
import { isStopped, jobPhases, type JobPhase, type JobView } from '../../core/job.ts';
import { leavesJobAlone } from '../../core/operation-kinds.ts';
import { hasEnded, type OperationRecord } from '../../core/operation.ts';
import type { Context } from '../context.ts';
import { parseDuration } from '../duration.ts';
import { CliError, exitCodes, usageError } from '../errors.ts';
import { assertSucceeded, pollUntil } from '../follow.ts';
import { jobLabel } from '../kinds/job-kind.ts';
import { parseTargets } from '../targets.ts';
import { say } from '../world.ts';

export interface WaitFlags {
  readonly for: string;
  readonly timeout: string;
}

/** Answers with true when it is met, throws when it never will be. */
type Condition = (context: Context, ref: JobRef) => Promise<true | undefined>;

export async function wait(context: Context, words: readonly string[], flags: WaitFlags): Promise<number> {
  const { world, config } = context;
  const { kind, names } = parseTargets(words);
  if (kind !== 'job' || names.length === 0) throw usageError('no job is named', 'Write wait job NAME --for=running.');
  const deadline = { at: world.now() + parseDuration(flags.timeout, '--timeout'), text: flags.timeout };
  for (const name of names) {
    const ref = { tenant: config.tenant, name };
    const condition = conditionOf(flags.for);
    await pollUntil(context, deadline, `${jobLabel(ref)} to be ${flags.for}`, () => condition(context, ref));
    say(world.out, `${jobLabel(ref)} condition met`);
  }
  return exitCodes.ok;
}

function conditionOf(text: string): Condition {
  if (text === 'running') return isRunning;
  // kubectl's word for it.
  if (text === 'removed' || text === 'delete') return removed();
  const phase = /^phase=(\w+)$/.exec(text)?.[1]?.toUpperCase();
  if (phase === undefined) throw usageError(`--for=${text} is not known`, 'Use running, removed or phase=PHASE.');
  if (!jobPhases.some((one) => one === phase))
    throw usageError(`--for=${text}: there is no such phase`, `Use one of ${jobPhases.join(', ')}.`);
  if (phase === 'REMOVED') return removed();
  return async ({ client }, ref) => ((await client.getJob(ref)).phase === phase ? true : undefined);
}

/** The accepted revision runs, and no change of it is under way or waits: what a script means after an apply. */
async function isRunning(context: Context, ref: JobRef): Promise<true | undefined> {
  const job = await context.client.getJob(ref);
  if (job.operation !== undefined) return undefined;
  if (job.phase === 'RUNNING' && job.generation?.revision === job.revision) return true;
  const newest = await newestChange(context, ref);
  if (newest === undefined || !hasEnded(newest)) return undefined;
  throwIfSettled(job, newest);
  return undefined;
}

/** More than this many savepoints in a row, and nothing else, tell nothing of how the last change went. */
const operationsRead = 50;

/** Savepoints say nothing about how the accepted revision fares. */
async function newestChange({ client }: Context, ref: JobRef): Promise<OperationRecord | undefined> {
  const { items } = await client.listOperations(ref, { limit: operationsRead });
  return items.find(({ kind }) => !leavesJobAlone(kind));
}

/** Phases that end by nothing but what somebody asks for. */
const resting: readonly JobPhase[] = ['FAILED', 'FINISHED', 'SUSPENDED', 'CANCELED', 'REMOVED'];

function throwIfSettled(job: JobView, newest: OperationRecord): void {
  if (isBroughtBack(job, newest)) return;
  assertSucceeded(job, newest);
  if (job.phase === 'DUAL_RUNNING' || newest.kind === 'discard') throw notTheJob(job);
  if (runsEarlier(job, newest)) {
    const said = `runs revision ${newest.revision}, to which it was brought back, and not revision ${job.revision}`;
    throw settled(job, said, 'Apply a spec that shall run; the same one is tried again.');
  }
  if (!resting.includes(job.phase)) return;
  throw settled(job, `is ${job.phase}`, isStopped(job.phase) ? `drey resume ${job.name} starts it.` : undefined);
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

/** One attempt may have failed, and the next one is due. What brings back an older revision says nothing of why the accepted one does not run. */
function isBroughtBack({ phase, generation, revision }: JobView, { kind }: OperationRecord): boolean {
  return phase === 'RECOVERING' && (kind === 'recover' || generation?.revision === revision);
}

/** Until it is promoted, and for ever once it was discarded. */
function notTheJob(job: JobView): CliError {
  const [said, cure] = job.candidate
    ? ['runs as a candidate beside the job', 'Use drey promote NAME, or drey discard NAME.']
    : ['was discarded', 'Apply a spec that shall run.'];
  return new CliError(`${jobLabel(job)}: revision ${job.revision} ${said}`, { exitCode: exitCodes.failed, cure });
}

/** Gone, marked as removed, or replaced by another job of the same name. */
function removed(): Condition {
  let uid: string | undefined;
  return async ({ client }, ref) => {
    const job = await ignoreNotFound(client.getJob(ref));
    uid ??= job?.uid;
    if (job === undefined || job.phase === 'REMOVED' || job.uid !== uid) return true;
    const [newest] = (await client.listOperations(ref, { limit: 1 })).items;
    if (newest?.kind === 'remove' && hasEnded(newest)) assertSucceeded(job, newest);
    return undefined;
  };
}
