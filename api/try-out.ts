/** A dry run: what an apply would do, by the very rules of the job's workflow, on the job as it is recorded. */
import { isPostgresAway } from '../clients/postgres/away.ts';
import { listOperations } from '../clients/postgres/operations.ts';
import { listRevisions } from '../clients/postgres/revisions.ts';
import { refusalBesideCandidate } from '../core/candidate.ts';
import type { JobView } from '../core/job.ts';
import { isUnchanged, refusalOf, type JudgedJob } from '../core/job-changes.ts';
import type { OperationRecord } from '../core/operation.ts';
import { planChange, type PlannedJob } from '../core/plan/change-plan.ts';
import { startingPoint } from '../core/plan/starting-point.ts';
import type { FlinkJob } from '../core/schema/flink-job.ts';
import { specHash } from '../core/spec/canonical.ts';
import type { ChangeHeaders } from './change-headers.ts';
import { refusalProblem } from './job-workflow.ts';
import { Problem } from './problem.ts';
import { askWorkflow, readLivingJob, type JobRef } from './read-job.ts';
import type { Reply } from './route.ts';
import type { Services } from './services.ts';

/** Says whether an apply of this spec would make an operation. @throws Problem when it would be refused */
export async function tryOut(
  services: Services,
  ref: JobRef,
  spec: FlinkJob,
  { key, bodyHash, ifRevision }: ChangeHeaders,
): Promise<Reply> {
  const job = await readLivingJob(services, ref).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'NO_SUCH_JOB') return undefined;
    throw error;
  });
  const operations = job ? await newestOperations(services, job) : [];
  const judged = job && judgedJob(job, operations[0]);
  const refusal = refusalOf(judged, { key, bodyHash, spec, ...(ifRevision === undefined ? {} : { ifRevision }) });
  if (refusal) throw refusalProblem(refusal);
  const changed = !judged || !isUnchanged(judged, specHash(spec));
  const refusalBeside = changed && job && refusalBesideCandidate(job);
  if (refusalBeside) throw refusalProblem(refusalBeside);
  const outlook = changed ? await outlookOf(services, job, spec, operations) : {};
  return { body: { dryRun: true, changed, revision: job?.revision ?? 0, spec, ...outlook } };
}

/** What it would do and cost, from where it would start, and how long the last pause was. */
async function outlookOf(
  services: Services,
  job: JobView | undefined,
  spec: FlinkJob,
  operations: readonly OperationRecord[],
) {
  const plan = planChange(await plannedJob(services, job), spec);
  const startsFrom = startingPoint(plan, job ? job.restorePoint : spec.spec.job.initialSavepoint);
  const lastPauseMs = operations.find(({ kind, pauseMs }) => kind === plan.kind && pauseMs !== undefined)?.pauseMs;
  return { plan, ...(startsFrom !== undefined && { startsFrom }), ...(lastPauseMs !== undefined && { lastPauseMs }) };
}

/** The job as its workflow would plan for it: what counts is the spec that runs, which a rollback may have brought back. */
async function plannedJob({ postgres }: Services, job: JobView | undefined): Promise<PlannedJob> {
  const certain = { askedCluster: true, afterLoss: false };
  // What is under way is taken to succeed.
  if (job && isUnderWay(job)) return { ...certain, phase: 'RUNNING', generations: [{ spec: job.spec }] };
  if (!job?.generation) return { ...certain, phase: job?.phase ?? 'PENDING', generations: [] };
  const { revision } = job.generation;
  const [stored] = revision === job.revision ? [job] : await listRevisions(postgres, job.uid, 1, revision + 1);
  return { ...certain, phase: job.phase, generations: stored ? [{ spec: stored.spec }] : [] };
}

function isUnderWay({ phase }: JobView): boolean {
  return phase === 'DEPLOYING' || phase === 'UPGRADING' || phase === 'RESCALING';
}

/** The job as its workflow would judge it. Only one operation waits at a time, and it is the newest. */
export function judgedJob(job: JobView, newest: OperationRecord | undefined): JudgedJob {
  const { name, phase, revision, spec, failure, generation } = job;
  return {
    name,
    phase,
    revision: { number: revision, spec, specHash: specHash(spec) },
    ...(failure ? { failure } : {}),
    queue: newest?.state === 'queued' ? [{ record: newest, recordSeq: 0 }] : [],
    generations: generation ? [generation] : [],
    ...(newest?.state === 'running' ? { running: { record: newest } } : {}),
    answered: [],
  };
}

/** Far enough back to find one that had a pause. */
const operationsRead = 20;

async function newestOperations(services: Services, job: JobView): Promise<readonly OperationRecord[]> {
  try {
    return await listOperations(services.postgres, job.uid, operationsRead);
  } catch (error) {
    if (!isPostgresAway(error)) throw error;
    return (await askWorkflow(services, job))?.operations.toReversed() ?? [];
  }
}
