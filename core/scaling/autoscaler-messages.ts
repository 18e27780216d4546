/** What the API says to a job's autoscaler workflow, and what that tells of itself. Names never change: histories hold them. */
import type { AutoscalerPolicy } from '../autoscaler/policy.ts';
import type { AutoscaledJobRef, Ask, KnownDecision } from './autoscaler-state.ts';
import type { HoldingOff } from './holding-off.ts';

/** Name of the update by which somebody asks for a decision now. */
export const decideNowName = 'decideNow';

export interface DecideNowRequest extends AutoscaledJobRef {
  /** The caller's idempotency key: the decision carries it. */
  readonly key: string;
  readonly requestedBy: string;
}

/** What whoever asks is answered. */
export interface DecideNowAnswer {
  /** The key that the decision will carry: that of somebody else where one is still to be asked for. */
  readonly key: string;
}

/** Name of the query for what it knows. */
export const autoscalerStatusName = 'autoscalerStatus';

/** A vertex that would be smaller, and waits. */
export interface WaitingVertex {
  readonly vertex: string;
  /** ISO 8601. */
  readonly since: string;
  /** The largest parallelism that was wished since. */
  readonly to: number;
}

/** A vertex that more parallelism did not help. */
export interface CoolDown {
  readonly vertex: string;
  readonly above: number;
  /** ISO 8601. */
  readonly until: string;
}

export interface AutoscalerStatus {
  readonly uid: string;
  readonly mode: AutoscalerPolicy['mode'];
  /** The newest ones, the oldest first. */
  readonly decisions: readonly KnownDecision[];
  readonly underWay?: { readonly decision: number; readonly operation?: number };
  readonly waits: readonly WaitingVertex[];
  readonly coolDowns: readonly CoolDown[];
  readonly holdingOff?: HoldingOff;
  readonly asks: readonly Ask[];
}
