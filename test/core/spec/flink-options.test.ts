import { describe, expect, test } from '@jest/globals';
import { fixedSettings } from '../../../core/flink/configuration.ts';
import { reservedOption } from '../../../core/flink/reserved-options.ts';
import { isSensitiveName } from '../../../core/flink/sensitive-options.ts';
import { isBefore } from '../../../core/flink/version-options.ts';
import { flinkVersions } from '../../../core/schema/flink-job.ts';
import { acceptedJob, fullProblemsOf, problemsOf, writtenSpec } from '../../support/spec-fixture.ts';

const withOption = (key: string, version = '2.3', value = 'x') =>
  writtenSpec({ 'spec.flink.version': version, 'spec.flink.configuration': { [key]: value } });

describe('options that Drey sets are refused', () => {
  const modes = ['dedicated', 'application'] as const;
  const cases = flinkVersions.flatMap((version) => modes.map((mode) => [version, mode] as const));

  test.each(cases)('every fixed setting on %s in mode %s', (version, mode) => {
    const job = acceptedJob(
      writtenSpec({
        'spec.flink.version': version,
        'spec.mode': mode,
        'spec.storage.root': 's3://b/x',
        'spec.job.classpaths': ['local:///a.jar'],
      }),
    );
    const generation = { tenant: 'default', name: 'orders', uid: 'a2345678', number: 1 };
    const keys = Object.keys(fixedSettings({ job, generation, service: 's', clusterId: 'c' }));
    expect(keys.filter((key) => !reservedOption(key))).toEqual([]);
  });

  test.each([
    ['state.checkpoints.dir', 'Use `spec.storage.checkpoints` or `spec.storage.root`.'],
    ['execution.checkpointing.savepoint-dir', 'Use `spec.storage.savepoints` or `spec.storage.root`.'],
    ['taskmanager.numberOfTaskSlots', 'Use `spec.taskManager.slots`.'],
    ['parallelism.default', 'Use `spec.job.parallelism`.'],
    ['high-availability', 'Use `spec.storage.highAvailability`.'],
    ['high-availability.storageDir', 'Use `spec.storage.highAvailability`.'],
    ['kubernetes.cluster-id', 'Use `podTemplate`, `resources` and `spec.serviceAccount`.'],
    ['pipeline.classpaths', 'Use `spec.job.classpaths`.'],
    ['$internal.pipeline.job-id', undefined],
    ['execution.checkpointing.externalized-checkpoint-retention', undefined],
  ])('%s', (key, hint) => {
    const [problem, ...others] = fullProblemsOf(withOption(key));
    expect(others).toEqual([]);
    expect(problem?.message).toMatch(/^cannot be set: /);
    expect(problem?.hint).toBe(hint);
  });

  test.each([
    'execution.checkpointing.interval',
    'state.backend',
    'state.backend.type',
    'env.java.opts.all',
    'jobmanager.memory.off-heap.size',
    'restart-strategy.type',
    'metrics.reporter.prom.port',
    'rest.flamegraph.enabled',
    'jobmanager.scheduler',
    'my.own.option',
  ])('%s is the user’s', (key) => {
    expect(problemsOf(withOption(key, '2.3', key.endsWith('size') ? '64m' : 'x'))).toEqual([]);
  });
});

test.each([
  ['60 s', []],
  ['2min', []],
  ['15000', []],
  ['14s', ['must be at least 15 s: Drey counts on that when it stops a JobManager']],
  ['soon', ['must be at least 15 s: Drey counts on that when it stops a JobManager']],
])('a JobManager may be given a longer lease, and no shorter one: %s', (value, messages) => {
  const key = 'high-availability.kubernetes.leader-election.lease-duration';
  expect(fullProblemsOf(withOption(key, '2.3', value)).map(({ message }) => message)).toEqual(messages);
});

test.each([
  ['60 s', true],
  ['3000', true],
  ['61s', false],
  ['1 h', false],
  ['soon', false],
])('answers about checkpoints may be kept for a minute, and no longer: %s', (value, isTaken) => {
  for (const key of ['rest.cache.checkpoint-statistics.timeout', 'web.refresh-interval']) {
    const refusals = fullProblemsOf(withOption(key, '2.3', value)).map(({ message }) => message.slice(0, 20));
    expect(refusals).toEqual(isTaken ? [] : ['must be at most 60 s']);
  }
});

describe('options that the version ignores are refused', () => {
  test.each([
    ['taskmanager.network.memory.buffers-per-channel', '1.20', []],
    ['taskmanager.network.memory.buffers-per-channel', '2.0', ['is not read by Flink 2.0: it went with 2.0']],
    [
      'jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling',
      '1.20',
      ['is not read by Flink 1.20: it came with 2.0'],
    ],
    ['jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling', '2.1', []],
    ['jobmanager.adaptive-scheduler.scaling-interval.min', '1.20', []],
    ['state.backend.forst.cache.dir', '1.20', ['is not read by Flink 1.20: it came with 2.0']],
    ['taskmanager.net.transport', '2.3', ['is not read by Flink 2.3: it went with 2.0']],
    ['taskmanager.net.request-backoff.max', '2.3', []],
    ['traces.report-events-as-spans', '2.1', []],
    ['traces.report-events-as-spans', '2.2', ['is not read by Flink 2.2: it went with 2.2']],
    ['web.adaptive-scheduler.rescale-history.size', '2.2', ['is not read by Flink 2.2: it came with 2.3']],
  ])('%s on %s', (key, version, expected) => {
    expect(problemsOf(withOption(key, version))).toEqual(expected.map((each) => expect.stringContaining(each)));
  });

  test('1.20 comes before 2.0', () => {
    expect(isBefore('1.20', '2.0')).toBe(true);
    expect(isBefore('2.3', '1.20')).toBe(false);
    expect(isBefore('2.2', '2.2')).toBe(false);
  });
});

describe('secrets are refused', () => {
  test.each([
    's3.access-key',
    's3.secret-key',
    'fs.azure.account.key.box.blob.core.windows.net',
    'security.ssl.internal.keystore-password',
    'metrics.reporter.dghttp.apikey',
    'rest.api-key',
    'my.jaas.config',
    'DB_PASSWORD',
    'AWS_SESSION_TOKEN',
    'passphrase',
  ])('%s', (key) => {
    expect(isSensitiveName(key)).toBe(true);
  });

  test.each([
    'security.delegation.tokens.enabled',
    'fs.s3a.aws.credentials.provider',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'security.kerberos.login.keytab',
    'state.backend.type',
    'keyed.state',
  ])('%s is no secret', (key) => {
    expect(isSensitiveName(key)).toBe(false);
  });

  test('with the cure, and without the value', () => {
    const [problem] = fullProblemsOf(withOption('s3.secret-key', '2.3', 'hunter2'));
    expect(problem?.hint).toContain('secretKeyRef');
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });
});
