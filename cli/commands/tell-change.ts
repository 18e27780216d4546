/** How the change of one job is told: in a line, or as the record of its operation; and with --wait, to its end. */
import type { Change } from '../../clients/drey/shapes.ts';
import type { Context } from '../context.ts';
import { parseDuration } from '../duration.ts';
import { exitCodes } from '../errors.ts';
import { jobLabel } from '../kinds/job-kind.ts';
import { operationKind } from '../kinds/operation-kind.ts';
import { parseFormat, printItems, type Format } from '../printing.ts';
import { say } from '../world.ts';
import { waitForOperations, type WaitOptions } from './wait-for-operations.ts';

export interface TellingFlags {
  readonly wait?: boolean;
  readonly timeout: string;
  readonly output?: string;
}

/** The same flags, understood. */
export interface Telling extends WaitOptions {
  readonly wait: boolean;
  readonly format: Format | undefined;
}

/** What `-o` may be where an operation is told. */
const operationFormats = ['json', 'yaml', 'name'] as const;

/** Read before anything is asked for: wrong usage changes nothing. @throws CliError */
export function tellingOf({ wait = false, timeout, output }: TellingFlags): Telling {
  const format = parseFormat(output, operationFormats);
  const timeoutMs = parseDuration(timeout, '--timeout');
  return { wait, format, timeoutMs, timeoutText: timeout, quiet: format !== undefined };
}

/** Says what became of the request, and with --wait follows its operation. @returns the exit code. */
export async function tellChange(
  context: Context,
  { job, operation }: Change,
  telling: Telling,
  outcome: string,
): Promise<number> {
  const { world, client } = context;
  const { wait, format } = telling;
  if (format === undefined) say(world.out, `${jobLabel(job)} ${outcome}`);
  const code = wait ? await waitForOperations(context, [{ job, operation }], telling) : exitCodes.ok;
  if (format !== undefined && operation) {
    const record = wait ? await client.getOperation(job, operation.number) : operation;
    await printItems(world, operationKind, [record], { format, single: true });
  }
  return code;
}
