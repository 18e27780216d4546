/** `drey apply --dry-run`: asks the API what an apply would do, and shows the fields that differ from what is accepted. */
import type { Context } from '../context.ts';
import { exitCodes, reportError } from '../errors.ts';
import { jobLabel } from '../kinds/job-kind.ts';
import { printable, say } from '../world.ts';
import { bodyOf, type ApplyTarget } from '../apply-target.ts';
import type { DryRun } from '../../clients/drey/shapes.ts';
import { changeText } from '../kinds/change-text.ts';

export async function dryRun(context: Context, targets: readonly ApplyTarget[]): Promise<number> {
  let exitCode: number = exitCodes.ok;
  for (const target of targets) {
    try {
      await tryOne(context, target);
    } catch (error) {
      const subject = `${target.document.source}: ${jobLabel(target.ref)}`;
      exitCode = Math.max(exitCode, reportError(context.world.err, error, subject));
    }
  }
  return exitCode;
}

async function tryOne({ client, world }: Context, { document, ref }: ApplyTarget): Promise<void> {
  const planned = await client.dryRunJob(ref, bodyOf(document, ref.tenant));
  const isNew = planned.revision === 0;
  const outcome = isNew ? 'created' : planned.changed ? 'configured' : 'unchanged';
  say(world.out, `${jobLabel(ref)} ${outcome} (dry run)`);
  for (const line of planLines(planned)) say(world.out, printable(`  ${line}`));
}

/** What would change, what it costs, from which state, and how long the last pause was. */
function planLines({ plan, startsFrom, lastPauseMs }: DryRun): string[] {
  if (!plan || plan.kind === 'deploy') return [];
  const how = plan.strategy === undefined ? plan.kind : `${plan.strategy} ${plan.kind}`;
  return [
    ...plan.changes.map(changeText),
    `needs: ${how} (cost: ${plan.cost})`,
    ...(startsFrom === undefined ? [] : [`starts from: ${startsFrom}`]),
    ...(lastPauseMs === undefined ? [] : [`last pause: ${(lastPauseMs / 1000).toFixed(2)} s`]),
    ...plan.notes.map((note) => `note: ${note}`),
  ];
}
