/** A dry run of a change: read what its job's records tell, say what core says of it, and change nothing. */
import { z } from 'zod';
import { isPostgresAway } from '../clients/postgres/away.ts';
import { lastPauses, listOperations } from '../clients/postgres/operations.ts';
import { findRevision } from '../clients/postgres/revisions.ts';
import { dryRun, type Wish } from '../core/dry-run.ts';
import type { JobView } from '../core/job.ts';
import { pausesOf, revisionsToRead, type RecordedJob } from '../core/recorded-job.ts';
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

/**
 * Says whether a change would make an operation, and which.
 * @param ask makes of the request what its job's workflow would be asked. @throws Problem when that would be refused
 */
export async function tryOut(
  services: Services,
  { params }: ChangeCall,
  headers: ChangeHeaders,
  ask: () => Promise<Trial>,
): Promise<Reply> {
  const isRepeated = (await earlierAnswer(services, params.tenant, headers)) !== undefined;
  const { job, wish } = await ask();
  const outlook = dryRun(job && (await recordedJob(services, job)), wish, { ...headers, isRepeated });
  if ('code' in outlook) throw refusalProblem(outlook);
  return { body: { dryRun: true, ...outlook } };
}

async function recordedJob(services: Services, job: JobView): Promise<RecordedJob> {
  const { operations, pauses } = await operationsOf(services, job);
  const specs = await Promise.all(
    revisionsToRead({ job, operations }).map(async (revision): Promise<[number, FlinkJob][]> => {
      const spec = revision === job.revision ? job.spec : await storedSpec(services, job, revision);
      return spec ? [[revision, spec]] : [];
    }),
  );
  return { job, operations, pauses, specs: new Map(specs.flat()) };
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
