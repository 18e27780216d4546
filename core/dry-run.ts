/** A dry run: whether a change would be taken, and what it would do, on the job as it is recorded. */
import { abortOutlook, type AbortOutlook } from './abort-outlook.ts';
import type { DeletionWish } from './deletion.ts';
import { disposalWish, type DisposalAsked } from './disposal-wish.ts';
import { hasDurableStorage } from './generation.ts';
import type { CandidateVerdict } from './job.ts';
import type { Asked, Refusal } from './job-changes.ts';
import { judge, judgeAbort, judgeAside, judgeSpec, judgeTaking, judgeVerdict, type Judgement } from './judgement.ts';
import { firstStart } from './new-job.ts';
import { planChange, type PlanMode } from './plan/change-plan.ts';
import { planForgetting, planRemoval, planVerdict, type OperationPlan } from './plan/ending-plan.ts';
import { startingPoint } from './plan/starting-point.ts';
import { activeSpec, disposableJob, isRepeated, judgedJob, plannedJob, type RecordedJob } from './recorded-job.ts';
import type { FlinkJob } from './schema/flink-job.ts';
import type { SavepointFormat } from './savepoint.ts';
import { disposalOutlook, takingOutlook, type SavepointOutlook } from './savepoint-outlook.ts';
import { specHash } from './spec/canonical.ts';

/** What somebody wants of a job: another spec, a verdict on its candidate, its removal, something about savepoints, or that it gives up. */
export type Wish = SpecWish | VerdictWish | RemovalWish | TakingWish | DisposalWish | AbortWish;

export interface SpecWish {
  readonly to: 'change';
  readonly spec: FlinkJob;
  /** Which state it goes on from, for this once; else the spec says it. */
  readonly mode?: PlanMode | undefined;
  /** Whether a job that is to end does so without a savepoint where none can be had. */
  readonly force?: boolean | undefined;
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
  /** Whether it is forgotten, whatever its cluster does. */
  readonly forgets?: boolean;
}

/** `spec` is in all of these the one that the job has. */
interface TakingWish {
  readonly to: 'takeSavepoint';
  readonly spec: FlinkJob;
  /** Absent: that of the spec. */
  readonly format?: SavepointFormat | undefined;
  /** Of its candidate. */
  readonly ofCandidate?: boolean | undefined;
}

interface DisposalWish extends Pick<DisposalAsked, 'number' | 'force'> {
  readonly to: 'disposeSavepoint';
  readonly spec: FlinkJob;
}

interface AbortWish {
  readonly to: 'abort';
  readonly spec: FlinkJob;
  /** Number of the operation. */
  readonly operation: number;
}

/** What would happen. */
export interface Outlook extends Partial<SavepointOutlook> {
  /** Whether it would make an operation. */
  readonly changed: boolean;
  /** The job's current one; 0 where there is none. */
  readonly revision: number;
  /** That the job would have. */
  readonly spec: FlinkJob;
  /** What becomes of the operation that is asked to give up: it makes none of its own. */
  readonly abort?: AbortOutlook;
  /** From which state the job would start. */
  readonly startsFrom?: string;
  /** How long no job ran the last time that this was done, in milliseconds. */
  readonly lastPauseMs?: number;
}

export interface Tried extends Omit<Asked, 'spec'> {
  /** Whether its key was answered before: then nothing would be done again. */
  readonly isRepeated: boolean;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** @param recorded absent: there is no such job. */
export function dryRun(recorded: RecordedJob | undefined, wish: Wish, tried: Tried): Outlook | Refusal {
  const judgement = tried.isRepeated ? 'repeated' : judgeWish(recorded, wish, tried);
  if (typeof judgement === 'object') return judgement;
  const changed = judgement === 'taken';
  const outlook = { changed, revision: recorded?.job.revision ?? 0, spec: wish.spec };
  return changed ? { ...outlook, ...foreseen(recorded, wish, tried.nowMs) } : outlook;
}

function judgeWish(recorded: RecordedJob | undefined, wish: Wish, asked: Asked): Judgement {
  const job = recorded && judgedJob(recorded);
  switch (wish.to) {
    case 'change':
      return judgeSpec(job, { ...asked, spec: wish.spec, specHash: specHash(wish.spec) });
    case 'remove':
      return judge(job, { ...asked, forgets: wish.forgets ?? false });
    case 'takeSavepoint':
      return judgeTaking(job, asked, wish.ofCandidate);
    case 'disposeSavepoint':
      return judgeAside(job, asked, () => disposalOf(recorded, wish));
    case 'abort':
      return judgeGivingUp(recorded, wish, judgeAbort(job, { ...asked, operation: wish.operation }));
    case 'promote':
    case 'discard':
      return judgeVerdict(job, asked);
    default:
      return wish satisfies never;
  }
}

/** Its workflow knows whether it waits or runs, and its record how far it has come. */
function judgeGivingUp(recorded: RecordedJob | undefined, wish: AbortWish, judgement: Judgement): Judgement {
  const outlook = judgement === 'taken' ? outlookOfAbort(recorded, wish) : undefined;
  return outlook && 'code' in outlook ? outlook : judgement;
}

function disposalOf(recorded: RecordedJob | undefined, { number, force }: DisposalWish) {
  return recorded && disposalWish(disposableJob(recorded), { number, force });
}

type Foreseen = Omit<Outlook, 'changed' | 'revision' | 'spec'>;

function foreseen(recorded: RecordedJob | undefined, wish: Wish, nowMs: number): Foreseen {
  switch (wish.to) {
    case 'change':
      return withPause(recorded, specOutlook(recorded, wish));
    case 'takeSavepoint':
      return recorded ? takingOutlook(recorded, wish, nowMs) : {};
    case 'disposeSavepoint':
      return disposalForeseen(recorded, wish);
    case 'abort':
      return abortForeseen(recorded, wish);
    case 'promote':
    case 'discard':
    case 'remove':
      return withPause(recorded, endingOutlook(recorded, wish));
    default:
      return wish satisfies never;
  }
}

function withPause(recorded: RecordedJob | undefined, { plan, startsFrom }: Planned): Foreseen {
  const lastPauseMs = recorded?.pauses.get(plan.kind);
  return {
    plan,
    ...(startsFrom !== undefined && { startsFrom }),
    ...(lastPauseMs !== undefined && { lastPauseMs }),
  };
}

function disposalForeseen(recorded: RecordedJob | undefined, wish: DisposalWish): Foreseen {
  const judged = disposalOf(recorded, wish);
  return recorded && judged && 'dispose' in judged && judged.dispose
    ? disposalOutlook(recorded, judged.dispose.savepoint)
    : {};
}

function abortForeseen(recorded: RecordedJob | undefined, wish: AbortWish): Foreseen {
  const abort = outlookOfAbort(recorded, wish);
  return abort && !('code' in abort) ? { abort } : {};
}

function outlookOfAbort(recorded: RecordedJob | undefined, { operation: number }: AbortWish) {
  const operation = recorded?.operations.find((one) => one.number === number);
  if (!recorded || !operation) return undefined;
  const { job, specs } = recorded;
  const spec = (operation.revision === undefined ? undefined : specs.get(operation.revision)) ?? job.spec;
  const again = isRepeated(recorded.operations, number);
  return abortOutlook(operation, { spec, revision: job.generation?.revision, isRepeated: again });
}

interface Planned {
  readonly plan: OperationPlan;
  readonly startsFrom?: string | undefined;
}

function specOutlook(recorded: RecordedJob | undefined, { spec, mode, restoreFrom, force }: SpecWish): Planned {
  const planned = planChange(plannedJob(recorded), spec, mode);
  const left = recorded && activeSpec(recorded);
  const mayKeep = planned.mode !== 'stateless' && (!left || hasDurableStorage(left));
  const isForced = force === true && planned.cost === 'restart' && mayKeep;
  const plan = isForced ? { ...planned, notes: [...planned.notes, forcedEnd] } : planned;
  const waiting = recorded ? waitingState(recorded, spec) : spec.spec.job.initialSavepoint;
  return { plan, startsFrom: startingPoint(plan, { named: restoreFrom, waiting }) };
}

const forcedEnd =
  'Where no savepoint can be had, the job is canceled and goes on later from its newest checkpoint, however old that is.';

/** From where a job that does not run, or soon will not, goes on. */
function waitingState(recorded: RecordedJob, next: FlinkJob): string | undefined {
  const { job, specs } = recorded;
  const left = job.generation && specs.get(job.generation.revision);
  const keepsState = left !== undefined && hasDurableStorage(left);
  if (job.phase === 'SUSPENDING' || job.phase === 'CANCELING') {
    if (isLeavingState(recorded)) return undefined;
    if (keepsState) return 'the state with which the job is being stopped';
  }
  const restorePoint = job.lastRun === undefined ? firstStart(job.restorePoint, job.spec, next) : job.restorePoint;
  const isBroken = job.phase === 'FAILED' || job.phase === 'RECOVERING';
  if (restorePoint !== undefined || !isBroken) return restorePoint;
  return keepsState ? 'the newest state of what is left of the job' : undefined;
}

/** Whether what is under way leaves the job's state behind. */
function isLeavingState({ job, operations }: RecordedJob): boolean {
  return operations.find(({ number }) => number === job.operation)?.plan?.mode === 'stateless';
}

function endingOutlook(recorded: RecordedJob | undefined, wish: VerdictWish | RemovalWish): Planned {
  const specOf = (revision: number | undefined) => (revision === undefined ? undefined : recorded?.specs.get(revision));
  const { generation, candidate } = recorded?.job ?? {};
  const active = specOf(generation?.revision);
  if (wish.to !== 'remove') return { plan: planVerdict(wish.to, active, specOf(candidate?.revision)) };
  if (wish.forgets) return { plan: planForgetting(wish.spec, recorded?.job.operation) };
  return { plan: planRemoval(wish.spec, active, wish) };
}
