/** Activities of the control plane itself: they keep records and look after its own workflows. */
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { decide } from '../../core/autoscaler/decide.ts';
import type { AutoscalerDecision } from '../../core/autoscaler/decision.ts';
import type { ToldInput } from '../../core/autoscaler/packed-samples.ts';
import type { Postgres } from '../../clients/postgres/connect.ts';
import { isRefused } from '../../clients/postgres/refused.ts';
import { writeRecords } from '../../clients/postgres/records.ts';
import { findSavepointUsers } from '../../clients/postgres/savepoint-users.ts';
import { planChange, type ChangePlan, type PlannedJob, type PlanMode } from '../../core/plan/change-plan.ts';
import { decideRecovery, type RecoveryDecision, type RecoveryInput } from '../../core/recovery/decision.ts';
import { completed } from '../../core/spec/completed.ts';
import type { RecordRow } from '../../core/records.ts';
import { nextSavepointMs, type SavepointSettings } from '../../core/savepoint-schedule.ts';
import type { SavepointUser } from '../../core/savepoint-users.ts';
import type { FlinkJob } from '../../core/schema/flink-job.ts';
import { endOrphans, type EndOrphansInput } from './end-orphans.ts';
import { recallRemoved, type RecallRemovedInput } from './recall-removed.ts';
import {
  findScaling,
  recallAutoscaler,
  requestScaling,
  type FindScalingInput,
  type RequestScalingInput,
  type ScaledJob,
} from './scaling.ts';
import { settleOrphans, type SettleOrphansInput } from './settle-orphans.ts';

export interface PlanInput {
  readonly job: PlannedJob;
  readonly target: FlinkJob;
  /** What the caller said about the state, for this once. */
  readonly mode?: PlanMode;
}

export interface PlanSavepointInput extends Pick<SavepointSettings, 'every' | 'schedule'> {
  /** ISO 8601: from when on periods are counted, and the time that it is. */
  readonly since: string;
  readonly now: string;
}

export interface SavepointUsersInput {
  readonly path: string;
  /** Uid of the job that it was taken of. */
  readonly exceptUid: string;
}

export interface ControlDependencies {
  readonly postgres: Postgres;
  readonly temporal: Client;
}

/** Makes the activities; their type is what workflows call. */
export function createControlActivities({ postgres, temporal }: ControlDependencies) {
  return {
    /** Upserts rows; repeated or late calls do no harm. */
    writeRecords: (input: { readonly rows: readonly RecordRow[] }) =>
      lettingGo(() => writeRecords(postgres, input.rows)),
    /** Decides what the next operation is. */
    planOperation: async (input: PlanInput): Promise<ChangePlan> => planChange(input.job, input.target, input.mode),
    /** Decides what is done about what is wrong with a job. */
    judgeTrouble: async (input: RecoveryInput): Promise<RecoveryDecision> =>
      decideRecovery({ ...input, spec: completed(input.spec) }),
    /** Says when the next periodic savepoint is due. */
    planSavepoint: async ({ since, now, ...settings }: PlanSavepointInput): Promise<{ readonly nextAt?: string }> => {
      const next = nextSavepointMs(settings, Date.parse(since), Date.parse(now));
      return next === undefined ? {} : { nextAt: new Date(next).toISOString() };
    },
    /** What the records know of a job that was removed, and of these savepoints of it. */
    recallRemoved: (input: RecallRemovedInput) => recallRemoved(postgres, input),
    /** Which other jobs may start from a savepoint. */
    findSavepointUsers: async ({ path, exceptUid }: SavepointUsersInput): Promise<{ users: SavepointUser[] }> => ({
      users: await findSavepointUsers(postgres, path, exceptUid),
    }),
    /** Waits until no operation of an earlier entity of this job runs any more. */
    settleOrphans: (input: SettleOrphansInput) => settleOrphans(temporal, input),
    /** Ends them where they stand: what they wait for does not come. */
    endOrphans: (input: EndOrphansInput) => endOrphans(postgres, temporal, input),
    /** Decides on a job's parallelism. */
    decideScaling: async ({ input }: { readonly input: ToldInput }): Promise<AutoscalerDecision> => decide(input),
    /** Which job has a name, and how many decisions are recorded of it. */
    recallAutoscaler: (ref: ScaledJob) => recallAutoscaler(postgres, temporal, ref),
    /** Asks a job to rescale, by a decision. */
    requestScaling: (input: RequestScalingInput) => requestScaling(postgres, temporal, input),
    /** How the operation of a decision has ended. */
    findScaling: (input: FindScalingInput) => findScaling(postgres, temporal, input),
  };
}

/** @throws a failure that is not tried again for rows that PostgreSQL will never take. */
async function lettingGo<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isRefused(error)) throw error;
    throw ApplicationFailure.nonRetryable(`PostgreSQL refuses the rows: ${error.message}`, 'ROWS_REFUSED');
  }
}

export type ControlActivities = ReturnType<typeof createControlActivities>;
