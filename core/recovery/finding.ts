/** What was found about a job that breaks, and the shape of a row of the recovery table. */
import type { Failure } from '../failure.ts';
import type { Observation } from '../observation/observation.ts';
import { hasEnded, isUp } from '../observation/reading.ts';
import type { FlinkJob } from '../schema/flink-job.ts';
import type { MemoryRaise } from './memory.ts';

/** Why: stable codes, for records, metrics and scripts. */
export type FindingReason =
  | 'FINISHED'
  | 'CANCELED_OUTSIDE'
  | 'OBJECTS_DELETED'
  | 'OBJECTS_CHANGED'
  | 'STATE_INCOMPATIBLE'
  | 'MAIN_METHOD_THREW'
  | 'POD_OUT_OF_MEMORY'
  | 'IMAGE_GONE'
  | 'NODE_LOST'
  | 'JOB_FAILED'
  | 'JOB_VANISHED'
  | 'JOB_MANAGER_CRASH_LOOP'
  | 'JOB_MANAGER_GONE'
  | 'JOB_MANAGER_LOST'
  | 'JOB_MANAGER_SILENT'
  | 'RESTART_LOOP'
  | 'TASKS_NOT_RUNNING'
  | 'PODS_IN_TROUBLE'
  | 'CHECKPOINTS_FAILING'
  | 'CHECKPOINT_TOO_OLD'
  | 'STANDSTILL'
  | 'HEALTH_UNKNOWN'
  | 'FLINK_RECOVERS';

export type RecoveryAction =
  /** A new submission on the same generation, from the newest restore point. */
  | 'restart'
  /** A new generation, from the newest restore point. */
  | 'restartCluster'
  /** A new generation with more memory, from the newest restore point. */
  | 'raiseMemory'
  /** The generation's objects are applied again. */
  | 'heal'
  /** The revision before is brought back. Rows do not say it: whether it is time for that, only the job knows. */
  | 'rollBack'
  /** It is shown. */
  | 'report'
  | 'acceptCanceled'
  | 'acceptFinished'
  /** Flink and Kubernetes get their own time. */
  | 'wait';

/** Those that change something, and use up attempts. */
export type ActingAction = Extract<RecoveryAction, 'restart' | 'restartCluster' | 'raiseMemory' | 'heal' | 'rollBack'>;

/** `ended`: only Drey can bring it back. `trying`: Flink or Kubernetes still do. `running`: all of its tasks run. */
export type Standing = 'ended' | 'trying' | 'running';

/** What another try is good for: `unlikely` is tried only where the policy is `always`, `useless` never. */
export type Retry = 'useful' | 'unlikely' | 'useless';

export interface Finding {
  readonly reason: FindingReason;
  readonly action: RecoveryAction;
  /** Absent where it is no bad news. */
  readonly failure?: Failure;
  readonly standing: Standing;
  readonly retry: Retry;
  /** Whether the revision may be what is wrong: soon after an upgrade, it is rolled back for that. */
  readonly isOfRevision: boolean;
  /** With the action `raiseMemory`. */
  readonly memory?: MemoryRaise;
}

/** What a row judges: what was seen of a generation, and what it runs. The spec must be complete (`core/spec/completed`). */
export interface RecoveryCase {
  readonly observation: Observation;
  readonly spec: FlinkJob;
}

/** Of a row that applies, and has no bad news. */
export const noFailure = 'noFailure';

/** One line of the recovery table. */
export interface RecoveryRow {
  readonly reason: FindingReason;
  /** What it tells where it applies; undefined where it does not. */
  readonly sees: (one: RecoveryCase) => Failure | typeof noFailure | undefined;
  readonly action: RecoveryAction | ((one: RecoveryCase) => RecoveryAction);
  /** `useful` unless said otherwise. */
  readonly retry?: Retry;
  readonly isOfRevision?: true;
  /** As the observation has it, unless said otherwise. */
  readonly standing?: Standing | ((one: RecoveryCase) => Standing | undefined);
}

/** How the job stands, as far as an observation alone tells. */
export function standingOf(observation: Observation): Standing {
  if (hasEnded(observation)) return 'ended';
  return isUp(observation) ? 'running' : 'trying';
}

/** Whether somebody must act on it now: such a finding is signalled at once. */
export function isUrgent({ action }: Pick<Finding, 'action'>): boolean {
  return action !== 'report' && action !== 'wait';
}

/** How a job is started again whose Flink cluster is well: an application's JobManager runs its job as it starts. */
export function startAgain({ spec }: RecoveryCase): RecoveryAction {
  return spec.spec.mode === 'application' ? 'restartCluster' : 'restart';
}

/** What a row that applies would have done. */
export function actionOf({ action }: RecoveryRow, one: RecoveryCase): RecoveryAction {
  return typeof action === 'function' ? action(one) : action;
}

/** How the job stands where a row knows better than the observation. */
export function saidStanding({ standing }: RecoveryRow, one: RecoveryCase): Standing | undefined {
  return typeof standing === 'function' ? standing(one) : standing;
}

/** The same without a spec of its own: beside a candidate no other spec is taken, so none is made either. */
export function withoutRaise(finding: Finding): Finding {
  const { memory: _memory, ...rest } = finding;
  return finding.action === 'raiseMemory' ? { ...rest, action: 'restartCluster' } : finding;
}
