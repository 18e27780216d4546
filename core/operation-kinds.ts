/** Every kind of operation, with what people call it and what it makes of its job. A new operation adds a line. */
import type { JobPhase } from './job.ts';

interface KindFacts {
  /** What a person calls it, for summaries in the Temporal UI and events. */
  readonly title: string;
  /** The job's phase while it is carried out; absent where it leaves the job as it is. */
  readonly during?: JobPhase;
  /** The job's phase when it has succeeded. */
  readonly after?: JobPhase;
  /** Whether a spec asked for it: then what it is, is decided anew when its turn comes. */
  readonly isPlanned?: true;
  /** Whether it starts anew what has broken, from its newest checkpoint: a JobManager may tell of one that is gone, so that is proved. */
  readonly mendsBroken?: true;
}

const kinds = {
  deploy: { title: 'Deploy', during: 'DEPLOYING', after: 'RUNNING', isPlanned: true },
  upgrade: { title: 'Upgrade', during: 'UPGRADING', after: 'RUNNING', isPlanned: true },
  rescale: { title: 'Rescale', during: 'RESCALING', after: 'RUNNING', isPlanned: true },
  adjust: { title: 'Adjust', during: 'RUNNING', after: 'RUNNING', isPlanned: true },
  suspend: { title: 'Suspend', during: 'SUSPENDING', after: 'SUSPENDED', isPlanned: true },
  cancel: { title: 'Cancel', during: 'CANCELING', after: 'CANCELED', isPlanned: true },
  resume: { title: 'Resume', during: 'DEPLOYING', after: 'RUNNING', isPlanned: true },
  recover: { title: 'Recovery', during: 'RECOVERING', after: 'RUNNING', mendsBroken: true },
  heal: { title: 'Healing' },
  revive: { title: 'Recovery of the candidate', mendsBroken: true },
  cleanup: { title: 'Clean-up' },
  promote: { title: 'Promote', during: 'PROMOTING', after: 'RUNNING' },
  discard: { title: 'Discard', during: 'DISCARDING', after: 'RUNNING' },
  savepoint: { title: 'Savepoint' },
  dispose: { title: 'Disposal' },
  remove: { title: 'Remove', during: 'REMOVING', after: 'REMOVED' },
} satisfies Record<string, KindFacts>;

/** What an operation does. */
export type OperationKind = keyof typeof kinds;

export const operationKinds: Readonly<Record<OperationKind, KindFacts>> = kinds;

/**
 * Whether it leaves the job as it is, however it ends: it brings no revision about, so no newer spec takes its place, and
 * its failure is not the job's.
 */
export function leavesJobAlone(kind: OperationKind): boolean {
  // An API may be newer than its client, and know more kinds.
  return kind in kinds && operationKinds[kind].during === undefined;
}

/** The phase of a job when what is under way in this one has succeeded. */
export function settledPhase(phase: JobPhase): JobPhase {
  return Object.values(operationKinds).find(({ during }) => during === phase)?.after ?? phase;
}
