/**
 * The answers of Drey's API, checked at the edge. Shapes are open where the API may grow: unknown fields are dropped,
 * and words of a newer API (a phase, a code) pass, so that an older client keeps working.
 */
import { z } from 'zod';
import type { Failure, FailureCode } from '../../core/failure.ts';
import type { CandidateVerdict, JobPhase, JobView } from '../../core/job.ts';
import type { OperationKind } from '../../core/operation-kinds.ts';
import type { OperationRecord, OperationState, StepState } from '../../core/operation.ts';
import type { ChangeKind, ChangePlan, Strategy, UpgradeMode } from '../../core/plan/change-plan.ts';
import type { Cost } from '../../core/plan/field-costs.ts';
import type { SavepointFormat, SavepointOrigin, SavepointRecord, SavepointState } from '../../core/savepoint.ts';
import type { FlinkJob } from '../../core/schema/flink-job.ts';

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

export const jobShape: z.ZodType<JobView> = z.object({
  uid: z.string(),
  tenant: z.string(),
  name: z.string(),
  phase: word<JobPhase>(),
  revision: z.number(),
  spec: flinkJob,
  generation: generation.optional(),
  candidate: generation
    .extend({
      since: z.string(),
      due: z.object({ operation: word<CandidateVerdict>(), at: z.string() }).optional(),
    })
    .optional(),
  failure: failure.optional(),
  operation: z.number().optional(),
  restorePoint: z.string().optional(),
  startedFrom: z.string().optional(),
  nextSavepointAt: z.string().optional(),
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

const planShape: z.ZodType<ChangePlan> = z.object({
  kind: word<ChangeKind>(),
  cost: word<Cost>(),
  changes: z.array(fieldChange),
  strategy: word<Strategy>().optional(),
  mode: word<UpgradeMode>().optional(),
  notes: z.array(z.string()),
});

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
  restoredFrom: z.string().optional(),
  plan: planShape.optional(),
  pauseMs: z.number().optional(),
  rolledBackTo: z.number().optional(),
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

/** What an apply would do; revision 0: it would create the job. */
export const dryRunShape = z.object({
  changed: z.boolean(),
  revision: z.number(),
  spec: flinkJob,
  plan: planShape.optional(),
  startsFrom: z.string().optional(),
  lastPauseMs: z.number().optional(),
});
export type DryRun = z.output<typeof dryRunShape>;

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
  pinned: z.boolean(),
  failure: failure.optional(),
  disposedAt: z.string().optional(),
  disposedBy: z.number().optional(),
});

/** A numbered spec of a job. */
export const revisionShape = z.object({
  revision: z.number(),
  spec: flinkJob,
  specHash: z.string(),
  acceptedBy: z.string(),
  acceptedAt: z.string(),
});
export type Revision = z.output<typeof revisionShape>;

/** A Kubernetes cluster, and whether its agent asks for work. */
export const clusterShape = z.object({
  name: z.string(),
  description: z.string(),
  labels: z.record(z.string(), z.string()),
  createdAt: z.string(),
  updatedAt: z.string(),
  agent: z.object({ state: word<'connected' | 'gone' | 'unknown'>(), lastSeen: z.string().optional() }),
});
export type Cluster = z.output<typeof clusterShape>;

/** A tenant, and which namespaces of which clusters its jobs may use. */
export const tenantShape = z.object({
  name: z.string(),
  description: z.string(),
  grants: z.array(z.object({ cluster: z.string(), namespace: z.string() })),
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
