/** What an accepted spec will do to its job: which operation, at what cost, from which state. Decided when its turn comes. */
import type { Generation } from '../generation.ts';
import { hasDurableStorage } from '../generation.ts';
import { runs, type JobPhase } from '../job.ts';
import type { FlinkJob, JobSpec } from '../schema/flink-job.ts';
import { changesBetween, type FieldChange } from './changes.ts';
import { dearest, type Cost } from './field-costs.ts';
import { whyNotInPlace } from './in-place.ts';
import { changesStateBackend, isOlder, rollbackLimit } from './rollback-limit.ts';

/** The operations that a spec may ask for. */
export type ChangeKind = 'deploy' | 'upgrade' | 'rescale' | 'adjust' | 'suspend' | 'cancel' | 'resume';

export type Strategy = NonNullable<JobSpec['upgrade']['strategy']>;
/** As a spec says it. */
export type UpgradeMode = JobSpec['upgrade']['mode'];
/** `restore`: from a savepoint that somebody named. */
export type PlanMode = UpgradeMode | 'restore';

/** The plan as it is kept in the operation's record. */
export interface ChangePlan {
  readonly kind: ChangeKind;
  readonly cost: Cost;
  readonly changes: readonly FieldChange[];
  /** How an upgrade goes; absent for operations that have no choice. */
  readonly strategy?: Strategy;
  /** Which state the job goes on from. */
  readonly mode?: PlanMode;
  /** What the reader should know beforehand. */
  readonly notes: readonly string[];
}

/** What is known of the job when the operation's turn comes. */
export interface PlannedJob {
  readonly phase: JobPhase;
  readonly askedCluster: boolean;
  readonly generations: readonly Pick<Generation, 'spec' | 'candidate'>[];
  /** Whether the operation before this one was lost: then nothing is certain. */
  readonly afterLoss: boolean;
  /** The spec that last ran: for a job that has finished. */
  readonly lastRun?: FlinkJob;
}

/**
 * Decides on the job as it is known.
 * @param target the spec that shall be brought about.
 * @param mode what the caller said about the state, for this once; else the spec says it.
 */
export function planChange(job: PlannedJob, target: FlinkJob, mode?: PlanMode): ChangePlan {
  const active = runningGeneration(job);
  const changes = active ? changesBetween(bare(active.spec), bare(target)) : [];
  const cost = active ? dearest(changes.map((change) => change.cost)) : 'redeploy';
  const base = { cost, changes, mode: mode ?? target.spec.upgrade.mode, notes: [] };
  if (target.spec.state === 'suspended') return { ...base, kind: 'suspend' };
  if (target.spec.state === 'canceled') return { ...base, kind: 'cancel', mode: mode ?? 'last-state' };
  if (job.phase === 'SUSPENDED' || job.phase === 'CANCELED') return { ...base, kind: 'resume' };
  if (job.phase === 'FINISHED') return { ...base, ...afterFinish(job, target) };
  if (!active) return { ...base, kind: 'deploy' };
  if (cost === 'none') return { ...base, kind: 'adjust' };
  const upgrade = { ...base, ...upgradeOf(active.spec, target, base.mode) };
  return cost === 'rescale' ? inPlace(upgrade, obstacleOf(active.spec, mode)) : upgrade;
}

/** The job goes on where nothing is against it; else what it would take to start it anew. */
function inPlace(upgrade: ChangePlan, obstacle: string | undefined): ChangePlan {
  const { cost, changes, notes } = upgrade;
  if (obstacle === undefined) return { kind: 'rescale', cost, changes, notes: [] };
  return { ...upgrade, notes: [`The job is stopped for its new parallelism: ${obstacle}.`, ...notes] };
}

/** Who says from which state the job goes on wants it stopped. */
function obstacleOf(active: FlinkJob, mode: PlanMode | undefined): string | undefined {
  return mode === undefined ? whyNotInPlace(active) : `the state that it goes on from was chosen (${mode})`;
}

/** A job that has finished runs again when what it runs has changed; bookkeeping is only noted. */
function afterFinish({ lastRun }: PlannedJob, target: FlinkJob): Pick<ChangePlan, 'kind' | 'cost' | 'changes'> {
  const changes = lastRun ? changesBetween(bare(lastRun), bare(target)) : [];
  const cost = lastRun ? dearest(changes.map((change) => change.cost)) : 'redeploy';
  return { kind: cost === 'none' ? 'adjust' : 'deploy', cost, changes };
}

/** The one generation that runs the job, where nothing else may be there. */
function runningGeneration({ phase, askedCluster, generations, afterLoss }: PlannedJob) {
  // A candidate leaves the active one alone, and goes first: nothing but its promotion makes it the job.
  const active = generations.filter(({ candidate }) => !candidate);
  const isCertain = runs(phase) && askedCluster && !afterLoss && active.length === 1;
  return isCertain ? active[0] : undefined;
}

function upgradeOf(previous: FlinkJob, next: FlinkJob, wanted: PlanMode) {
  const mode = hasDurableStorage(previous) || wanted === 'restore' ? wanted : 'stateless';
  const strategy = strategyOf(previous, next);
  return { kind: 'upgrade', strategy, mode, notes: notesOf(previous, next, mode) } as const;
}

/** An application's JobManager runs the job as it starts, so it cannot stand by. */
function strategyOf(previous: FlinkJob, next: FlinkJob): Strategy {
  if (next.spec.upgrade.strategy === 'blueGreen') return 'blueGreen';
  if (previous.spec.mode === 'application' || next.spec.mode === 'application') return 'recreate';
  return next.spec.upgrade.strategy ?? 'warm';
}

const atLeastOnce =
  'Both revisions run until the new one is promoted or discarded: what both of them write is written twice.';

function notesOf(previous: FlinkJob, next: FlinkJob, mode: PlanMode): string[] {
  const [was, is] = [previous.spec.flink.version, next.spec.flink.version];
  const limit = rollbackLimit(previous, next);
  const twice = next.spec.upgrade.strategy === 'blueGreen' ? [atLeastOnce] : [];
  if (mode === 'stateless') return [...twice, 'The state of the job is left behind: it starts empty.'];
  const named = mode === 'restore' ? ['What the job has done since that savepoint was taken is done again.'] : [];
  return [
    ...twice,
    ...named,
    ...(isOlder(is, was) ? [`Flink ${is} may not read what Flink ${was} has written: then the upgrade fails.`] : []),
    ...(changesStateBackend(previous, next)
      ? ['The savepoint is taken in canonical format, for the state backend changes.']
      : []),
    ...(limit ? [`Once the new revision has completed a checkpoint it cannot be rolled back: ${limit}.`] : []),
  ];
}

function bare({ metadata: { labels }, spec }: FlinkJob) {
  return { metadata: { labels }, spec };
}
