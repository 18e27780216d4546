/** A dry run: whether a change would be taken, and what it would do, on the job as it is recorded. */
import type { DeletionWish } from './deletion.ts';
import { hasDurableStorage } from './generation.ts';
import type { CandidateVerdict } from './job.ts';
import type { Asked, JudgedJob, Refusal } from './job-changes.ts';
import { judge, judgeSpec, judgeVerdict, type Judgement } from './judgement.ts';
import { planChange, type PlanMode } from './plan/change-plan.ts';
import { planRemoval, planVerdict, type OperationPlan } from './plan/ending-plan.ts';
import { startingPoint } from './plan/starting-point.ts';
import { judgedJob, plannedJob, type RecordedJob } from './recorded-job.ts';
import type { FlinkJob } from './schema/flink-job.ts';
import { specHash } from './spec/canonical.ts';

/** What somebody wants of a job: another spec, a verdict on its candidate, or its removal. */
export type Wish = SpecWish | VerdictWish | RemovalWish;

export interface SpecWish {
  readonly to: 'change';
  readonly spec: FlinkJob;
  /** Which state it goes on from, for this once; else the spec says it. */
  readonly mode?: PlanMode | undefined;
  /** With mode `restore`: path of the savepoint. */
  readonly restoreFrom?: string | undefined;
}

interface VerdictWish {
  readonly to: CandidateVerdict;
  /** Of the accepted revision: it stays. */
  readonly spec: FlinkJob;
}

/** With what its caller says for this once; else the spec says it. */
interface RemovalWish extends DeletionWish {
  readonly to: 'remove';
  readonly spec: FlinkJob;
}

/** What would happen. */
export interface Outlook {
  /** Whether it would make an operation. */
  readonly changed: boolean;
  /** The job's current one; 0 where there is none. */
  readonly revision: number;
  /** That the job would have. */
  readonly spec: FlinkJob;
  /** Absent where nothing would change. */
  readonly plan?: OperationPlan;
  /** From which state the job would start. */
  readonly startsFrom?: string;
  /** How long no job ran the last time that this was done, in milliseconds. */
  readonly lastPauseMs?: number;
}

export interface Tried extends Omit<Asked, 'spec'> {
  /** Whether its key was answered before: then nothing would be done again. */
  readonly isRepeated: boolean;
}

/** @param recorded absent: there is no such job. */
export function dryRun(recorded: RecordedJob | undefined, wish: Wish, tried: Tried): Outlook | Refusal {
  const judgement = tried.isRepeated ? 'repeated' : judgeWish(recorded && judgedJob(recorded), wish, tried);
  if (typeof judgement === 'object') return judgement;
  const changed = judgement === 'taken';
  const outlook = { changed, revision: recorded?.job.revision ?? 0, spec: wish.spec };
  return changed ? { ...outlook, ...foreseen(recorded, wish) } : outlook;
}

function judgeWish(job: JudgedJob | undefined, wish: Wish, asked: Asked): Judgement {
  if (wish.to === 'change') return judgeSpec(job, { ...asked, spec: wish.spec, specHash: specHash(wish.spec) });
  return wish.to === 'remove' ? judge(job, asked) : judgeVerdict(job, asked);
}

function foreseen(recorded: RecordedJob | undefined, wish: Wish): Pick<Outlook, 'plan' | 'startsFrom' | 'lastPauseMs'> {
  const { plan, startsFrom } = wish.to === 'change' ? specOutlook(recorded, wish) : endingOutlook(recorded, wish);
  const lastPauseMs = recorded?.pauses.get(plan.kind);
  return {
    plan,
    ...(startsFrom !== undefined && { startsFrom }),
    ...(lastPauseMs !== undefined && { lastPauseMs }),
  };
}

interface Planned {
  readonly plan: OperationPlan;
  readonly startsFrom?: string | undefined;
}

function specOutlook(recorded: RecordedJob | undefined, { spec, mode, restoreFrom }: SpecWish): Planned {
  const plan = planChange(plannedJob(recorded), spec, mode);
  const waiting = recorded ? waitingState(recorded) : spec.spec.job.initialSavepoint;
  return { plan, startsFrom: startingPoint(plan, { named: restoreFrom, waiting }) };
}

/** From where a job that does not run, or soon will not, goes on. */
function waitingState({ job, specs }: RecordedJob): string | undefined {
  const { phase, restorePoint, generation } = job;
  const left = generation && specs.get(generation.revision);
  const isStopping = phase === 'SUSPENDING' || phase === 'CANCELING';
  if (left && hasDurableStorage(left) && isStopping) return 'the state with which the job is being stopped';
  const isBroken = phase === 'FAILED' || phase === 'RECOVERING';
  if (restorePoint !== undefined || !isBroken) return restorePoint;
  return left && hasDurableStorage(left) ? 'the newest state of what is left of the job' : undefined;
}

function endingOutlook(recorded: RecordedJob | undefined, wish: VerdictWish | RemovalWish): Planned {
  const specOf = (revision: number | undefined) => (revision === undefined ? undefined : recorded?.specs.get(revision));
  const { generation, candidate } = recorded?.job ?? {};
  const active = specOf(generation?.revision);
  if (wish.to !== 'remove') return { plan: planVerdict(wish.to, active, specOf(candidate?.revision)) };
  return { plan: planRemoval(wish.spec, active, wish) };
}
