/**
 * The answers of Drey's API, checked at the edge. Shapes are open where the API may grow: unknown fields are dropped,
 * and words of a newer API (a phase, a code) pass, so that an older client keeps working.
 */
import { z } from 'zod';
import type { AbortEnd } from '../../core/abort-outlook.ts';
import type { Outlook } from '../../core/dry-run.ts';
import type { Failure, FailureCode } from '../../core/failure.ts';
import type { CandidateSeen, CandidateVerdict, JobPhase, JobView, TroubleView } from '../../core/job.ts';
import type { ActingAction, FindingReason, Standing } from '../../core/recovery/finding.ts';
import type { Resolution } from '../../core/metrics/resolution.ts';
import type { Notice } from '../../core/notice.ts';
import type { JobSeen } from '../../core/observation/job-seen.ts';
import type { OperationKind } from '../../core/operation-kinds.ts';
import type { OperationRecord, OperationState, StepState } from '../../core/operation.ts';
import type { ChangeKind, ChangePlan, PlanMode } from '../../core/plan/change-plan.ts';
import type { OperationPlan } from '../../core/plan/ending-plan.ts';
import type { Cost } from '../../core/plan/field-costs.ts';
import type { Strategy } from '../../core/plan/strategy.ts';
import type { SavepointFormat, SavepointOrigin, SavepointRecord, SavepointState } from '../../core/savepoint.ts';
import type { FlinkJob } from '../../core/schema/flink-job.ts';
import { givenShape } from './autoscaler-shapes.ts';

/** A string that is one of `Word` today, and may be a newer one. */
function word<Word extends string>() {
  return z.custom<Word>((value) => typeof value === 'string', 'expected a string');
}

/** Only the envelope is checked: what a newer API has inside a spec is printed and sent back as it came. */
const flinkJob = z.custom<FlinkJob>(
  (value) =>
    z.looseObject({ metadata: z.looseObject({ name: z.string() }), spec: z.looseObject({}) }).safeParse(value).success,
  'expected a FlinkJob',
);

const failure: z.ZodType<Failure> = z.object({
  code: word<FailureCode>(),
  message: z.string(),
  cure: z.string(),
  evidence: z.string().optional(),
});

const generation = z.object({ number: z.number(), revision: z.number(), flinkJobId: z.string(), name: z.string() });

const trouble: z.ZodType<TroubleView> = z.object({
  reason: word<FindingReason>(),
  failure: failure.optional(),
  standing: word<Standing>(),
  since: z.string(),
  tried: z.array(
    z.object({
      at: z.string(),
      action: word<ActingAction>(),
      reason: word<FindingReason>(),
      message: z.string(),
      hasSucceeded: z.boolean(),
      outcome: z.string().optional(),
    }),
  ),
  next: word<TroubleView['next']>(),
  action: word<ActingAction>().optional(),
  dueAt: z.string().optional(),
  resume: z.string().optional(),
});

const candidateSeen = z.object({
  at: z.string(),
  state: word<CandidateSeen['state']>(),
  restarts: z.number(),
  checkpoint: z.object({ id: z.number(), path: z.string().optional(), completedAt: z.string() }).optional(),
  failure: failure.optional(),
});

const jobSeen: z.ZodType<JobSeen> = z.object({
  at: z.string(),
  generation: z.number(),
  state: word<JobSeen['state']>(),
  tasks: z.object({ running: z.number(), total: z.number() }).optional(),
  restarts: z.number(),
  checkpoints: z
    .object({
      readAt: z.string(),
      newest: z
        .object({
          id: z.number(),
          path: z.string().optional(),
          completedAt: z.string(),
          durationMs: z.number().optional(),
          sizeBytes: z.number().optional(),
        })
        .optional(),
      failures: z.number(),
    })
    .optional(),
  taskManagers: z.object({ ready: z.number(), wanted: z.number() }),
  slots: z.object({ total: z.number(), free: z.number() }).optional(),
});

export const jobShape: z.ZodType<JobView> = z.object({
  uid: z.string(),
  tenant: z.string(),
  name: z.string(),
  phase: word<JobPhase>(),
  revision: z.number(),
  spec: flinkJob,
  given: givenShape.optional(),
  generation: generation.optional(),
  candidate: generation
    .extend({
      since: z.string(),
      startedFrom: z.string().optional(),
      seen: candidateSeen.optional(),
      trouble: trouble.optional(),
      due: z.object({ operation: word<CandidateVerdict>(), at: z.string() }).optional(),
    })
    .optional(),
  failure: failure.optional(),
  trouble: trouble.optional(),
  operation: z.number().optional(),
  restorePoint: z.string().optional(),
  startedFrom: z.string().optional(),
  restoring: z.string().optional(),
  restoringNext: z.array(z.string()).optional(),
  upcoming: z.number().optional(),
  lastRun: z.number().optional(),
  nextSavepointAt: z.string().optional(),
  lastSeen: z.string().optional(),
  seen: jobSeen.optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

const step = z.object({
  name: z.string(),
  title: z.string(),
  state: word<StepState>(),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  detail: z.string().optional(),
});

const fieldChange = z.object({
  path: z.string(),
  from: z.string().optional(),
  to: z.string().optional(),
  cost: word<Cost>(),
});

const planOf = <Kind extends string>() =>
  z.object({
    kind: word<Kind>(),
    cost: word<Cost>(),
    changes: z.array(fieldChange),
    strategy: word<Strategy>().optional(),
    mode: word<PlanMode>().optional(),
    goesBackTo: z.number().optional(),
    notes: z.array(z.string()),
  });

const planShape: z.ZodType<ChangePlan> = planOf<ChangeKind>();
const foreseenShape: z.ZodType<OperationPlan> = planOf<OperationKind>();

export const operationShape: z.ZodType<OperationRecord> = z.object({
  number: z.number(),
  kind: word<OperationKind>(),
  state: word<OperationState>(),
  requestedBy: z.string(),
  reason: z.string(),
  revision: z.number().optional(),
  generation: z.number().optional(),
  requestedAt: z.string(),
  startedAt: z.string().optional(),
  endedAt: z.string().optional(),
  steps: z.array(step),
  failure: failure.optional(),
  notices: z.array(z.object({ code: word<Notice['code']>(), message: z.string() })).optional(),
  restoredFrom: z.string().optional(),
  plan: planShape.optional(),
  pauseMs: z.number().optional(),
  rolledBackTo: z.number().optional(),
  stopFound: word<NonNullable<OperationRecord['stopFound']>>().optional(),
  supersededBy: z.number().optional(),
  workflowId: z.string().optional(),
});

/** The answer to PUT and DELETE. `operation` is absent when nothing changed and the job never had one. */
export const changeShape = z.object({
  changed: z.boolean(),
  job: jobShape,
  operation: operationShape.optional(),
});
export type Change = z.output<typeof changeShape>;

/** What a change would do; revision 0: it would create the job. */
export const dryRunShape: z.ZodType<Outlook> = z.object({
  changed: z.boolean(),
  revision: z.number(),
  spec: flinkJob,
  plan: foreseenShape.optional(),
  savepoint: z.object({ number: z.number(), format: word<SavepointFormat>(), folder: z.string() }).optional(),
  deletes: z.array(z.object({ number: z.number(), path: z.string() })).optional(),
  keeps: z.array(z.object({ number: z.number(), why: z.string() })).optional(),
  abort: z
    .object({ operation: z.number(), kind: word<OperationKind>(), end: word<AbortEnd>(), leaves: z.string() })
    .optional(),
  startsFrom: z.string().optional(),
  lastPauseMs: z.number().optional(),
});

/** Something that happened to a job; `operation` is 0 for what belongs to none. */
export const eventShape = z.object({
  operation: z.number(),
  seq: z.number(),
  at: z.string(),
  type: z.string(),
  text: z.string(),
});
export type JobEvent = z.output<typeof eventShape>;

/** A savepoint, and whether its job may need it. */
export interface Savepoint extends SavepointRecord {
  readonly pinned: boolean;
}

export const savepointShape: z.ZodType<Savepoint> = z.object({
  number: z.number(),
  operation: z.number().optional(),
  after: z.number().optional(),
  state: word<SavepointState>(),
  origin: word<SavepointOrigin>(),
  format: word<SavepointFormat>(),
  requestedBy: z.string(),
  takenAt: z.string(),
  path: z.string().optional(),
  sizeBytes: z.number().optional(),
  flinkVersion: z.string(),
  revision: z.number(),
  generation: z.number(),
  flinkJobId: z.string(),
  ofCandidate: z.literal(true).optional(),
  pinned: z.boolean(),
  failure: failure.optional(),
  disposedAt: z.string().optional(),
  disposedBy: z.number().optional(),
});

/** What is measured of a job: `vertex` is '' for the job as a whole. */
const ofSeries = { vertex: z.string(), vertexName: z.string().optional(), metric: z.string() };

export const seriesShape = z.object({ ...ofSeries, seenAt: z.string() });
export type Series = z.output<typeof seriesShape>;

const point = z.object({
  at: z.string(),
  min: z.number(),
  max: z.number(),
  avg: z.number(),
  last: z.number(),
  count: z.number(),
});

/** Metrics of a range, in steps of `stepMs`; steps without a value are left out. */
export const metricsShape = z.object({
  resolution: word<Resolution>(),
  from: z.string(),
  to: z.string(),
  stepMs: z.number(),
  series: z.array(z.object({ ...ofSeries, points: z.array(point) })),
});
export type Metrics = z.output<typeof metricsShape>;
export type MetricsOfSeries = Metrics['series'][number];

/** What became of the samples that an agent brought. */
export const samplesShape = z.object({
  taken: z.number(),
  repeated: z.number(),
  dropped: z.record(z.string(), z.number()),
  unknownJobs: z.array(z.string()).optional(),
});
export type SamplesTaken = z.output<typeof samplesShape>;

/** A numbered spec of a job. */
export const revisionShape = z.object({
  revision: z.number(),
  spec: flinkJob,
  specHash: z.string(),
  acceptedBy: z.string(),
  acceptedAt: z.string(),
  given: givenShape.optional(),
});
export type Revision = z.output<typeof revisionShape>;

const quotaShape = z.object({
  slots: z.number().optional(),
  cpu: z.string().optional(),
  memory: z.string().optional(),
});

/** A Kubernetes cluster, and whether its agents are there. */
export const clusterShape = z.object({
  name: z.string(),
  description: z.string(),
  labels: z.record(z.string(), z.string()),
  quota: quotaShape.optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
  agent: z.object({
    state: word<'connected' | 'gone' | 'unknown'>(),
    lastSeen: z.string().optional(),
    count: z.number().optional(),
    lastObserved: z.string().optional(),
    unknownJobs: z.object({ count: z.number(), jobs: z.array(z.string()), at: z.string() }).optional(),
  }),
});
export type Cluster = z.output<typeof clusterShape>;

/** A tenant, and which namespaces of which clusters its jobs may use. */
export const tenantShape = z.object({
  name: z.string(),
  description: z.string(),
  grants: z.array(z.object({ cluster: z.string(), namespace: z.string() })),
  quota: quotaShape.optional(),
  createdAt: z.string(),
});
export type Tenant = z.output<typeof tenantShape>;

/** RFC 9457 problem details, with Drey's own members. */
export const problemShape = z.object({
  type: z.string().default('about:blank'),
  title: z.string(),
  status: z.number(),
  detail: z.string().default(''),
  code: z.string().default('UNKNOWN'),
  cure: z.string().optional(),
  problems: z.array(z.object({ path: z.string(), message: z.string(), hint: z.string().optional() })).optional(),
  requestId: z.string().optional(),
});
export type Problem = z.output<typeof problemShape>;

/** One page of a list; follow `nextCursor` until it is absent. */
export function pageShape<Item>(item: z.ZodType<Item>) {
  return z.object({ items: z.array(item), nextCursor: z.string().optional() });
}
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string | undefined;
}
