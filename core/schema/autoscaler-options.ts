/**
 * `job.autoscaler.*` as text, as they stand in a Flink configuration. Names, old names, defaults and ranges are those of the
 * Apache operator (`AutoScalerOptions`, `DefaultValidator`); its prefix `kubernetes.operator.` is read, too.
 */
import { z } from 'zod';
import { periodProblem } from '../autoscaler/excluded-periods.ts';
import { operatorDefaults, type OperatorOptions } from '../autoscaler/options.ts';
import { flinkDurationMs } from '../flink/flink-duration.ts';
import { flinkList } from '../flink/flink-list.ts';
import { MemoryRefusal, parseMemorySize } from '../flink/memory-size.ts';

const number = (least: number, most: number) =>
  z
    .string()
    .regex(/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/, 'must be a number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be between ${least} and ${most}`);
const positive = number(0, Infinity);
const share = number(0, 1);
const whole = number(1, 2_147_483_647).refine(Number.isInteger, 'must be a whole number');
const flag = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false'], 'must be true or false'))
  .transform((text) => text === 'true');
const duration = z.string().transform((text, context) => {
  const ms = flinkDurationMs(text);
  if (ms !== undefined) return ms;
  context.addIssue('must be a duration such as 15 min');
  return z.NEVER;
});
const memory = z.string().transform((text, context) => {
  try {
    return Number(parseMemorySize('', text));
  } catch (error) {
    if (!(error instanceof MemoryRefusal)) throw error;
    context.addIssue('must be a memory size such as 16 gb');
    return z.NEVER;
  }
});
const list = z.string().transform(flinkList);
const periods = list.superRefine((all, context) => {
  for (const wrong of all.map(periodProblem)) if (wrong !== undefined) context.addIssue(wrong);
});
const word = <const W extends readonly string[]>(words: W) =>
  z
    .string()
    .toUpperCase()
    .pipe(z.enum(words, `must be one of ${words.join(', ')}`));

/** The first is the plain one. */
const prefixes = ['job.autoscaler.', 'kubernetes.operator.job.autoscaler.'] as const;

/** Each option: its names behind `job.autoscaler.`, the newest first, and how its text is read. */
const table: Readonly<Record<string, readonly [names: readonly string[], schema: z.ZodType]>> = {
  enabled: [['enabled'], flag],
  scalingEnabled: [['scaling.enabled'], flag],
  windowMs: [['metrics.window'], duration],
  stabilizationMs: [['stabilization.interval'], duration],
  busyAggregator: [['metrics.busy-time.aggregator'], word(['MAX', 'AVG', 'MIN'])],
  utilizationTarget: [['utilization.target', 'target.utilization'], share],
  utilizationMax: [['utilization.max'], share],
  utilizationMin: [['utilization.min'], share],
  utilizationBoundary: [['target.utilization.boundary'], share],
  backlogLagThresholdMs: [['backlog-processing.lag-threshold'], duration],
  catchUpMs: [['catch-up.duration'], duration],
  restartMs: [['restart.time'], duration],
  restartTracking: [['restart.time-tracking.enabled'], flag],
  restartTrackingLimitMs: [['restart.time-tracking.limit'], duration],
  scaleDownIntervalMs: [['scale-down.interval', 'scale-up.grace-period'], duration],
  scaleDownMaxFactor: [['scale-down.max-factor'], positive],
  scaleUpMaxFactor: [['scale-up.max-factor'], positive],
  minParallelism: [['vertex.min-parallelism'], whole],
  maxParallelism: [['vertex.max-parallelism'], whole],
  excludedVertices: [['vertex.exclude.ids'], list],
  excludedPeriods: [['excluded.periods'], periods],
  alignmentMode: [['scaling.parallelism-alignment.mode'], word(['BALANCED', 'EVENLY_SPREAD', 'OFF'])],
  legacyAlignmentMode: [['scaling.key-group.partitions.adjust.mode'], word(['EVENLY_SPREAD', 'MAXIMIZE_UTILISATION'])],
  effectivenessDetection: [['scaling.effectiveness.detection.enabled'], flag],
  effectivenessThreshold: [['scaling.effectiveness.threshold'], positive],
  observedRateLagThresholdMs: [['observed-true-processing-rate.lag-threshold'], duration],
  observedRateMinObservations: [['observed-true-processing-rate.min-observations'], whole],
  observedRateSwitchThreshold: [['observed-true-processing-rate.switch-threshold'], positive],
  observedScalability: [['observed-scalability.enabled'], flag],
  observedScalabilityMinObservations: [['observed-scalability.min-observations'], whole],
  observedScalabilityCoefficientMin: [['observed-scalability.coefficient-min'], share],
  historyMaxCount: [['history.max.count'], whole],
  historyMaxAgeMs: [['history.max.age'], duration],
  gcPressureThreshold: [['memory.gc-pressure.threshold'], share],
  heapUsageThreshold: [['memory.heap-usage.threshold'], share],
  memoryTuning: [['memory.tuning.enabled'], flag],
  memoryOverhead: [['memory.tuning.overhead'], share],
  maximizeManagedMemory: [['memory.tuning.maximize-managed-memory'], flag],
  scaleDownMemoryCompensation: [['memory.tuning.scale-down-compensation.enabled'], flag],
  quotaCpuCores: [['quota.cpu'], positive],
  quotaMemoryBytes: [['quota.memory'], memory],
} satisfies Record<keyof OperatorOptions, readonly [readonly string[], z.ZodType]>;

export interface OptionProblem {
  readonly key: string;
  readonly message: string;
}

export type ParsedOptions = { readonly options: OperatorOptions } | { readonly problems: readonly OptionProblem[] };

/** The options out of a Flink configuration; other keys are passed over. All that is wrong is told at once. */
export function parseOperatorOptions(
  configuration: Readonly<Record<string, string>>,
  defaults: OperatorOptions = operatorDefaults,
): ParsedOptions {
  const { given, problems } = readEach(configuration);
  // What each schema of the table gives is what its option holds: the test reads every one of them.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const options = { ...defaults, ...given } as OperatorOptions;
  const wrong = [...problems, ...(options.enabled ? between(options) : [])];
  return wrong.length > 0 ? { problems: wrong } : { options };
}

/** What is wrong with single values, whatever they are put together with. */
export function valueProblems(configuration: Readonly<Record<string, string>>): readonly OptionProblem[] {
  return readEach(configuration).problems;
}

/** Whether a key of a Flink configuration is the autoscaler's. */
export function isAutoscalerKey(key: string): boolean {
  return prefixes.some((prefix) => key.startsWith(prefix));
}

/** Whether it is one that `parseOperatorOptions` reads. */
export function isKnownOption(key: string): boolean {
  return Object.values(table).some(([names]) => keysOf(names).includes(key));
}

/** The configuration with these values in the place of its own, under whichever of its names an option stands there. */
export function withOptions(
  configuration: Readonly<Record<string, string>>,
  set: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const replaced = Object.values(table)
    .map(([names]) => keysOf(names))
    .filter((keys) => keys.some((key) => set[key] !== undefined))
    .flat();
  const kept = Object.entries(configuration).filter(([key]) => !replaced.includes(key));
  return { ...Object.fromEntries(kept), ...set };
}

function readEach(configuration: Readonly<Record<string, string>>) {
  const problems: OptionProblem[] = [];
  const given: Record<string, unknown> = {};
  for (const [option, [names, schema]] of Object.entries(table)) {
    const key = keysOf(names).find((one) => configuration[one] !== undefined);
    if (key === undefined) continue;
    const parsed = schema.safeParse(configuration[key]?.trim());
    if (parsed.success) given[option] = parsed.data;
    else problems.push({ key, message: parsed.error.issues[0]?.message ?? 'is not right' });
  }
  return { given, problems };
}

function keysOf(names: readonly string[]): string[] {
  return names.flatMap((name) => prefixes.map((prefix) => `${prefix}${name}`));
}

/** What has to hold between options. */
function between({
  utilizationTarget,
  utilizationMax = 1,
  utilizationMin = 0,
  ...rest
}: OperatorOptions): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const say = (key: string, message: string) => problems.push({ key: `job.autoscaler.${key}`, message });
  if (utilizationMax < utilizationTarget) say('utilization.max', 'must not be below utilization.target');
  if (utilizationMin > utilizationTarget) say('utilization.min', 'must not be above utilization.target');
  if (rest.minParallelism > rest.maxParallelism)
    say('vertex.min-parallelism', 'must not be above vertex.max-parallelism');
  return problems;
}
