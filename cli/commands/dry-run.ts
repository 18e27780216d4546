/** `--dry-run`: asks the API what a change would do, and says it. */
import type { Outlook } from '../../core/dry-run.ts';
import { tryFor } from '../asking.ts';
import { bodyOf, type ApplyTarget } from '../apply-target.ts';
import type { Context } from '../context.ts';
import { exitCodes, reportError } from '../errors.ts';
import { jobLabel } from '../kinds/job-kind.ts';
import { outlookKind, outlookLines } from '../kinds/outlook-kind.ts';
import { printItems, type Format } from '../printing.ts';
import { printable, say, type World } from '../world.ts';

interface TriedOut {
  readonly outlooks: readonly Outlook[];
  readonly exitCode: number;
}

/** Of an apply: goes on after one was refused, as that does. */
export async function dryRun(
  context: Context,
  targets: readonly ApplyTarget[],
  format: Format | undefined,
): Promise<TriedOut> {
  const outlooks: Outlook[] = [];
  let exitCode: number = exitCodes.ok;
  for (const target of targets) {
    try {
      const outlook = await tryOne(context, target);
      if (format === undefined) sayOutlook(context.world, outlook.revision === 0 ? 'created' : 'configured', outlook);
      outlooks.push(outlook);
    } catch (error) {
      const subject = `${target.document.source}: ${jobLabel(target.ref)}`;
      exitCode = Math.max(exitCode, reportError(context.world.err, error, subject));
    }
  }
  if (format !== undefined && outlooks.length > 0)
    await printItems(context.world, outlookKind, outlooks, { format, single: outlooks.length === 1 });
  return { outlooks, exitCode };
}

function tryOne(context: Context, { document, ref, asking }: ApplyTarget): Promise<Outlook> {
  return tryFor(context, asking, (tries) => tries.applyJob(ref, bodyOf(document, ref.tenant)));
}

/** Of one job. @param outcome what would become of it, in a word. */
export async function tellOutlook(
  world: World,
  outcome: string,
  outlook: Outlook,
  format: Format | undefined,
): Promise<void> {
  if (format === undefined) sayOutlook(world, outcome, outlook);
  else await printItems(world, outlookKind, [outlook], { format, single: true });
}

/** @param label the job, where its name alone is not enough. */
export function sayOutlook(world: World, outcome: string, outlook: Outlook, label?: string): void {
  const said = outlook.changed ? outcome : 'unchanged';
  for (const line of outlookLines(said, outlook, label)) say(world.out, printable(line));
}
