/** One change asked of several jobs, one after the other: that one is refused does not keep it from the others. */
import type { JobRef } from '../../clients/drey/paths.ts';
import { askedJobs, type AskedJob, type Asking } from '../asking.ts';
import type { Context } from '../context.ts';
import { exitCodes, reportError, usageError } from '../errors.ts';
import { labelIn } from '../kinds/job-kind.ts';
import type { JobFlags } from '../list-jobs.ts';
import { placeOf, selectedJobs, selectionGiven } from '../selected-jobs.ts';
import { say } from '../world.ts';

/** The jobs that a change is asked of. */
export interface Meant {
  readonly jobs: readonly AskedJob[];
  /** Whether it is one by its name: its document is no list then. */
  readonly isOne: boolean;
}

/** Those that are named, or else those that the flags select. That there are none is said. @throws CliError */
export async function jobsMeant(
  context: Context,
  named: readonly JobRef[],
  flags: JobFlags,
  asking: Asking,
): Promise<Meant> {
  const [given] = selectionGiven(flags);
  if (given === undefined) return { jobs: askedJobs(asking, named.map(withRef)), isOne: named.length === 1 };
  if (named.length > 0) throw usageError(`${given} selects jobs, and jobs are named`, 'Leave it out, or the names.');
  const selected = await selectedJobs(context, flags);
  if (selected.length === 0) say(context.world.err, `No jobs found in ${placeOf(context, flags)}.`);
  // How many are found may be another number when the call is repeated.
  return { jobs: askedJobs(asking, selected.map(withRef), { areSelected: true }), isOne: false };
}

function withRef(ref: JobRef) {
  return { ref };
}

interface Outcome<Found> {
  readonly found: readonly Found[];
  /** The worst of all. */
  readonly exitCode: number;
}

/**
 * Goes on after one was refused, and ends where nothing answers. Those that gave something are `found`.
 * @param labelOf what an error is said to be about.
 */
export async function ofEach<Job extends AskedJob, Found>(
  { world, config }: Context,
  jobs: readonly Job[],
  ask: (job: Job) => Promise<Found | undefined>,
  labelOf = ({ ref }: Job): string => labelIn(config, ref),
): Promise<Outcome<Found>> {
  const found: Found[] = [];
  let exitCode: number = exitCodes.ok;
  for (const [index, job] of jobs.entries()) {
    try {
      const one = await ask(job);
      if (one !== undefined) found.push(one);
    } catch (error) {
      exitCode = Math.max(exitCode, reportError(world.err, error, labelOf(job)));
      if (exitCode < exitCodes.unreachable) continue;
      const left = jobs.slice(index + 1).map(labelOf);
      if (left.length > 0) say(world.err, `not asked for any more: ${left.join(', ')}`);
      break;
    }
  }
  return { found, exitCode };
}
