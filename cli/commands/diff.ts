/** `drey diff`: says what an apply would change, and with --exit-code also by its exit code whether it would change anything. */
import type { Outlook } from '../../core/dry-run.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../errors.ts';
import { diff as tellDiff, type ApplyFlags } from './apply.ts';

interface DiffFlags extends Omit<ApplyFlags, 'timeout'> {
  readonly exitCode?: boolean;
}

export async function diff(context: Context, words: readonly string[], flags: DiffFlags): Promise<number> {
  const outlooks: Outlook[] = [];
  const exitCode = await tellDiff(noting(context, outlooks), words, flags);
  if (flags.exitCode !== true || !outlooks.some(({ changed }) => changed)) return exitCode;
  // What failed goes first: whoever acts on a difference shall not act on half of it.
  return exitCode === exitCodes.ok ? exitCodes.wouldChange : exitCode;
}

/** The same context, which notes what the API says of each spec. */
function noting(context: Context, outlooks: Outlook[]): Context {
  const { client } = context;
  const applyJob: typeof client.dryRun.applyJob = async (job, spec) => {
    const outlook = await client.dryRun.applyJob(job, spec);
    outlooks.push(outlook);
    return outlook;
  };
  return { ...context, client: { ...client, dryRun: { ...client.dryRun, applyJob } } };
}
