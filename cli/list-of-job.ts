/** Prints a list that belongs to one job, such as its operations. */
import type { PageRequest } from '../clients/drey/client.ts';
import { firstItems } from '../clients/drey/pages.ts';
import type { PastJobRef } from '../clients/drey/paths.ts';
import type { Page } from '../clients/drey/shapes.ts';
import type { Context } from './context.ts';
import { exitCodes } from './errors.ts';
import { parseFormat, printItems, type Kind } from './printing.ts';
import { pastJobOf, type PastFlags } from './targets.ts';
import { wholeNumber } from './whole-number.ts';
import { say } from './world.ts';

export interface ListFlags extends PastFlags {
  readonly output?: string;
  /** Of lists that only grow: how many at most, the newest first. */
  readonly limit?: string;
}

interface List<Item> {
  /** In words, for where there are none: `operations`. */
  readonly what: string;
  readonly kind: Kind<Item>;
  readonly read: (job: PastJobRef, page: PageRequest) => Promise<Page<Item>>;
}

/**
 * All pages of it, or as much as the flags say. That there are none is said only where no format is asked for; that there are more, always.
 * @returns the exit code
 */
export async function listOfJob<Item>(
  { world, config }: Context,
  words: readonly string[],
  flags: ListFlags,
  { what, kind, read }: List<Item>,
): Promise<number> {
  const format = parseFormat(flags.output);
  const job = pastJobOf(config, words, flags);
  const atMost = flags.limit === undefined ? Infinity : wholeNumber(flags.limit, '--limit');
  const { items, hasMore } = await firstItems((page) => read(job, page), atMost);
  if (items.length === 0 && format === undefined) say(world.err, `No ${what} found for job ${job.name}.`);
  else await printItems(world, kind, items, { format, single: false });
  if (hasMore) say(world.err, `These are the newest ${items.length} ${what}: --limit N lists more.`);
  return exitCodes.ok;
}
