/** A dry run of a change: read what its job's records tell, say what core says of it, and change nothing. */
import { z } from 'zod';
import { isPostgresAway } from '../clients/postgres/away.ts';
import { lastPauses, listOperations } from '../clients/postgres/operations.ts';
import { completedSavepoints } from '../clients/postgres/removed-jobs.ts';
import { findRevision } from '../clients/postgres/revisions.ts';
import { dryRun, type Wish } from '../core/dry-run.ts';
import type { JobView } from '../core/job.ts';
import { pausesOf, revisionsToRead, type RecordedJob } from '../core/recorded-job.ts';
import type { SavepointOutlook } from '../core/savepoint-outlook.ts';
import type { FlinkJob } from '../core/schema/flink-job.ts';
import { earlierAnswer } from './answer-once.ts';
import type { ChangeCall } from './change.ts';
import type { ChangeHeaders } from './change-headers.ts';
import { refusalProblem } from './job-workflow.ts';
import { askWorkflow } from './read-job.ts';
import type { Reply } from './route.ts';
import type { Services } from './services.ts';

/** The query of every change that can be tried out. */
export const dryRunQuery = z.strictObject({
  dryRun: z.enum(['true', 'false'], 'must be true or false').optional().describe('Only say what would happen.'),
});

/** Whether only that was asked. */
export function isDryRun({ dryRun: value }: z.output<typeof dryRunQuery>): boolean {
  return value === 'true';
}

export interface Trial {
  /** Absent: there is none yet. */
  readonly job: JobView | undefined;
  readonly wish: Wish;
}

/** Of a job that was removed: no workflow of it judges anything any more. */
export interface TrialOfRemoved {
  readonly job: JobView;
  readonly foreseen: SavepointOutlook;
}

/**
 * Says whether a change would make an operation, and which.
 * @param ask makes of the request what its job's workflow would be asked. @throws Problem when that would be refused
 */
export async function tryOut(
  services: Services,
  { params }: ChangeCall,
  headers: ChangeHeaders,
  ask: () => Promise<Trial | TrialOfRemoved>,
): Promise<Reply> {
  const isRepeated = (await earlierAnswer(services, params.tenant, headers)) !== undefined;
  const trial = await ask();
  if ('foreseen' in trial) return { body: outlookOfRemoved(trial, isRepeated) };
  const { job, wish } = trial;
  const recorded = job && (await recordedJob(services, job, wish));
  const outlook = dryRun(recorded, wish, { ...headers, isRepeated, nowMs: Date.now() });
  if ('code' in outlook) throw refusalProblem(outlook);
  return { body: { dryRun: true, ...outlook } };
}

function outlookOfRemoved({ job: { revision, spec }, foreseen }: TrialOfRemoved, isRepeated: boolean) {
  return { dryRun: true, changed: !isRepeated, revision, spec, ...(!isRepeated && foreseen) };
}

/** What matters of its savepoints is only read where the wish is about them. */
async function recordedJob(services: Services, job: JobView, { to }: Wish): Promise<RecordedJob> {
  const isAboutSavepoints = to === 'takeSavepoint' || to === 'disposeSavepoint';
  const savepoints = isAboutSavepoints ? await completedSavepoints(services.postgres, job.uid) : undefined;
  const { operations, pauses } = await operationsOf(services, job);
  const specs = await Promise.all(
    revisionsToRead({ job, operations }).map(async (revision): Promise<[number, FlinkJob][]> => {
      const spec = revision === job.revision ? job.spec : await storedSpec(services, job, revision);
      return spec ? [[revision, spec]] : [];
    }),
  );
  return { job, operations, pauses, specs: new Map(specs.flat()), ...(savepoints && { savepoints }) };
}

async function storedSpec({ postgres }: Services, { uid }: JobView, revision: number): Promise<FlinkJob | undefined> {
  return (await findRevision(postgres, uid, revision))?.spec;
}

/** More than can wait. */
const operationsRead = 50;

async function operationsOf(services: Services, job: JobView): Promise<Pick<RecordedJob, 'operations' | 'pauses'>> {
  const { postgres } = services;
  try {
    const [operations, pauses] = await Promise.all([
      listOperations(postgres, job.uid, operationsRead),
      lastPauses(postgres, job.uid),
    ]);
    return { operations, pauses };
  } catch (error) {
    if (!isPostgresAway(error)) throw error;
    const operations = (await askWorkflow(services, job))?.operations.toReversed() ?? [];
    return { operations, pauses: pausesOf(operations) };
  }
}
