/** Specs that a job has had: the one that runs, and the one that a rollback goes back to. */
import { listOperations } from '../clients/postgres/operations.ts';
import { findRevision, type StoredRevision } from '../clients/postgres/revisions.ts';
import { runs, type JobView } from '../core/job.ts';
import { hasEnded, type OperationRecord } from '../core/operation.ts';
import { asApplied, type GivenSpec } from '../core/scaling/given-parallelism.ts';
import type { FlinkJob } from '../core/schema/flink-job.ts';
import { specHash } from '../core/spec/canonical.ts';
import { resumed } from '../core/verbs.ts';
import { Problem } from './problem.ts';
import type { Services } from './services.ts';

/** How far back a revision that once ran is looked for. */
const operationsRead = 200;

/** Operations after which a revision has run as it should. */
const bringing: readonly string[] = ['deploy', 'upgrade', 'rescale', 'resume', 'adjust', 'promote', 'recover'];

/**
 * The spec that the job runs with, unless the accepted one is still to come: after a rollback it is another one. With what its vertices
 * were given beside it.
 */
export async function runningAsGiven(services: Services, job: JobView): Promise<GivenSpec> {
  const running = standsOnGeneration(job) ? job.generation?.revision : undefined;
  if (running === undefined || running === job.revision || job.upcoming !== undefined)
    return { spec: job.spec, given: job.given ?? {} };
  const { spec, given = {} } = await storedRevision(services, job, running);
  return { spec, given };
}

/** The same as somebody applied it: what its vertices were given is the job's to keep. */
export async function runningSpec(services: Services, job: JobView): Promise<FlinkJob> {
  return asApplied(await runningAsGiven(services, job));
}

/** Whether what the job is, is what it runs or ran last: one that broke by itself is brought back with that. */
function standsOnGeneration({ phase, trouble }: JobView): boolean {
  return runs(phase) || phase === 'RECOVERING' || (phase === 'FAILED' && trouble !== undefined);
}

/** The revision to go back to, as it was applied. @param wanted its number; absent: the last one that ran as it should before the current. */
export async function earlierRevision(services: Services, job: JobView, wanted?: number): Promise<StoredRevision> {
  const number = wanted ?? (await lastStable(services, job));
  if (number !== undefined && number < job.revision) {
    const stored = await storedRevision(services, job, number);
    return { ...stored, spec: appliedOf(stored) };
  }
  const message =
    wanted === undefined
      ? `No revision of ${job.name} before ${job.revision} has run as it should.`
      : `Revision ${wanted} is not before the current one, ${job.revision}.`;
  throw new Problem('NO_EARLIER_REVISION', message, { cure: 'GET …/revisions lists them; name one that is older.' });
}

/**
 * Where the job is on its way back already, it is the revision that it goes to: whoever asks twice, since nothing answered at first, must
 * not have brought back what the job goes away from.
 */
async function lastStable(services: Services, job: JobView): Promise<number | undefined> {
  const operations = await listOperations(services.postgres, job.uid, operationsRead);
  const stable = stableBefore(job, operations);
  const isUnderWay = operations.some((one) => isOnItsWay(one, job));
  return (isUnderWay ? await sameAgain(services, job, stable) : undefined) ?? stable[0];
}

/** What brings the job back after it broke is none: that somebody has gone back was over before. */
function isOnItsWay(one: OperationRecord, { revision }: JobView): boolean {
  return one.revision === revision && !hasEnded(one) && bringing.includes(one.kind) && one.kind !== 'recover';
}

/** More than these are not compared: who goes back goes to a revision that ran not long ago. */
const comparedMax = 10;

/** Which of the revisions is what the job shall be now. */
async function sameAgain(
  { postgres }: Services,
  job: JobView,
  revisions: readonly number[],
): Promise<number | undefined> {
  const now = specHash(appliedOf(job));
  for (const number of revisions.slice(0, comparedMax)) {
    const stored = await findRevision(postgres, job.uid, number);
    if (stored && specHash(resumed(appliedOf(stored))) === now) return number;
  }
  return undefined;
}

function appliedOf({ spec, given = {} }: Pick<StoredRevision, 'spec' | 'given'>): FlinkJob {
  return asApplied({ spec, given });
}

/** What has run as it should before the current one, the latest first. */
function stableBefore({ revision }: JobView, operations: readonly OperationRecord[]): number[] {
  const good = operations.filter(({ kind, state, plan }) => {
    // A candidate is the job only once it was promoted.
    const isCandidate = kind === 'upgrade' && plan?.strategy === 'blueGreen';
    return bringing.includes(kind) && !isCandidate && state === 'succeeded';
  });
  const numbers = good.flatMap((one) => one.revision ?? []).filter((number) => number < revision);
  return [...new Set(numbers)];
}

async function storedRevision({ postgres }: Services, job: JobView, number: number): Promise<StoredRevision> {
  const stored = await findRevision(postgres, job.uid, number);
  if (stored) return stored;
  throw new Problem('NO_EARLIER_REVISION', `Job ${job.name} has no revision ${number}.`, {
    cure: 'GET …/revisions lists them.',
  });
}
