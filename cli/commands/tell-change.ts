/** How changes of jobs are told: in a line, or as the record of its operation; and with --wait, to its end. */
import type { Change } from '../../clients/drey/shapes.ts';
import type { OperationRecord } from '../../core/operation.ts';
import type { Context } from '../context.ts';
import { parseDuration } from '../duration.ts';
import { exitCodes } from '../errors.ts';
import { labelIn } from '../kinds/job-kind.ts';
import { operationKind } from '../kinds/operation-kind.ts';
import { parseFormat, printItems, type Format, type Kind } from '../printing.ts';
import { say } from '../world.ts';
import { waitForOperations, type Followed, type WaitOptions } from './wait-for-operations.ts';

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
  if (telling.format === undefined) say(context.world.out, `${labelIn(context.config, job)} ${outcome}`);
  return tellOperations(context, [{ job, operation }], telling, true);
}

/**
 * With --wait follows the operations to their ends, and with -o prints their records, as they are by now.
 * @param isOne whether it is one job by its name: its document is no list then.
 * @returns the exit code.
 */
export async function tellOperations(
  context: Context,
  changes: readonly Followed[],
  telling: Telling,
  isOne: boolean,
): Promise<number> {
  const { client } = context;
  const { wait, format } = telling;
  const code = wait ? await waitForOperations(context, changes, telling) : exitCodes.ok;
  if (format === undefined) return code;
  const known = changes.flatMap(({ job, operation }) => (operation ? [{ job, operation }] : []));
  const records = known.map(async ({ job, operation }): Promise<OperationRecord> =>
    wait ? client.getOperation(job, operation.number) : operation,
  );
  await printFound(context, operationKind, await Promise.all(records), { format, isOne });
  return code;
}

/** Nothing where nothing was found: what is wrong was said. */
export async function printFound<Item>(
  { world }: Context,
  kind: Kind<Item>,
  items: readonly Item[],
  { format, isOne }: { readonly format: Format | undefined; readonly isOne: boolean },
): Promise<void> {
  if (items.length > 0) await printItems(world, kind, items, { format, single: isOne });
}
