/** `drey revisions`: the specs that a job has had, the newest first. */
import { allPages } from '../../clients/drey/pages.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../errors.ts';
import { revisionKind } from '../kinds/revision-kind.ts';
import { parseFormat, printItems } from '../printing.ts';
import { parseJobName } from '../targets.ts';
import { say } from '../world.ts';

interface RevisionFlags {
  readonly output?: string;
}

export async function revisions(context: Context, words: readonly string[], flags: RevisionFlags): Promise<number> {
  const { world, client, config } = context;
  const format = parseFormat(flags.output);
  const job = { tenant: config.tenant, name: parseJobName(words) };
  const found = await allPages((page) => client.listRevisions(job, page));
  if (found.length === 0 && format === undefined) say(world.err, `No revisions found for job ${job.name}.`);
  else await printItems(world, revisionKind, found, { format, single: false });
  return exitCodes.ok;
}
