/** `drey autoscaler JOB --simulate FILE`: what a policy would have done with a job, beside what was done. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import type { Context } from '../context.ts';
import { parseDuration } from '../duration.ts';
import { exitCodes, usageError } from '../errors.ts';
import { simulationKind, summaryLines } from '../kinds/simulation-kind.ts';
import { parseFormat, printItems, renderValue } from '../printing.ts';
import { pastJobOf } from '../targets.ts';
import { say, type World } from '../world.ts';

export interface SimulateFlags {
  readonly uid?: string | undefined;
  readonly file: string;
  readonly since: string;
  readonly output?: string | undefined;
}

export async function simulatePolicy(
  { world, client, config }: Context,
  words: readonly string[],
  { uid, file, since, output }: SimulateFlags,
): Promise<number> {
  const format = parseFormat(output, ['json', 'yaml', 'wide']);
  const job = pastJobOf(config, words, { ...(uid !== undefined && { uid }) });
  const policy = await readPolicy(world, file);
  const now = world.now();
  const range = { from: isoOf(now - parseDuration(since, '--since')), to: isoOf(now) };
  const found = await client.simulate(job, policy, range);
  if (format === 'json' || format === 'yaml') {
    world.out.write(await renderValue(found, format));
    return exitCodes.ok;
  }
  for (const line of summaryLines(found)) say(world.out, line);
  if (found.items.length === 0) say(world.err, `Nothing was decided for job ${job.name} then, nor would have been.`);
  else await printItems(world, simulationKind, found.items, { format, single: false });
  for (const caveat of found.caveats) say(world.err, caveat);
  return exitCodes.ok;
}

/** Its content is the API's to judge. */
async function readPolicy(world: World, file: string): Promise<unknown> {
  try {
    const text = file === '-' ? await world.readInput() : readFileSync(resolve(world.cwd, file), 'utf8');
    const policy: unknown = parse(text);
    // An empty file is the policy with nothing but defaults.
    return policy ?? {};
  } catch (error) {
    throw usageError(
      `cannot read the policy in ${file}: ${error instanceof Error ? error.message.trimEnd() : String(error)}`,
      'Write the fields of spec.autoscaler as YAML or JSON.',
    );
  }
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
