/** `drey operations` and `drey operation`: what was done to a job, and how one of it went, step by step. */
import type { Context } from '../context.ts';
import { exitCodes, usageError } from '../errors.ts';
import { operationKind } from '../kinds/operation-kind.ts';
import { operationLines } from '../kinds/operation-lines.ts';
import { listOfJob, type ListFlags } from '../list-of-job.ts';
import { parseFormat, printItems } from '../printing.ts';
import { pastJobOf } from '../targets.ts';
import { say } from '../world.ts';

export function operations(context: Context, words: readonly string[], flags: ListFlags): Promise<number> {
  const read = context.client.listOperations;
  return listOfJob(context, words, flags, { what: 'operations', kind: operationKind, read });
}

export async function operation(context: Context, words: readonly string[], flags: ListFlags): Promise<number> {
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
