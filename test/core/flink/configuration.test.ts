import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { configurationYaml } from '../../../core/flink/configuration-file.ts';
import { defaultJavaOptions, userJavaOptions } from '../../../core/flink/configuration-java.ts';
import type { ConfigurationInput } from '../../../core/flink/configuration-input.ts';
import { fixedSettings, flinkConfiguration } from '../../../core/flink/configuration.ts';
import { reservedOption } from '../../../core/flink/reserved-options.ts';
import { versionOptionProblem } from '../../../core/flink/version-options.ts';
import { generationNames } from '../../../core/names.ts';
import type { FlinkJob } from '../../../core/schema/flink-job.ts';
import { generation, noStorage, type Partially } from '../../support/generation-fixture.ts';

const versions = ['1.20', '2.0', '2.1', '2.2', '2.3'] as const;
const modes = ['dedicated', 'application'] as const;
const everyKind = versions.flatMap((version) => modes.map((mode) => [version, mode] as const));

function input(spec: Partially<FlinkJob['spec']> = {}): ConfigurationInput {
  const { identity, spec: job } = generation({ spec });
  const { service, clusterId } = generationNames(identity);
  return { job, generation: identity, service, clusterId };
}

function configure(spec: Partially<FlinkJob['spec']> = {}) {
  return flinkConfiguration(input(spec));
}

describe('what Drey sets', () => {
  test.each(everyKind)('Flink %s in %s mode knows every option', (version, mode) => {
    const keys = Object.keys(configure({ mode, flink: { version } }));
    expect(keys.flatMap((key) => versionOptionProblem(['flink'], key, version))).toEqual([]);
  });

  test.each(everyKind)('Flink %s in %s mode: users are refused what they could not change', (version, mode) => {
    const keys = Object.keys(
      fixedSettings(input({ mode, flink: { version }, job: { classpaths: ['local:///a.jar'] } })),
    );
    expect(keys.filter((key) => reservedOption(key) === undefined)).toEqual([]);
  });

  test('with high availability, no JobManager address is given: each has its pod’s', () => {
    expect(configure()).not.toHaveProperty(['jobmanager.rpc.address']);
    expect(configure({ storage: noStorage })).toMatchObject({ 'jobmanager.rpc.address': 'orders-k3jx9a2b-2' });
  });

  test('generations share checkpoints and have high availability of their own', () => {
    expect(configure()).toMatchObject({
      'execution.checkpointing.dir': 'file:///flink-state/checkpoints/k3jx9a2b',
      'high-availability.storageDir': 'file:///flink-state/high-availability/k3jx9a2b/2',
      'job-result-store.storage-path': 'file:///flink-state/high-availability/k3jx9a2b/2/job-result-store',
    });
  });

  test('without storage, there is no high availability and nothing about checkpoints', () => {
    const keys = Object.keys(configure({ storage: noStorage }));
    expect(
      keys.filter((key) => /^(high-availability|kubernetes|job-result|execution\.checkpointing)/.test(key)),
    ).toEqual([]);
  });

  test('an application’s JobManager stays after its job has ended', () => {
    const settings = configure({ mode: 'application' });
    expect(settings).toMatchObject({ 'execution.shutdown-on-application-finish': 'false' });
    expect(configure()).not.toHaveProperty(['execution.shutdown-on-application-finish']);
  });

  test('process sizes are the containers’ limits, else their requests', () => {
    const resources = { limits: null, requests: { memory: '2Gi' } };
    const settings = configure({ jobManager: { resources }, taskManager: { resources: { limits: { memory: '3G' } } } });
    expect(settings['jobmanager.memory.process.size']).toBe('2147483648b');
    expect(settings['taskmanager.memory.process.size']).toBe('3000000000b');
  });

  test('class paths are URLs', () => {
    const classpaths = ['local:///opt/a.jar', 'local:///opt/b.jar'];
    expect(configure({ job: { classpaths } })['pipeline.classpaths']).toBe('file:///opt/a.jar;file:///opt/b.jar');
  });
});

describe('what the user sets', () => {
  test('comes before our recommendations, and not before what Drey relies on', () => {
    const configuration = { 'jobmanager.scheduler': 'default', 'rest.port': '1', 'state.backend.type': 'rocksdb' };
    const settings = configure({ flink: { configuration } });
    expect(settings).toMatchObject({
      'jobmanager.scheduler': 'default',
      'rest.port': '8081',
      'state.backend.type': 'rocksdb',
    });
  });

  test('counts under its older name, too', () => {
    const older = 'jobmanager.adaptive-scheduler.scaling-interval.min';
    const settings = configure({ flink: { version: '2.3', configuration: { [older]: '5s' } } });
    expect(settings[older]).toBe('5s');
    expect(settings).not.toHaveProperty(['jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling']);
  });
});

describe('Java options', () => {
  test('are the user’s for all processes, then for the one', () => {
    const settings = {
      ...defaultJavaOptions(),
      'env.java.opts.all': '-Da=1  -Db=2',
      'env.java.opts.jobmanager': '-Dc=3',
      'env.java.opts.taskmanager': '-Dd=4',
    };
    expect(userJavaOptions(settings, 'jobmanager')).toEqual(['-Da=1', '-Db=2', '-Dc=3']);
    expect(userJavaOptions(settings, 'taskmanager')).toEqual(['-Da=1', '-Db=2', '-Dd=4']);
  });

  test('may have their older name', () => {
    expect(userJavaOptions({ 'env.java.opts': '-Da=1' }, 'taskmanager')).toEqual(['-Da=1']);
  });
});

describe('config.yaml', () => {
  test.each(everyKind)('says what Flink %s in %s mode is to read', (version, mode) => {
    const settings = configure({ mode, flink: { version } });
    const read = parse(configurationYaml(settings)) as Record<string, unknown>;
    expect(Object.fromEntries(Object.entries(read).map(([key, value]) => [key, String(value)]))).toEqual(settings);
  });

  test.each([
    '',
    ' ',
    '0123',
    '1e5',
    '1_000',
    '0x1f',
    '~',
    'null',
    'No',
    'a: b',
    'a #b',
    '"',
    "'",
    '{a: b}',
    '[a]',
    '- a',
    '&a',
    '*',
    '!x',
    '%',
    '@',
    '`',
    '1.20',
    '12:30',
    'a:',
    'ä',
    'a\nb',
    '\t',
    '2026-01-01',
    '00000000000000000000000000000000',
    '.inf',
    'true ',
  ])('keeps the text %j', (text) => expect(parse(configurationYaml({ key: text }))).toEqual({ key: text }));
});
