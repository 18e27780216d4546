/** `drey diff`: says what an apply would change, and with --exit-code also by its exit code whether it would change anything. */
import { targetsOf } from '../apply-target.ts';
import { askingOf } from '../asking.ts';
import type { Context } from '../context.ts';
import { readDocuments, type FileFlags } from '../documents.ts';
import { exitCodes } from '../errors.ts';
import { parseFormat } from '../printing.ts';
import { appliedFormats } from './apply.ts';
import { dryRun } from './dry-run.ts';

interface DiffFlags extends FileFlags {
  readonly exitCode?: boolean;
  readonly output?: string;
}

export async function diff(context: Context, _words: readonly string[], flags: DiffFlags): Promise<number> {
  const format = parseFormat(flags.output, appliedFormats);
  const targets = targetsOf(context, await readDocuments(context.world, flags), askingOf({}));
  const { outlooks, exitCode } = await dryRun(context, targets, format);
  if (flags.exitCode !== true || !outlooks.some(({ changed }) => changed)) return exitCode;
  // What failed goes first: whoever acts on a difference shall not act on half of it.
  return exitCode === exitCodes.ok ? exitCodes.wouldChange : exitCode;
}
