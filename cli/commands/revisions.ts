/** `drey revisions`: the specs that a job has had, the newest first. */
import type { Context } from '../context.ts';
import { revisionKind } from '../kinds/revision-kind.ts';
import { listOfJob, type ListFlags } from '../list-of-job.ts';

export function revisions(context: Context, words: readonly string[], flags: ListFlags): Promise<number> {
  const read = context.client.listRevisions;
  return listOfJob(context, words, flags, { what: 'revisions', kind: revisionKind, read });
}
