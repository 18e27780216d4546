/** `drey operations` and `drey operation`: what was done to a job, and how one of it went, step by step. */
import type { Context } from '../context.ts';
import { exitCodes, usageError } from '../errors.ts';
import { operationKind } from '../kinds/operation-kind.ts';
import { operationLines } from '../kinds/operation-lines.ts';
import { allPages } from '../../clients/drey/pages.ts';
import { parseFormat, printItems } from '../printing.ts';
import { pastJobOf, type PastFlags } from '../targets.ts';
import { say } from '../world.ts';

export interface OperationFlags extends PastFlags {
  readonly output?: string;
}

export async function operations(context: Context, words: readonly string[], flags: OperationFlags): Promise<number> {
  const { world, client, config } = context;
  const format = parseFormat(flags.output);
  const job = pastJobOf(config, words, flags);
  const found = await allPages((page) => client.listOperations(job, page));
  if (found.length === 0 && format === undefined) say(world.err, `No operations found for job ${job.name}.`);
  else await printItems(world, operationKind, found, { format, single: false });
  return exitCodes.ok;
}

export async function operation(context: Context, words: readonly string[], flags: OperationFlags): Promise<number> {
  const { world, client, config } = context;
  const format = parseFormat(flags.output);
  const number = Number(words.at(-1));
  if (words.length < 2 || !Number.isSafeInteger(number) || number < 1) {
    throw usageError(
      'the operation must be named by its number',
      'Write operation NAME N; drey operations NAME lists them.',
    );
  }
  const job = pastJobOf(config, words.slice(0, -1), flags);
  const found = await client.getOperation(job, number);
  if (format !== undefined) await printItems(world, operationKind, [found], { format, single: true });
  else for (const line of operationLines(found, world.now())) say(world.out, line);
  return exitCodes.ok;
}
