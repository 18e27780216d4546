/** What is said of an operation with which a job is brought back. */
import type { ChangePlan } from '../plan/change-plan.ts';
import type { Mending } from './mending.ts';

/** It goes on from its newest checkpoint or savepoint: a job that fails takes no savepoint. */
export function recoveryPlan({ action, finding }: Mending): ChangePlan {
  const { memory } = finding;
  const raise = `spec.${memory?.process}.resources is raised from ${memory?.from} to ${memory?.to}.`;
  const notes = action === 'raiseMemory' && memory ? [raise] : [];
  return { kind: 'deploy', cost: action === 'heal' ? 'none' : 'restart', changes: [], mode: 'last-state', notes };
}

/** Why, in a sentence. */
export function recoveryReason({ action, finding, revision }: Mending): string {
  const why = finding.failure?.message ?? finding.reason;
  return action === 'rollBack' ? `Back to revision ${revision.number}, which ran before. ${why}` : why;
}
