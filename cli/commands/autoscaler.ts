/** `drey autoscaler`: what a job's autoscaler has decided, and why; `drey autoscale`: a decision now. */
import type { Asked } from '../../clients/drey/autoscaler-shapes.ts';
import type { JobRef, PastJobRef } from '../../clients/drey/paths.ts';
import { askFor, askingOf, type AskingFlags } from '../asking.ts';
import type { Context } from '../context.ts';
import { parseDuration } from '../duration.ts';
import { CliError, exitCodes, usageError } from '../errors.ts';
import { pollUntil } from '../follow.ts';
import { decisionKind } from '../kinds/decision-kind.ts';
import { autoscalerLines, decisionLines } from '../kinds/decision-lines.ts';
import { jobLabel, namedIn } from '../kinds/job-kind.ts';
import { parseFormat, printItems, renderValue, type Format } from '../printing.ts';
import { parseJob, pastJobOf, type PastFlags } from '../targets.ts';
import { wholeNumber } from '../whole-number.ts';
import { say } from '../world.ts';
import { simulatePolicy } from './simulate-policy.ts';

export interface AutoscalerFlags extends PastFlags {
  readonly explain?: string;
  readonly limit: string;
  readonly simulate?: string;
  readonly since: string;
  readonly output?: string;
}

export async function showAutoscaler(
  context: Context,
  words: readonly string[],
  flags: AutoscalerFlags,
): Promise<number> {
  const { world, client } = context;
  const { simulate, since, output } = flags;
  if (simulate !== undefined) return simulatePolicy(context, words, { uid: flags.uid, file: simulate, since, output });
  const format = parseFormat(output);
  const job = pastJobOf(context.config, words, flags);
  if (flags.explain !== undefined) return explain(context, job, wholeNumber(flags.explain, '--explain'), format);
  const { items } = await client.listDecisions(job, { limit: wholeNumber(flags.limit, '--limit') });
  if (format !== undefined) {
    await printItems(world, decisionKind, items, { format, single: false });
    return exitCodes.ok;
  }
  // A removed job has decisions, and no autoscaler any more.
  if (job.uid === undefined)
    for (const line of autoscalerLines(await client.getAutoscaler(job), world.now())) say(world.out, line);
  if (items.length === 0) say(world.err, `Nothing was decided for job ${job.name} yet.`);
  else await printItems(world, decisionKind, items, { format, single: false });
  return exitCodes.ok;
}

export interface AutoscaleFlags extends AskingFlags {
  readonly now?: boolean;
  readonly wait?: boolean;
  readonly timeout: string;
  readonly output?: string;
}

export async function autoscale(context: Context, words: readonly string[], flags: AutoscaleFlags): Promise<number> {
  const { config, world } = context;
  const format = parseFormat(flags.output, ['json', 'yaml']);
  const job = parseJob(config, words);
  if (flags.now !== true)
    throw usageError('nothing was asked for', `Write drey autoscale ${namedIn(config, job)} --now.`);
  const timeoutMs = parseDuration(flags.timeout, '--timeout');
  const asked = await askFor(context, job, askingOf(flags), (changes) => changes.decideNow(job));
  if (flags.wait === true) return follow(context, job, asked, { timeoutMs, text: flags.timeout, format });
  if (format === undefined) say(world.out, `${jobLabel(job)} asked for a decision (key ${asked.key})`);
  else world.out.write(await renderValue(asked, format === 'json' ? 'json' : 'yaml'));
  return exitCodes.ok;
}

interface Following {
  readonly timeoutMs: number;
  readonly text: string;
  readonly format: Format | undefined;
}

/** To the decision, and where that has the job rescaled, to the end of it. Fails if that fails. */
async function follow(context: Context, job: JobRef, { key }: Asked, wish: Following): Promise<number> {
  const { client, world } = context;
  const deadline = { at: world.now() + wish.timeoutMs, text: wish.text };
  const { number, outcome, why } = await pollUntil(context, deadline, `a decision on ${jobLabel(job)}`, async () => {
    const { items } = await client.listDecisions(job, { asked: key, limit: 1 });
    return items.find((decision) => decision.outcome !== 'underWay');
  });
  await explain(context, job, number, wish.format);
  if (outcome !== 'failed') return exitCodes.ok;
  throw new CliError(`${jobLabel(job)}: decision ${number} failed${why === undefined ? '' : `: ${why.text}`}`, {
    exitCode: exitCodes.failed,
    cure: `drey operations ${namedIn(context.config, job)} shows what went wrong; the autoscaler tries again later.`,
  });
}

async function explain(
  { client, world }: Context,
  job: PastJobRef,
  number: number,
  format: Format | undefined,
): Promise<number> {
  const decision = await client.getDecision(job, number);
  if (format === 'json' || format === 'yaml') world.out.write(await renderValue(decision, format));
  else if (format === 'name') say(world.out, `decision/${number}`);
  else for (const line of decisionLines(decision, world.now())) say(world.out, line);
  return exitCodes.ok;
}
