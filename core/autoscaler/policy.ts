/** What the user wants of the autoscaler of a job, as the engine uses it: `spec.autoscaler` with all defaults. */
import type { Reason } from './decision.ts';
import { operatorDefaults, type OperatorOptions } from './options.ts';

/** `flink-operator-*` give the numbers of the Apache operator's autoscaler; `drey` starts from main's and adds. */
export type ProfileName = 'flink-operator-1.15' | 'flink-operator-main' | 'drey';

/**
 * What `drey` adds, in the order of its worth; each can be switched off. To take back a scale-up that was of no use is not among
 * them: the simulation shows that it costs more rescales and time above the limit than it saves slots (docs/benchmarks.md).
 */
export const features = ['completeness', 'capacity', 'cost', 'bottleneck', 'forecast', 'catchUp', 'memory'] as const;
export type Feature = (typeof features)[number];

/** Bounds of a vertex, and what it aims at where that differs from the job's. */
export interface VertexPolicy {
  readonly min?: number;
  readonly max?: number;
  readonly utilizationTarget?: number;
  /** Its parallelism is not the autoscaler's. */
  readonly excluded?: boolean;
}

/** A time that comes again: it begins at each time that the cron expression names, and lasts so long. */
export interface RecurringWindow {
  readonly cron: string;
  readonly timeZone: string;
  readonly lastsMs: number;
}

/** Other bounds while a window lasts. */
export interface ScheduledBounds extends RecurringWindow {
  readonly min?: number;
  readonly max?: number;
}

/** A metric of the user's, and what it is to be: for each subtask (`perSubtask`), or in all. */
export interface CustomMetric {
  readonly name: string;
  readonly target: number;
  readonly kind: 'value' | 'perSubtask';
  /** The vertices that it scales; without any, all that may be scaled. */
  readonly vertices: readonly string[];
}

/** How much of a resource the job may take in all, from its own limits and what its tenant and cluster have left. */
export interface AutoscalerQuota {
  readonly cpuCores?: number;
  readonly memoryBytes?: number;
  readonly slots?: number;
  /** Whose quota it is, for the sentence. */
  readonly of?: 'job' | 'tenant' | 'cluster';
  /** Of the tenant or the cluster. */
  readonly name?: string;
}

/** Without it, a TaskManager gets no more memory than it has. */
export interface MemoryPolicy {
  /** What its process may be given at most. */
  readonly maxBytes: number;
  /** What it may be given at least; absent: what it had before anything was given. */
  readonly minBytes?: number;
  /** Whether a decision about memory is carried out. Else it is only told, and parallelism is decided by the memory that is there. */
  readonly isCarriedOut: boolean;
  /** It comes about by a restart, by the size of the process alone: so seldom, and where it is worth that also by itself. */
  readonly byRestart?: boolean;
  /** Why it is only told, whatever the user wants. */
  readonly onlyTold?: Reason;
}

export interface AutoscalerPolicy {
  readonly mode: 'off' | 'advise' | 'active';
  readonly profile: ProfileName;
  readonly options: OperatorOptions;
  /** Bounds of every vertex that has none of its own. */
  readonly min?: number;
  readonly max?: number;
  /** By id or by name. */
  readonly vertices: Readonly<Record<string, VertexPolicy>>;
  /** Nothing is scaled in these. */
  readonly blackouts: readonly RecurringWindow[];
  readonly schedules: readonly ScheduledBounds[];
  readonly quotas: readonly AutoscalerQuota[];
  readonly customMetrics: readonly CustomMetric[];
  /** What of `drey` is switched off. */
  readonly without: readonly Feature[];
  /** A backlog shall be worked off within this time. */
  readonly catchUpWithinMs?: number;
  readonly memory?: MemoryPolicy;
  /** Slots that there will ever be; absent: as many as the job takes. */
  readonly slotsMax?: number;
  /** Why the mode is `advise`, whatever the user wants. */
  readonly onlyAdvised?: Reason;
}

/** A policy that acts with defaults alone. */
export const defaultPolicy: AutoscalerPolicy = {
  mode: 'active',
  profile: 'drey',
  options: { ...operatorDefaults, enabled: true },
  vertices: {},
  blackouts: [],
  schedules: [],
  quotas: [],
  customMetrics: [],
  without: [],
};
