/** `drey wait`: returns when a job is what the caller waits for, or as soon as it is sure that it will not be. */
import type { JobRef } from '../../clients/drey/paths.ts';
import { ignoreNotFound } from '../../clients/drey/errors.ts';
import { jobPhases, type JobPhase } from '../../core/job.ts';
import { hasEnded } from '../../core/operation.ts';
import type { Context } from '../context.ts';
import { parseDuration } from '../duration.ts';
import { exitCodes, usageError } from '../errors.ts';
import { assertSucceeded, pollUntil } from '../follow.ts';
import { jobLabel } from '../kinds/job-kind.ts';
import { newestChange, throwIfSettled } from '../settled.ts';
import { parseTargets } from '../targets.ts';
import { say } from '../world.ts';
import { isInPhase } from './wait-for-phase.ts';

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
  if (!isPhase(phase)) throw usageError(`--for=${text}: there is no such phase`, `Use one of ${jobPhases.join(', ')}.`);
  if (phase === 'REMOVED') return removed();
  return isInPhase(phase);
}

function isPhase(text: string): text is JobPhase {
  return jobPhases.some((phase) => phase === text);
}

/** The accepted revision runs, and no change of it is under way or waits: what a script means after an apply. */
async function isRunning(context: Context, ref: JobRef): Promise<true | undefined> {
  const job = await context.client.getJob(ref);
  if (job.operation !== undefined) return undefined;
  if (job.phase === 'RUNNING' && job.generation?.revision === job.revision) return true;
  const newest = await newestChange(context, ref);
  if (newest === undefined || !hasEnded(newest)) return undefined;
  throwIfSettled(context, job, newest);
  return undefined;
}

/** Gone, marked as removed, or replaced by another job of the same name. */
function removed(): Condition {
  let uid: string | undefined;
  return async (context, ref) => {
    const { client } = context;
    const job = await ignoreNotFound(client.getJob(ref));
    uid ??= job?.uid;
    if (job === undefined || job.phase === 'REMOVED' || job.uid !== uid) return true;
    const [newest] = (await client.listOperations(ref, { limit: 1 })).items;
    if (newest?.kind === 'remove' && hasEnded(newest)) assertSucceeded(context, job, newest);
    return undefined;
  };
}
