/** The shapes of answers: what the OpenAPI document says, and what the tests hold real answers against. */
import { z } from 'zod';
import { abortEnds } from '../core/abort-outlook.ts';
import { candidateVerdicts, jobPhases, troubleNexts } from '../core/job.ts';
import { savepointFormats, savepointOrigins, savepointStates } from '../core/savepoint.ts';
import { costs } from '../core/plan/field-costs.ts';
import { flinkJobSchema } from '../core/schema/flink-job.ts';
import { sharedQuotaSchema } from '../core/schema/quota.ts';
import { problemKinds } from './problem.ts';
import { jobSeen } from './seen-shapes.ts';
import { given, time } from './shape-parts.ts';

const failure = z
  .object({
    code: z.string().describe('Stable: scripts may match on it.'),
    message: z.string().describe('What happened.'),
    cure: z.string().describe('What to do about it.'),
    evidence: z.string().optional().describe("The log's last lines or the exception."),
  })
  .meta({ id: 'Failure' });

export const specShape = flinkJobSchema.meta({ id: 'FlinkJob' });

const generation = z.object({ number: z.int(), revision: z.int(), flinkJobId: z.string(), name: z.string() });

const trouble = z.object({
  reason: z.string().describe('Stable: scripts may match on it.'),
  failure: failure.optional(),
  standing: z
    .string()
    .describe(
      '`ended`: only Drey can bring it back. `trying`: Flink or Kubernetes still do. `running`: all of its tasks run.',
    ),
  since: time,
  tried: z
    .array(
      z.object({
        at: time,
        action: z.string(),
        reason: z.string(),
        message: z.string().describe('What was wrong.'),
        hasSucceeded: z.boolean(),
        outcome: z.string().optional().describe('Why it did not bring the job back.'),
      }),
    )
    .describe('The attempts that still count, the oldest first.'),
  next: z
    .enum(troubleNexts)
    .describe(
      '`due`: an attempt, at `dueAt`. `shown`: nothing, for the job goes on or its spec wants no more. `givenUp`: nothing, the job is FAILED.',
    ),
  action: z.string().optional().describe('What is done, where it was decided to act.'),
  dueAt: time.optional(),
  resume: z.string().optional().describe('The one command that lets a failed job go on.'),
});

const candidateSeen = z.object({
  at: time,
  state: z
    .string()
    .describe('As Flink says it; `absent`: its JobManager does not know it, `silent`: that does not answer.'),
  restarts: z.int().describe('How often Flink has restarted it.'),
  checkpoint: z
    .object({ id: z.int(), path: z.string().optional(), completedAt: time })
    .optional()
    .describe('The newest that it had completed.'),
  failure: failure.optional().describe('Why Flink has restarted or ended it last.'),
});

export const jobAnswer = z
  .object({
    uid: z.string(),
    tenant: z.string(),
    name: z.string(),
    phase: z.enum(jobPhases),
    revision: z.int().describe('The accepted revision; in quotes, the ETag.'),
    spec: specShape,
    given: given.optional(),
    generation: generation.optional().describe('The newest set of Kubernetes objects that runs, or ran, the job.'),
    candidate: generation
      .extend({
        since: time,
        startedFrom: z.string().optional().describe('From where it started; absent: empty.'),
        seen: candidateSeen
          .optional()
          .describe(
            'What an agent has told of it last: again when it becomes another thing, not with every checkpoint.',
          ),
        trouble: trouble.optional().describe('What is wrong with it, and what is done about it.'),
        due: z
          .object({ operation: z.enum(candidateVerdicts), at: time })
          .optional()
          .describe('What happens to it by itself, and when.'),
      })
      .optional()
      .describe('The next revision, running beside the job until it is promoted or discarded.'),
    failure: failure.optional(),
    trouble: trouble.optional().describe('What agents see wrong with it, and what is done about it.'),
    operation: z.int().optional().describe('The operation under way.'),
    restorePoint: z.string().optional().describe('From where the next start begins.'),
    startedFrom: z
      .string()
      .optional()
      .describe('From where it runs, as long as it has not been seen to complete a checkpoint since.'),
    restoring: z
      .string()
      .optional()
      .describe('The savepoint that an operation which waits, or is under way, was told to start it from.'),
    restoringNext: z.array(z.string()).optional().describe('Those that others were told, which come after it.'),
    upcoming: z
      .int()
      .optional()
      .describe('The operation that waits, or is under way, to bring the accepted revision about.'),
    lastRun: z.int().optional().describe('The revision that last ran as it should.'),
    nextSavepointAt: time.optional().describe('When the next periodic savepoint is due.'),
    lastSeen: time
      .optional()
      .describe('When it was last observed; only of a job that runs, and that nobody observes now.'),
    seen: jobSeen
      .optional()
      .describe(
        'What agents saw of it last: its newest checkpoint, restarts, TaskManagers. Also of one that runs no more.',
      ),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Job' });

const planAnswer = z
  .object({
    kind: z.string().describe('The operation that the change needs.'),
    cost: z
      .enum(costs)
      .describe(
        '`none`: Flink is not touched. `rescale`: in place. `restart`: the job stops, and goes on where it is to run. `redeploy`: on a new Flink cluster.',
      ),
    changes: z.array(
      z.object({
        path: z.string(),
        from: z.string().optional().describe('JSON, cut to what a person reads.'),
        to: z.string().optional(),
        cost: z.enum(costs),
      }),
    ),
    strategy: z.string().optional().describe('How an upgrade goes, such as warm.'),
    mode: z.string().optional().describe('Which state the job goes on from, such as savepoint.'),
    goesBackTo: z
      .int()
      .optional()
      .describe('The revision to go back to where it fails: of a deploy that takes the place of a lost operation.'),
    notes: z.array(z.string()).describe('What to know beforehand.'),
  })
  .meta({ id: 'Plan' });

export const operationAnswer = z
  .object({
    number: z.int().describe('Counts from 1 for each job.'),
    kind: z.string().describe('What it does, such as deploy or remove.'),
    state: z.enum(['queued', 'running', 'succeeded', 'failed', 'aborted', 'superseded']),
    requestedBy: z.string(),
    reason: z.string(),
    revision: z.int().optional(),
    generation: z.int().optional(),
    requestedAt: time,
    startedAt: time.optional(),
    endedAt: time.optional(),
    steps: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        state: z.enum(['running', 'done', 'failed', 'skipped']),
        startedAt: time,
        endedAt: time.optional(),
        detail: z.string().optional(),
      }),
    ),
    failure: failure.optional(),
    notices: z
      .array(z.object({ code: z.enum(['COMMITTED_TWICE', 'RECORDS_MAY_BE_LOST']), message: z.string() }))
      .optional()
      .describe('What somebody should know of it although it may have succeeded.'),
    restoredFrom: z.string().optional(),
    plan: planAnswer.optional(),
    pauseMs: z.number().optional().describe('How long no job ran, in milliseconds.'),
    rolledBackTo: z.int().optional().describe('The revision that was brought back when the new one failed.'),
    stopFound: z
      .enum(['finished', 'stateUnknown'])
      .optional()
      .describe(
        'What keeps an upgrade from going back to what it has stopped: that had finished by itself, or nobody could find its state.',
      ),
    supersededBy: z.int().optional(),
    workflowId: z.string().optional().describe('In Temporal.'),
  })
  .meta({ id: 'Operation' });

export const changeAnswer = z
  .object({
    changed: z.boolean().describe('False: the spec was already the current one, and no operation was made.'),
    job: jobAnswer,
    operation: operationAnswer.optional(),
  })
  .meta({ id: 'Change' });

export const dryRunAnswer = z
  .object({
    dryRun: z.literal(true),
    changed: z
      .boolean()
      .describe(
        'Whether the request would make an operation. An apply does: the spec is another one, or its last deploy failed.',
      ),
    revision: z.int().describe('The current revision; 0 when there is no such job.'),
    spec: specShape,
    plan: planAnswer.optional().describe('What the request would do; absent when it would change nothing.'),
    savepoint: z
      .object({
        number: z.int().describe('That of its operation, if nothing else is asked of the job first.'),
        format: z.enum(savepointFormats),
        folder: z.string().describe('Where it would lie, alone.'),
      })
      .optional()
      .describe('That would be taken.'),
    deletes: z
      .array(z.object({ number: z.int(), path: z.string().describe('All of it that is deleted.') }))
      .optional()
      .describe('Savepoints whose files would go.'),
    keeps: z
      .array(z.object({ number: z.int(), why: z.string() }))
      .optional()
      .describe('Savepoints that were asked for, and would stay.'),
    abort: z
      .object({
        operation: z.int(),
        kind: z.string(),
        end: z
          .enum(abortEnds)
          .describe(
            '`withdrawn`: it never begins. `givenUp`: it undoes what it began. `rolledBack`: the last stable revision is brought back. `goesOn`: it is giving up already. `undecided`: it is given up or comes to its end, by what the cluster says.',
          ),
        leaves: z.string().describe('What it leaves behind.'),
      })
      .optional()
      .describe('What would become of the operation that is asked to give up.'),
    startsFrom: z.string().optional().describe('From which state the job would start.'),
    lastPauseMs: z
      .number()
      .optional()
      .describe('How long no job ran the last time that this was done, in milliseconds.'),
  })
  .meta({ id: 'DryRun' });

/** What 200 is where only a dry run is answered with it. */
export const dryRunReply = { description: 'This was a dry run', schema: dryRunAnswer };

/** What 200 is where a change may have nothing to do. */
export const changeOrDryRun = {
  description: 'Nothing had to change, or this was a dry run',
  schema: z.union([changeAnswer, dryRunAnswer]),
};

export const revisionAnswer = z
  .object({
    revision: z.int(),
    spec: specShape,
    specHash: z.string(),
    acceptedBy: z.string(),
    acceptedAt: time,
    given: given.optional(),
  })
  .meta({ id: 'Revision' });

export const savepointAnswer = z
  .object({
    number: z
      .int()
      .describe('That of the operation that took it, or one of its own where that had taken another one before it.'),
    operation: z.int().optional().describe('The operation that took it, where that has another number.'),
    after: z
      .int()
      .optional()
      .describe(
        'It was taken after the savepoint of this number, though its operation has a lower one: that had to wait.',
      ),
    state: z.enum(savepointStates).describe('`disposed`: its files were deleted.'),
    origin: z
      .enum(savepointOrigins)
      .describe(
        'Why: asked for, by periods of the spec, because an operation stopped the job, or somebody in Flink (`outside`).',
      ),
    format: z.enum(savepointFormats),
    requestedBy: z.string(),
    takenAt: time,
    path: z.string().optional().describe('Absent where it failed.'),
    sizeBytes: z.number().optional().describe('As far as Flink told it.'),
    flinkVersion: z.string(),
    revision: z.int(),
    generation: z.int(),
    flinkJobId: z.string(),
    ofCandidate: z.literal(true).optional().describe('It was taken of a candidate, beside the job.'),
    pinned: z
      .boolean()
      .describe(
        'Whether the job may need it: it waits with it, is to be restored from it, or has completed no checkpoint since.',
      ),
    failure: failure.optional(),
    disposedAt: time.optional(),
    disposedBy: z.int().optional().describe('The operation that deleted its files.'),
  })
  .meta({ id: 'Savepoint' });

export const eventAnswer = z
  .object({
    operation: z.int().describe('0 for what belongs to none.'),
    seq: z.int(),
    at: time,
    type: z.string().describe('Stable word, such as stepDone.'),
    text: z.string(),
  })
  .meta({ id: 'Event' });

export const clusterAnswer = z
  .object({
    name: z.string(),
    description: z.string(),
    labels: z.record(z.string(), z.string()),
    quota: sharedQuotaSchema.optional(),
    createdAt: time,
    updatedAt: time,
    agent: z.object({
      state: z
        .enum(['connected', 'gone', 'unknown'])
        .describe('unknown: nothing was heard of one lately, and Temporal does not answer now.'),
      lastSeen: time.optional(),
      count: z.int().optional().describe('How many are there now; absent where they do not say so.'),
      lastObserved: time.optional().describe('When one of them last observed the jobs of the cluster.'),
      unknownJobs: z
        .object({
          count: z.int().describe('For a token of one tenant: of those that are named.'),
          jobs: z.array(z.string()).describe('The first few, as `<tenant>/<name>`.'),
          at: time.describe('When the jobs of the cluster were compared last.'),
        })
        .optional()
        .describe('Jobs whose objects are in the cluster and which no workflow knows: nobody looks after them.'),
    }),
  })
  .meta({ id: 'Cluster' });

const grantShape = z.object({ cluster: z.string(), namespace: z.string() });

export const tenantAnswer = z
  .object({
    name: z.string(),
    description: z.string(),
    grants: z.array(grantShape),
    quota: sharedQuotaSchema.optional(),
    createdAt: time,
  })
  .meta({ id: 'Tenant' });

export const problemAnswer = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(problemKinds)).describe('Stable: scripts may match on it.'),
    cure: z.string().describe('What to do about it.'),
    problems: z
      .array(z.object({ path: z.string(), message: z.string(), hint: z.string().optional() }))
      .optional()
      .describe('Every wrong part of the request.'),
    requestId: z.string(),
  })
  .meta({ id: 'Problem' });

/** One page of a list. */
export function pageOf(item: z.ZodType) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().optional().describe('Send it as `cursor` for the next page; absent on the last one.'),
  });
}
