/** `drey autoscaler advise`: what an autoscaler would first decide about the jobs of any Flink cluster. Changes nothing there. */
import { rulesOf } from '../../core/autoscaler/rules.ts';
import type { ProfileName } from '../../core/autoscaler/policy.ts';
import { isAutoscalerKey, isKnownOption, valueProblems } from '../../core/schema/autoscaler-options.ts';
import { collectAdvice } from '../advice/collect-advice.ts';
import { flinkAt } from '../advice/flink-cluster.ts';
import { longestMs } from '../advice/looking-time.ts';
import { parseDuration } from '../duration.ts';
import { exitCodes, usageError } from '../errors.ts';
import { adviceLines, adviceResource, type JobAdvice } from '../kinds/advice-kind.ts';
import { parseFormat, renderValue } from '../printing.ts';
import { printable, say, type World } from '../world.ts';

export interface AdviseFlags {
  readonly rest: string;
  readonly job?: string;
  readonly profile: string;
  readonly set?: readonly string[];
  readonly interval: string;
  readonly for?: string;
  readonly output?: string;
}

/** Oftener, Flink is only kept busy: its metrics are gathered each 10 s. */
const intervalMsLeast = 100;

export async function advise(world: World, flags: AdviseFlags): Promise<number> {
  const format = parseFormat(flags.output, ['json', 'yaml']);
  const flink = flinkAt(flags.rest);
  const set = optionsIn(world, flags.set ?? []);
  const profile = profileIn(flags);
  const jobs = await collectAdvice(flink, {
    jobId: flags.job,
    profile,
    set,
    intervalMs: intervalIn(flags),
    deadline: AbortSignal.timeout(longestMs(profile, flags.for)),
    interrupted: world.interrupted,
  });
  if (format === 'json' || format === 'yaml')
    world.out.write(await renderValue({ jobs: jobs.map(adviceResource) }, format));
  else if (jobs.length === 0) say(world.err, `No jobs found at ${flink.address}.`);
  else sayAll(world, jobs);
  return jobs.some(({ advice }) => advice.reason.code === 'FLINK_UNREACHABLE') ? exitCodes.unreachable : exitCodes.ok;
}

function sayAll(world: World, jobs: readonly JobAdvice[]): void {
  for (const [index, job] of jobs.entries()) {
    if (index > 0) say(world.out, '');
    for (const line of adviceLines(job)) say(world.out, printable(line));
  }
}

function profileIn({ profile }: AdviseFlags): ProfileName {
  const found = profiles.find((one) => one === profile);
  if (found === undefined) throw usageError(`--profile ${profile} is not known`, `Use one of ${profiles.join(', ')}.`);
  return found;
}

// The keys of a record of all profiles are all profiles.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const profiles = Object.keys(rulesOf) as ProfileName[];

function intervalIn({ interval }: AdviseFlags): number {
  const ms = parseDuration(interval, '--interval');
  if (ms < intervalMsLeast) throw usageError('--interval must be 100ms or more');
  return ms;
}

/** The last of several values of a key counts. */
function optionsIn(world: World, given: readonly string[]): Readonly<Record<string, string>> {
  const set = Object.fromEntries(given.map(optionIn));
  const [problem] = valueProblems(set);
  if (problem) throw usageError(`--set ${problem.key}=${set[problem.key]}: ${problem.message}`);
  for (const key of Object.keys(set).filter((one) => !isKnownOption(one)))
    say(world.err, `--set ${key} changes nothing: no decision depends on it`);
  return set;
}

function optionIn(text: string): [key: string, value: string] {
  const [, key = '', value = ''] = /^([^=\s]+)=(.*)$/s.exec(text) ?? [];
  if (isAutoscalerKey(key)) return [key, value];
  throw usageError(`--set ${text} is not understood`, 'Write it as --set job.autoscaler.metrics.window=10s.');
}
