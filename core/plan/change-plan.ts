/** What an accepted spec will do to its job: which operation, at what cost, from which state. Decided when its turn comes. */
import type { Generation } from '../generation.ts';
import { hasDurableStorage } from '../generation.ts';
import { isStopped, runs, type JobPhase } from '../job.ts';
import type { FlinkJob, JobSpec } from '../schema/flink-job.ts';
import { changesBetween, type FieldChange } from './changes.ts';
import { dearest, type Cost } from './field-costs.ts';
import { whyNotInPlace } from './in-place.ts';
import { changesStateBackend } from './rollback-limit.ts';
import { keepsNothingSince, notLastState, startNotes, startsEmpty, upgradeNotes } from './state-notes.ts';
import { strategyOf, type Strategy } from './strategy.ts';

/** The operations that a spec may ask for. */
export type ChangeKind = 'deploy' | 'upgrade' | 'rescale' | 'adjust' | 'suspend' | 'cancel' | 'resume';

/** As a spec says it. */
export type UpgradeMode = JobSpec['upgrade']['mode'];
/** `restore`: from a savepoint that somebody named. */
export type PlanMode = UpgradeMode | 'restore';

/** The plan as it is kept in the operation's record. */
export interface ChangePlan {
  readonly kind: ChangeKind;
  readonly cost: Cost;
  /** To what runs, or last ran as it should. */
  readonly changes: readonly FieldChange[];
  /** How an upgrade goes; absent for operations that have no choice. */
  readonly strategy?: Strategy;
  /** Which state the job goes on from. */
  readonly mode?: PlanMode;
  /** The revision that a deploy goes back to where it fails: it takes the place of a lost operation that may have stopped the job. */
  readonly goesBackTo?: number;
  /** What the reader should know beforehand. */
  readonly notes: readonly string[];
}

/** What is known of the job when the operation's turn comes. */
export interface PlannedJob {
  readonly phase: JobPhase;
  readonly askedCluster: boolean;
  readonly generations: readonly Pick<Generation, 'spec' | 'candidate' | 'restoreFrom'>[];
  /** Whether nobody knows which parallelism it has: a rescale has failed, and could not be taken back. */
  readonly isUnsettled?: boolean;
  /** Whether the operation before this one was lost: then nothing is certain. */
  readonly afterLoss: boolean;
  /** Whether it was stopped, and what was to resume it has failed. */
  readonly resumes?: boolean;
  /** The spec that last ran: what a job that does not run is compared with. */
  readonly lastRun?: FlinkJob;
}

/**
 * Decides on the job as it is known.
 * @param target the spec that shall be brought about.
 * @param mode what the caller said about the state, for this once; else the spec says it.
 */
export function planChange(job: PlannedJob, target: FlinkJob, mode?: PlanMode): ChangePlan {
  const active = runningGeneration(job)?.spec;
  const before = active ?? job.lastRun;
  const changes = before ? changesOf(job, before, target) : [];
  const settling = active ? settlingOf(job) : [];
  const cost = dearest([...changes, ...settling].map((one) => one.cost));
  const wanted = mode ?? modeOf(before, target);
  const base = { cost, changes, mode: readable(before, target, wanted), notes: [] };
  if (target.spec.state !== 'running') return { ...base, ...endOf(job, target, mode) };
  if (waitsToBeResumed(job)) return { ...base, cost: 'redeploy', ...resumption(before, target, mode) };
  if (cost === 'none' && (active || hasRunToItsEnd(job))) return { ...base, kind: 'adjust' };
  if (!active)
    return {
      ...base,
      kind: 'deploy',
      cost: 'redeploy',
      ...startOf(before, target, { changes, said: mode, hasFinished: job.phase === 'FINISHED' }),
    };
  const upgrade = { ...base, ...upgradeOf(active, target, wanted) };
  const notes = settling.map(({ note }) => note);
  return cost === 'rescale' ? inPlace(upgrade, notes, obstacleOf(active, mode)) : upgrade;
}

/** What has come to its own end is neither stopped nor begun again by what a spec says of its state. */
function changesOf(job: PlannedJob, before: FlinkJob, target: FlinkJob): readonly FieldChange[] {
  const changes = changesBetween(before, target);
  if (!hasRunToItsEnd(job)) return changes;
  return changes.map((one) => (one.path === 'spec.state' ? { ...one, cost: 'none' } : one));
}

/** What is to be done though nothing has changed. */
function settlingOf({ isUnsettled = false }: PlannedJob): readonly { readonly cost: Cost; readonly note: string }[] {
  return isUnsettled ? [{ cost: 'rescale', note: settles }] : [];
}

/** A first start goes on from the savepoint that its spec names: only what ran before can leave a state behind. */
function modeOf(before: FlinkJob | undefined, { spec }: FlinkJob): UpgradeMode {
  return before || spec.job.initialSavepoint === undefined ? spec.upgrade.mode : 'savepoint';
}

/** No state backend reads the checkpoints of another: only a savepoint brings the state over, whatever was asked for. */
function readable(before: FlinkJob | undefined, target: FlinkJob, wanted: PlanMode): PlanMode {
  return wanted === 'last-state' && before && changesStateBackend(before, target) ? 'savepoint' : wanted;
}

/** Nobody has said anything else since a resume that failed, whatever image it was tried with. */
function waitsToBeResumed({ phase, resumes = false }: PlannedJob): boolean {
  return isStopped(phase) || (phase === 'FAILED' && resumes);
}

/** What a spec says of upgrades is no word about a job that is to go on: its state is only left behind where somebody says so. */
function resumption(before: FlinkJob | undefined, target: FlinkJob, said?: PlanMode) {
  const mode = said ?? goingOn(modeOf(before, target));
  return {
    kind: 'resume',
    mode,
    notes: mode === 'stateless' ? [startsEmpty] : startNotes(before, target, mode),
  } as const;
}

/** What takes no savepoint goes on from what it has completed last. */
function goingOn(mode: UpgradeMode): UpgradeMode {
  return mode === 'stateless' ? 'last-state' : mode;
}

interface Start {
  readonly changes: readonly FieldChange[];
  readonly said: PlanMode | undefined;
  /** Whether what ran before came to its own end. */
  readonly hasFinished: boolean;
}

/**
 * What has failed, or was lost in an operation that would not have ended it, goes on as well, where nothing is asked that an upgrade is for. Who says
 * `stateless` in the spec since it last ran means this start. What has finished has nothing to go on with.
 */
function startOf(before: FlinkJob | undefined, target: FlinkJob, { changes, said, hasFinished }: Start) {
  const inSpec = modeOf(before, target);
  const goesOn = before && !hasFinished && !changes.some(asksForUpgrade);
  const mode = said ?? (goesOn ? goingOn(inSpec) : inSpec);
  const hasState = !hasFinished || mode === 'restore' || mode === 'stateless';
  return { mode: readable(before, target, mode), notes: hasState ? startNotes(before, target, mode) : [] };
}

function asksForUpgrade({ path, cost }: FieldChange): boolean {
  return cost === 'restart' || cost === 'redeploy' || path === 'spec.upgrade.mode';
}

/** The job goes on where nothing is against it; else what it would take to start it anew. */
function inPlace(upgrade: ChangePlan, told: readonly string[], obstacle: string | undefined): ChangePlan {
  const { cost, changes, notes } = upgrade;
  if (obstacle === undefined) return { kind: 'rescale', cost, changes, notes: told };
  return { ...upgrade, notes: [`The job is stopped for its new parallelism: ${obstacle}.`, ...notes] };
}

/** Who says from which state the job goes on wants it stopped. */
function obstacleOf(active: FlinkJob, mode: PlanMode | undefined): string | undefined {
  return mode === undefined
    ? whyNotInPlace(active.spec.flink.configuration)
    : `the state that it goes on from was chosen (${mode})`;
}

/** What has stopped already is only seen to be so; and a job that has finished has finished. */
function endOf(job: PlannedJob, { spec }: FlinkJob, said?: PlanMode): Partial<ChangePlan> & Pick<ChangePlan, 'kind'> {
  if (job.phase === 'FINISHED') return { kind: 'adjust', cost: 'none' };
  const cost = isStopped(job.phase) ? 'none' : 'restart';
  const [kind, mode] =
    spec.state === 'suspended' ? (['suspend', 'savepoint'] as const) : (['cancel', 'last-state'] as const);
  return { kind, cost, ...keptAtItsEnd(job, said ?? mode) };
}

/** What a job without storage was started from is all that it may begin with again. */
function keptAtItsEnd(job: PlannedJob, mode: PlanMode): Pick<ChangePlan, 'mode' | 'notes'> {
  const active = runningGeneration(job);
  const keepsNone = active !== undefined && !hasDurableStorage(active.spec);
  if (mode !== 'stateless' && keepsNone && active.restoreFrom !== undefined)
    return { mode, notes: [keepsNothingSince(active.restoreFrom)] };
  return mode === 'stateless' || keepsNone ? { mode: 'stateless', notes: [startsEmpty] } : { mode, notes: [] };
}

/** Then it runs again when what it runs has changed; bookkeeping is only noted. */
function hasRunToItsEnd({ phase, lastRun }: PlannedJob): boolean {
  return phase === 'FINISHED' && lastRun !== undefined;
}

/** The one generation that runs the job, where nothing else may be there. */
function runningGeneration({ phase, askedCluster, generations, afterLoss }: PlannedJob) {
  // A candidate leaves the active one alone, and goes first: nothing but its promotion makes it the job.
  const active = generations.filter(({ candidate }) => !candidate);
  // Where something else may be there, a deploy clears that away before it touches the job.
  const isCertain = runs(phase) && askedCluster && !afterLoss && active.length === 1;
  return isCertain ? active[0] : undefined;
}

function upgradeOf(previous: FlinkJob, next: FlinkJob, wanted: PlanMode) {
  const mode = hasDurableStorage(previous) || wanted === 'restore' ? readable(previous, next, wanted) : 'stateless';
  const { strategy, notes } = strategyOf(previous, next);
  const becomes = mode === 'savepoint' && wanted === 'last-state' ? [notLastState] : [];
  return {
    kind: 'upgrade',
    strategy,
    mode,
    notes: [...notes, ...becomes, ...upgradeNotes(previous, next, mode)],
  } as const;
}

const settles =
  'Which parallelism the job has is not known: its last rescale failed and could not be taken back. Flink is asked for that of the spec.';
