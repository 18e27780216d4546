import { describe, expect, test } from '@jest/globals';
import { operatorDefaults } from '../../../core/autoscaler/options.ts';
import { defaultPolicy } from '../../../core/autoscaler/policy.ts';
import { autoscalerPolicy, autoscalerSchema } from '../../../core/schema/autoscaler.ts';
import {
  isAutoscalerKey,
  isKnownOption,
  parseOperatorOptions,
  valueProblems,
  withOptions,
} from '../../../core/schema/autoscaler-options.ts';

const key = (name: string) => `job.autoscaler.${name}`;
const read = (name: string, text: string) => parseOperatorOptions({ [key(name)]: text });

describe('job.autoscaler.* by their names (reference: AutoScalerOptions)', () => {
  test('without any, the defaults', () => {
    expect(parseOperatorOptions({ 'parallelism.default': '3' })).toEqual({ options: operatorDefaults });
  });

  test.each([
    ['enabled', 'true', { enabled: true }],
    ['scaling.enabled', 'FALSE', { scalingEnabled: false }],
    ['metrics.window', '10s', { windowMs: 10_000 }],
    ['stabilization.interval', '1 s', { stabilizationMs: 1000 }],
    ['metrics.busy-time.aggregator', 'avg', { busyAggregator: 'AVG' }],
    ['utilization.target', '0.6', { utilizationTarget: 0.6 }],
    ['target.utilization', '0.5', { utilizationTarget: 0.5 }],
    ['utilization.target', '.5', { utilizationTarget: 0.5 }],
    ['scale-up.max-factor', '2.', { scaleUpMaxFactor: 2 }],
    ['utilization.max', '0.9', { utilizationMax: 0.9 }],
    ['utilization.min', '0.2', { utilizationMin: 0.2 }],
    ['target.utilization.boundary', '0.1', { utilizationBoundary: 0.1 }],
    ['backlog-processing.lag-threshold', '1 min', { backlogLagThresholdMs: 60_000 }],
    ['catch-up.duration', '0', { catchUpMs: 0 }],
    ['restart.time', '30 s', { restartMs: 30_000 }],
    ['restart.time-tracking.enabled', 'true', { restartTracking: true }],
    ['restart.time-tracking.limit', '1h', { restartTrackingLimitMs: 3_600_000 }],
    ['scale-down.interval', '2 h', { scaleDownIntervalMs: 7_200_000 }],
    ['scale-up.grace-period', '3 h', { scaleDownIntervalMs: 10_800_000 }],
    ['scale-down.max-factor', '1', { scaleDownMaxFactor: 1 }],
    ['scale-up.max-factor', '2.5', { scaleUpMaxFactor: 2.5 }],
    ['vertex.min-parallelism', '2', { minParallelism: 2 }],
    ['vertex.max-parallelism', '20', { maxParallelism: 20 }],
    ['vertex.exclude.ids', 'a;b', { excludedVertices: ['a', 'b'] }],
    ['vertex.exclude.ids', "[12e4, '34']", { excludedVertices: ['12e4', '34'] }],
    ['vertex.exclude.ids', ' [] ', { excludedVertices: [] }],
    ['vertex.exclude.ids', '[a;b', { excludedVertices: ['[a', 'b'] }],
    [
      'excluded.periods',
      "['* * 9 ? * MON', 09:00:00-10:00:00]",
      { excludedPeriods: ['* * 9 ? * MON', '09:00:00-10:00:00'] },
    ],
    ['excluded.periods', '09:00:00-10:00:00', { excludedPeriods: ['09:00:00-10:00:00'] }],
    ['scaling.parallelism-alignment.mode', 'OFF', { alignmentMode: 'OFF' }],
    [
      'scaling.key-group.partitions.adjust.mode',
      'MAXIMIZE_UTILISATION',
      { legacyAlignmentMode: 'MAXIMIZE_UTILISATION' },
    ],
    ['scaling.effectiveness.detection.enabled', 'true', { effectivenessDetection: true }],
    ['scaling.effectiveness.threshold', '0.2', { effectivenessThreshold: 0.2 }],
    ['observed-true-processing-rate.lag-threshold', '5s', { observedRateLagThresholdMs: 5000 }],
    ['observed-true-processing-rate.min-observations', '4', { observedRateMinObservations: 4 }],
    ['observed-true-processing-rate.switch-threshold', '0.3', { observedRateSwitchThreshold: 0.3 }],
    ['observed-scalability.enabled', 'true', { observedScalability: true }],
    ['observed-scalability.min-observations', '5', { observedScalabilityMinObservations: 5 }],
    ['observed-scalability.coefficient-min', '0.4', { observedScalabilityCoefficientMin: 0.4 }],
    ['history.max.count', '9', { historyMaxCount: 9 }],
    ['history.max.age', '2 d', { historyMaxAgeMs: 172_800_000 }],
    ['memory.gc-pressure.threshold', '0.3', { gcPressureThreshold: 0.3 }],
    ['memory.heap-usage.threshold', '0.8', { heapUsageThreshold: 0.8 }],
    ['memory.tuning.enabled', 'true', { memoryTuning: true }],
    ['memory.tuning.overhead', '0.3', { memoryOverhead: 0.3 }],
    ['memory.tuning.maximize-managed-memory', 'true', { maximizeManagedMemory: true }],
    ['memory.tuning.scale-down-compensation.enabled', 'false', { scaleDownMemoryCompensation: false }],
    ['quota.cpu', '12.5', { quotaCpuCores: 12.5 }],
    ['quota.memory', '16 gb', { quotaMemoryBytes: 16 * 2 ** 30 }],
  ])('%s: %s', (name, text, options) => {
    expect(read(name, text)).toEqual({ options: { ...operatorDefaults, ...options } });
  });

  test('the operator’s prefix is read, the plain name and the newer one count first', () => {
    const both = { [`kubernetes.operator.${key('utilization.target')}`]: '0.5' };
    expect(parseOperatorOptions(both)).toMatchObject({ options: { utilizationTarget: 0.5 } });
    expect(parseOperatorOptions({ ...both, [key('utilization.target')]: '0.6' })).toMatchObject({
      options: { utilizationTarget: 0.6 },
    });
    const old = { [key('utilization.target')]: '0.6', [key('target.utilization')]: '0.5' };
    expect(parseOperatorOptions(old)).toMatchObject({ options: { utilizationTarget: 0.6 } });
  });

  test.each([
    ['metrics.window', 'soon', 'must be a duration such as 15 min'],
    ['utilization.target', '1.1', 'must be between 0 and 1'],
    ['vertex.min-parallelism', '1.5', 'must be a whole number'],
    ['enabled', 'yes', 'must be true or false'],
    ['quota.memory', 'much', 'must be a memory size such as 16 gb'],
    ['metrics.busy-time.aggregator', 'MOST', 'must be one of MAX, AVG, MIN'],
    ['scale-up.max-factor', 'x', 'must be a number'],
  ])('%s: %s is refused', (name, text, message) => {
    expect(read(name, text)).toEqual({ problems: [{ key: key(name), message }] });
  });

  test.each([
    ['utilization.max', '0.5'],
    ['utilization.min', '0.8'],
    ['vertex.min-parallelism', '201'],
  ])('%s of %s does not go with the others, once it is enabled', (name, text) => {
    expect('options' in read(name, text)).toBe(true);
    expect(parseOperatorOptions({ [key(name)]: text, [key('enabled')]: 'true' })).toMatchObject({
      problems: [{ key: key(name) }],
    });
  });
});

describe('spec.autoscaler', () => {
  test('without anything, it is off, with the defaults', () => {
    expect(autoscalerPolicy(autoscalerSchema.parse({}))).toEqual({ ...defaultPolicy, mode: 'off' });
  });

  test('memory is only told unless the spec says otherwise', () => {
    const { memory } = autoscalerPolicy(autoscalerSchema.parse({ memory: { max: '8Gi' } }));
    expect(memory).toEqual({ maxBytes: 8 * 2 ** 30, isCarriedOut: false, byRestart: true });
  });

  test('becomes the policy of the engine', () => {
    const window = { cron: '0 22 * * *', timeZone: 'Europe/Berlin', lasts: '2h' };
    const spec = autoscalerSchema.parse({
      mode: 'active',
      max: 40,
      utilization: 0.6,
      vertices: { count: { min: 2, utilization: 0.5 } },
      blackouts: [window],
      schedules: [{ ...window, min: 10 }],
      quota: { cpu: '20', memory: '64Gi' },
      metrics: [{ name: 'queue', query: 'sum(queue)', target: 100, kind: 'perSubtask' }],
      catchUp: { within: '10m' },
      memory: { mode: 'active', min: '2Gi', max: '8Gi' },
      without: ['forecast'],
      options: { 'job.autoscaler.metrics.window': '5 min' },
    });
    const times = { cron: '0 22 * * *', timeZone: 'Europe/Berlin', lastsMs: 7_200_000 };
    expect(autoscalerPolicy(spec)).toEqual({
      ...defaultPolicy,
      max: 40,
      options: { ...defaultPolicy.options, utilizationTarget: 0.6, windowMs: 300_000 },
      vertices: { count: { min: 2, utilizationTarget: 0.5 } },
      blackouts: [times],
      schedules: [{ ...times, min: 10 }],
      quotas: [{ of: 'job', cpuCores: 20, memoryBytes: 64 * 2 ** 30 }],
      customMetrics: [{ name: 'queue', target: 100, kind: 'perSubtask', vertices: [] }],
      catchUpWithinMs: 600_000,
      memory: { minBytes: 2 * 2 ** 30, maxBytes: 8 * 2 ** 30, isCarriedOut: true, byRestart: true },
      without: ['forecast'],
    });
  });

  test.each([
    ['min above max', { min: 3, max: 2 }, ['min']],
    ['a vertex’s min above its max', { vertices: { v: { min: 3, max: 2 } } }, ['vertices', 'v', 'min']],
    [
      'a time zone that is none',
      { blackouts: [{ cron: '0 0 * * *', timeZone: 'Nowhere', lasts: '1h' }] },
      ['blackouts', 0, 'timeZone'],
    ],
    ['a time that never comes', { schedules: [{ cron: '0 0 31 2 *', lasts: '1h', min: 2 }] }, ['schedules', 0, 'cron']],
    ['memory’s min above its max', { memory: { min: '3Gi', max: '2Gi' } }, ['memory', 'min']],
    ['memory without a max', { memory: { mode: 'active' } }, ['memory', 'max']],
    ['a metric of nothing', { metrics: [{ name: 'x', target: 1 }] }, ['metrics', 0]],
    [
      'an option with a wrong value',
      { options: { 'job.autoscaler.metrics.window': 'x' } },
      ['options', 'job.autoscaler.metrics.window'],
    ],
    ['an unknown feature', { without: ['all'] }, ['without', 0]],
  ])('%s is refused', (_name, spec, path) => {
    expect(autoscalerSchema.safeParse(spec).error?.issues.map((issue) => issue.path)).toEqual([path]);
  });
});

describe('options that go before those of a configuration', () => {
  const prefixed = (name: string) => `kubernetes.operator.${key(name)}`;

  test.each<[string, Record<string, string>, Record<string, string>, Record<string, string>]>([
    ['stand beside it', { a: '1' }, { [key('enabled')]: 'true' }, { a: '1', [key('enabled')]: 'true' }],
    ['replace theirs', { [key('enabled')]: 'false' }, { [key('enabled')]: 'true' }, { [key('enabled')]: 'true' }],
    [
      'replace theirs under newer names and other prefixes',
      { [key('utilization.target')]: '0.9', [prefixed('target.utilization')]: '0.8' },
      { [key('target.utilization')]: '0.5' },
      { [key('target.utilization')]: '0.5' },
    ],
  ])('%s', (_name, configuration, set, all) => expect(withOptions(configuration, set)).toEqual(all));

  test('are judged one by one before anything is known of the configuration', () => {
    expect(valueProblems({ [key('enabled')]: 'true', [key('vertex.min-parallelism')]: '300' })).toEqual([]);
    expect(valueProblems({ [key('enabled')]: 'perhaps' })).toEqual([
      { key: key('enabled'), message: 'must be true or false' },
    ]);
  });

  test.each([
    [key('metrics.window'), true, true],
    [prefixed('target.utilization'), true, true],
    [key('scaling.event.interval'), true, false],
    ['parallelism.default', false, false],
  ])('%s is the autoscaler’s: %s; and read: %s', (name, isIts, isRead) => {
    expect([isAutoscalerKey(name), isKnownOption(name)]).toEqual([isIts, isRead]);
  });
});
