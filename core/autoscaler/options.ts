/**
 * The options `job.autoscaler.*` as the engine uses them, with their defaults. Times in milliseconds. Source of names and
 * defaults: `AutoScalerOptions` of the Apache Flink Kubernetes Operator, 1.15.0 and main (July 2026).
 */

export type BusyAggregator = 'MAX' | 'AVG' | 'MIN';

/** What a parallelism is aligned to: see alignment.ts. */
export type AlignmentMode = 'BALANCED' | 'EVENLY_SPREAD' | 'OFF';
export type LegacyAlignmentMode = 'EVENLY_SPREAD' | 'MAXIMIZE_UTILISATION';

export interface OperatorOptions {
  readonly enabled: boolean;
  readonly scalingEnabled: boolean;
  readonly windowMs: number;
  readonly stabilizationMs: number;
  readonly busyAggregator: BusyAggregator;
  readonly utilizationTarget: number;
  /** Without them, the target plus or minus the boundary. */
  readonly utilizationMax?: number;
  readonly utilizationMin?: number;
  readonly utilizationBoundary: number;
  readonly backlogLagThresholdMs: number;
  /** In how much time a backlog shall be worked off; 0: backlogs do not count. */
  readonly catchUpMs: number;
  readonly restartMs: number;
  readonly restartTracking: boolean;
  readonly restartTrackingLimitMs: number;
  /** How long a wish to scale down waits; 0: not at all. */
  readonly scaleDownIntervalMs: number;
  readonly scaleDownMaxFactor: number;
  readonly scaleUpMaxFactor: number;
  readonly minParallelism: number;
  readonly maxParallelism: number;
  readonly excludedVertices: readonly string[];
  /** Quartz cron expressions and daily times, joined by `&&`: see excluded-periods.ts. */
  readonly excludedPeriods: readonly string[];
  /** 1.15 does not know it. Without it: the legacy mode where that is given, or else BALANCED. */
  readonly alignmentMode?: AlignmentMode;
  /** The only one that 1.15 knows; without it, EVENLY_SPREAD there. */
  readonly legacyAlignmentMode?: LegacyAlignmentMode;
  readonly effectivenessDetection: boolean;
  readonly effectivenessThreshold: number;
  readonly observedRateLagThresholdMs: number;
  readonly observedRateMinObservations: number;
  readonly observedRateSwitchThreshold: number;
  readonly observedScalability: boolean;
  readonly observedScalabilityMinObservations: number;
  readonly observedScalabilityCoefficientMin: number;
  readonly historyMaxCount: number;
  readonly historyMaxAgeMs: number;
  readonly gcPressureThreshold: number;
  readonly heapUsageThreshold: number;
  readonly memoryTuning: boolean;
  readonly memoryOverhead: number;
  readonly maximizeManagedMemory: boolean;
  readonly scaleDownMemoryCompensation: boolean;
  readonly quotaCpuCores?: number;
  readonly quotaMemoryBytes?: number;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** What counts where nothing is said. */
export const operatorDefaults: OperatorOptions = {
  enabled: false,
  scalingEnabled: true,
  windowMs: 15 * minute,
  stabilizationMs: 5 * minute,
  busyAggregator: 'MAX',
  utilizationTarget: 0.7,
  utilizationBoundary: 0.3,
  backlogLagThresholdMs: 5 * minute,
  catchUpMs: 30 * minute,
  restartMs: 5 * minute,
  restartTracking: false,
  restartTrackingLimitMs: 15 * minute,
  scaleDownIntervalMs: hour,
  scaleDownMaxFactor: 0.6,
  scaleUpMaxFactor: 100_000,
  minParallelism: 1,
  maxParallelism: 200,
  excludedVertices: [],
  excludedPeriods: [],
  effectivenessDetection: false,
  effectivenessThreshold: 0.1,
  observedRateLagThresholdMs: 30 * second,
  observedRateMinObservations: 2,
  observedRateSwitchThreshold: 0.15,
  observedScalability: false,
  observedScalabilityMinObservations: 3,
  observedScalabilityCoefficientMin: 0.5,
  historyMaxCount: 3,
  historyMaxAgeMs: 24 * hour,
  gcPressureThreshold: 1,
  heapUsageThreshold: 1,
  memoryTuning: false,
  memoryOverhead: 0.2,
  maximizeManagedMemory: false,
  scaleDownMemoryCompensation: true,
};
