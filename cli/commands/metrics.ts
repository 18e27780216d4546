/** `drey metrics`: what was measured of a job in the last while, one line for each series. */
import { isDuration, parseDurationMs } from '../../core/spec/duration.ts';
import type { Context } from '../context.ts';
import { exitCodes, usageError } from '../errors.ts';
import { metricKind } from '../kinds/metric-kind.ts';
import { parseFormat, printItems, renderValue } from '../printing.ts';
import { pastJobOf, type PastFlags } from '../targets.ts';
import { say } from '../world.ts';

export interface MetricFlags extends PastFlags {
  readonly metric?: readonly string[];
  readonly vertex?: string;
  readonly since: string;
  readonly output?: string;
}

/** Longer nothing is kept, whatever the API's settings. */
const sinceMsMax = parseDurationMs('1825d');

/** The longest that the API takes. */
const stepMsMax = parseDurationMs('30d');

/** Steps of the range: as wide as a trend that still fits beside its numbers. */
const stepsWanted = 20;

export async function metrics(context: Context, words: readonly string[], flags: MetricFlags): Promise<number> {
  const { world, client, config } = context;
  const format = parseFormat(flags.output, ['json', 'yaml', 'name']);
  const job = pastJobOf(config, words, flags);
  const { metric, vertex } = flags;
  const found = await client.getMetrics(job, { metric, vertex, ...rangeOf(flags, world.now()) });
  if (format === 'json' || format === 'yaml') world.out.write(await renderValue(found, format));
  else if (found.series.length === 0 && format === undefined)
    say(world.err, `No metrics found for job ${job.name} in the last ${flags.since}.`);
  else await printItems(world, metricKind(found), found.series, { format, single: false });
  return exitCodes.ok;
}

function rangeOf({ since }: MetricFlags, now: number) {
  const sinceMs = isDuration(since) ? parseDurationMs(since) : 0;
  if (sinceMs < 1_000 || sinceMs > sinceMsMax) {
    throw usageError(`--since: "${since}" is not a duration between 1s and 1825d`, 'Write it as 30m, 6h or 7d.');
  }
  const stepMs = Math.min(Math.ceil(sinceMs / stepsWanted / 1_000) * 1_000, stepMsMax);
  return {
    from: new Date(now - sinceMs).toISOString(),
    to: new Date(now).toISOString(),
    step: `${stepMs / 1_000}s`,
  };
}
