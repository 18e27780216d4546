/** What is done about a finding: whether, what and when. The table says what helps; the spec and what was tried say whether. */
import type { Failure } from '../failure.ts';
import type { Revision } from '../job-state.ts';
import { rollbackLimit } from '../plan/rollback-limit.ts';
import type { FlinkJob } from '../schema/flink-job.ts';
import { specHash } from '../spec/canonical.ts';
import { parseDurationMs } from '../spec/duration.ts';
import { isHeal, judgeBudget, stillCounting, type RecoveryAttempt } from './budget.ts';
import type { ActingAction, Finding } from './finding.ts';
import { budgetUsed, neverTried, retryUseless } from './giving-up.ts';
import { withMemory, type MemoryRaise } from './memory.ts';

/** What is known of the job when a finding is judged. Times are of Temporal's clock, in milliseconds since 1970. */
export interface RecoveryInput {
  readonly finding: Finding;
  /** What runs; complete (`core/spec/completed`). */
  readonly spec: FlinkJob;
  /** The oldest first. */
  readonly attempts: readonly RecoveryAttempt[];
  /** When this trouble was first heard of, since the operation before. */
  readonly sinceMs: number;
  /** When the upgrade to what runs ended, and what ran before it; absent where there is nothing to go back to. */
  readonly upgraded?: { readonly atMs: number; readonly from: FlinkJob };
  readonly nowMs: number;
}

export type RecoveryDecision =
  | {
      readonly step: 'act';
      readonly action: ActingAction;
      /** Not before this. Until then the finding may go away, or become another one. */
      readonly atMs: number;
      /** The attempts that still count, without this one. */
      readonly made: readonly RecoveryAttempt[];
      /** What is to be a new revision for it. */
      readonly brings?: Pick<Revision, 'spec' | 'specHash'>;
    }
  /** The job is FAILED, and Drey does nothing more by itself. What Flink still tries goes on: should it succeed, the job is RUNNING. */
  | { readonly step: 'fail'; readonly failure: Failure }
  /** The job goes on, and its failure is shown. */
  | { readonly step: 'show'; readonly failure: Failure }
  | { readonly step: 'wait'; readonly failure: Failure }
  | { readonly step: 'accept'; readonly phase: 'CANCELED' | 'FINISHED'; readonly failure?: Failure };

/** Decides about one finding. Asked again when the time of an action has come, it says the same unless something has changed. */
export function decideRecovery(input: RecoveryInput): RecoveryDecision {
  const { action, failure } = input.finding;
  if (action === 'acceptFinished' || failure === undefined) return { step: 'accept', phase: 'FINISHED' };
  if (action === 'acceptCanceled') return { step: 'accept', phase: 'CANCELED', failure };
  if (action === 'wait') return { step: 'wait', failure };
  if (isToRollBack(input)) return { step: 'act', action: 'rollBack', atMs: input.nowMs, made: input.attempts };
  if (action === 'report') return { step: 'show', failure };
  return mended(input, action, failure);
}

/** Soon after an upgrade, what may be the new revision's fault is answered by the one before: it is known to have run. */
function isToRollBack({ finding, spec, upgraded, sinceMs }: RecoveryInput): boolean {
  const { upgrade, recovery } = spec.spec;
  if (!upgraded || !upgrade.rollback || recovery.policy === 'never' || !finding.isOfRevision) return false;
  // What is only to be shown of a job that runs is no reason, and memory that the spec allows comes first.
  if (finding.action === 'raiseMemory' || (finding.action === 'report' && finding.standing === 'running')) return false;
  if (sinceMs - upgraded.atMs >= parseDurationMs(recovery.stableAfter)) return false;
  // It has run, so its sinks have committed what only its own checkpoints know of.
  return rollbackLimit(upgraded.from, spec) === undefined;
}

function mended(input: RecoveryInput, action: ActingAction, failure: Failure): RecoveryDecision {
  const { finding, spec, attempts, sinceMs, nowMs } = input;
  const policy = spec.spec.recovery;
  const own = attempts.filter((one) => isHeal(one) === isHeal({ action }));
  // What found no room finds none a moment later: until the job has lasted.
  if (action === 'raiseMemory' && stillCounting({ attempts: own, policy, sinceMs }).some(({ hadNoRoom }) => hadNoRoom))
    return finding.standing === 'running' ? { step: 'show', failure } : mended(input, 'restartCluster', failure);
  const isDrift = action === 'heal' && policy.drift === 'heal';
  if (policy.policy === 'never' && !isDrift) {
    return finding.standing === 'ended'
      ? { step: 'fail', failure: neverTried(failure, spec) }
      : { step: 'show', failure };
  }
  if (isInVain(finding, policy.policy)) return ended(finding, failure, retryUseless(failure, spec));
  const budget = judgeBudget({ attempts: own, policy, sinceMs, nowMs });
  if (budget.is === 'used') return ended(finding, failure, budgetUsed(failure, budget.made, spec));
  const brings = action === 'raiseMemory' && finding.memory ? raised(spec, finding.memory) : undefined;
  const made = attempts.filter((one) => !own.includes(one) || budget.made.includes(one));
  return { step: 'act', action, atMs: budget.atMs, made, ...(brings && { brings }) };
}

function raised(job: FlinkJob, raise: MemoryRaise): Pick<Revision, 'spec' | 'specHash'> {
  const spec = withMemory(job, raise);
  return { spec, specHash: specHash(spec) };
}

function isInVain({ retry }: Finding, policy: 'never' | 'on-failure' | 'always'): boolean {
  return retry === 'useless' || (retry === 'unlikely' && policy !== 'always');
}

/** A job whose tasks all run is never ended for what could not be mended. */
function ended({ standing }: Finding, failure: Failure, final: Failure): RecoveryDecision {
  return standing === 'running' ? { step: 'show', failure } : { step: 'fail', failure: final };
}
