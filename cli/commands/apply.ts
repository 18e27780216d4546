/** `drey apply`: makes jobs what the files say, and with --wait follows the operations that do it. */
import { askFor, askingOf, type AskingFlags } from '../asking.ts';
import type { Context } from '../context.ts';
import { bodyOf, targetsOf, type ApplyTarget } from '../apply-target.ts';
import { readDocuments, type FileFlags } from '../documents.ts';
import { parseDuration } from '../duration.ts';
import { exitCodes } from '../errors.ts';
import { appliedJobKind, jobLabel, type AppliedJob } from '../kinds/job-kind.ts';
import { parseFormat, printItems, type Format } from '../printing.ts';
import { say } from '../world.ts';
import { ofEach } from './of-each.ts';
import { waitForOperations, type Followed } from './wait-for-operations.ts';

export interface ApplyFlags extends FileFlags, AskingFlags {
  readonly wait?: boolean;
  readonly timeout: string;
  readonly dryRun?: boolean;
  readonly output?: string;
}

export const appliedFormats = ['json', 'yaml', 'name'] as const;

export async function apply(context: Context, _words: readonly string[], flags: ApplyFlags): Promise<number> {
  const format = parseFormat(flags.output, appliedFormats);
  const timeoutMs = parseDuration(flags.timeout, '--timeout');
  const asking = askingOf(flags);
  const targets = targetsOf(context, await readDocuments(context.world, flags), asking);
  if (flags.dryRun === true) return (await (await import('./dry-run.ts')).dryRun(context, targets, format)).exitCode;
  const { found: applied, exitCode } = await applyAll(context, targets, format === undefined);
  const waited =
    flags.wait === true
      ? await waitForOperations(context, applied, {
          timeoutMs,
          timeoutText: flags.timeout,
          quiet: format !== undefined,
        })
      : exitCodes.ok;
  if (format !== undefined) await printApplied(context, applied, { format, fresh: flags.wait === true });
  return Math.max(exitCode, waited);
}

/** Applies in order, and goes on after one was refused, as kubectl does. */
async function applyAll(context: Context, targets: readonly ApplyTarget[], tell: boolean) {
  const applyOne = async ({ document, ref, asking }: ApplyTarget): Promise<Followed> => {
    const body = bodyOf(document, ref.tenant);
    const change = await askFor(context, ref, asking, (changes) => changes.applyJob(ref, body));
    const outcome = change.created ? 'created' : change.changed ? 'configured' : 'unchanged';
    if (tell) say(context.world.out, `${jobLabel(ref)} ${outcome}`);
    return { job: change.job, operation: change.operation };
  };
  return ofEach(context, targets, applyOne, ({ document, ref }) => `${document.source}: ${jobLabel(ref)}`);
}

async function printApplied(
  context: Context,
  applied: readonly Followed[],
  { format, fresh }: { readonly format: Format; readonly fresh: boolean },
): Promise<void> {
  const jobs: AppliedJob[] = [];
  for (const one of applied) jobs.push(fresh ? await asItIsNow(context, one) : { job: one.job });
  if (jobs.length > 0) await printItems(context.world, appliedJobKind, jobs, { format, single: jobs.length === 1 });
}

async function asItIsNow({ client }: Context, { job, operation }: Followed): Promise<AppliedJob> {
  const [now, record] = await Promise.all([
    client.getJob(job),
    operation && client.getOperation(job, operation.number),
  ]);
  return { job: now, operation: record };
}
