import { describe, expect, test } from '@jest/globals';
import { acceptedJob, fullProblemsOf, problemsOf, writtenSpec } from '../../support/spec-fixture.ts';

const longName = 'a'.repeat(41);

describe('a field out of its bounds is refused with its path and the reason', () => {
  test.each<[string, unknown, string]>([
    ['apiVersion', 'v1', 'must be drey.dev/v1, but is the text "v1"'],
    ['kind', undefined, 'is required'],
    ['metadata.name', 'Orders', 'must hold only lower-case letters'],
    ['metadata.name', '1orders', 'start with a letter'],
    ['metadata.name', 'orders-', 'not end with `-`'],
    ['metadata.name', longName, 'must have at most 40 characters'],
    ['metadata.name', '', 'must not be empty'],
    ['metadata.name', undefined, 'is required'],
    ['metadata.tenant', 'a'.repeat(31), 'must have at most 30 characters'],
    ['metadata.labels', { team: 'a b' }, 'must hold only letters'],
    ['spec.cluster', 7, 'must be text, but is the number 7'],
    ['spec.namespace', 'Flink', 'must hold only lower-case letters'],
    ['spec.mode', 'aplication', 'must be one of dedicated, application'],
    ['spec.flink.version', '1.19', 'must be one of 1.20'],
    ['spec.flink.version', 1.2, 'but is the number 1.2'],
    ['spec.flink.image', 'no spaces allowed', 'must be an image'],
    ['spec.flink.imagePullSecrets', ['a_b'], 'must be a Kubernetes name'],
    ['spec.flink.configuration', { a: 1 }, 'must be text, but is the number 1'],
    ['spec.flink.configuration', { 'a b': '1' }, 'as a key must be a Flink option'],
    ['spec.flink.configuration', { state: { backend: 'x' } }, 'must be text, but is a map'],
    ['spec.flink.configuration', { ['k'.repeat(257)]: '1' }, 'as a key must have at most 256 characters'],
    ['spec.job.jarUri', 'https://example.com/job.jar', 'must be a jar inside the image'],
    ['spec.job.jarUri', 'local:///opt/../etc/job.jar', 'must be a jar inside the image'],
    ['spec.job.jarUri', 'local:///opt/job.zip', 'must be a jar inside the image'],
    ['spec.job.entryClass', 'com.example.', 'must be a class name'],
    ['spec.job.args', 'x', 'must be a list, but is the text "x"'],
    ['spec.job.args', Array.from({ length: 513 }, () => 'x'), 'must have at most 512 entries'],
    ['spec.job.classpaths', ['s3://b/a.jar'], 'must be a jar inside the image'],
    ['spec.job.parallelism', 0, 'must be at least 1'],
    ['spec.job.parallelism', 32_769, 'must be at most 32768'],
    ['spec.job.parallelism', 1.5, 'must be a whole number, but is the number 1.5'],
    ['spec.job.parallelism', '4', 'must be a whole number, but is the text "4"'],
    ['spec.job.allowNonRestoredState', 'yes', 'must be true or false'],
    ['spec.jobManager', null, 'is empty'],
    ['spec.jobManager.replicas', 6, 'must be at most 5'],
    ['spec.jobManager.resources', { limits: { memory: '512m' } }, 'must be a quantity of memory'],
    ['spec.jobManager.resources', { limits: { memory: '1Mi' } }, 'must be between 64Mi and 16Ti'],
    ['spec.taskManager.resources', { limits: { memory: '2Gi', cpu: '-1' } }, 'must be a quantity of CPU'],
    ['spec.taskManager.resources', { limits: { memory: '2Gi', cpu: '0' } }, 'must be between 1m and 1024'],
    ['spec.taskManager.slots', 0, 'must be at least 1'],
    ['spec.taskManager.podTemplate', [], 'must be a map, but is a list'],
    ['spec.storage.root', 'flink-state', 'must be a directory that Flink can write'],
    ['spec.storage.root', 'file:///', 'must be a directory that Flink can write'],
    ['spec.storage.root', 's3:///x', 'must be a directory that Flink can write'],
    ['spec.storage.root', 'https://example.com/x', 'must be a directory that Flink can write'],
    ['spec.storage.root', 's3://bucket/../other', 'must be a directory that Flink can write'],
    ['spec.storage.root', 's3://key:secret@bucket/x', 'must not hold a password'],
    ['spec.storage.root', 'file://host/x', 'must be a directory that Flink can write'],
    ['spec.storage.volumeClaim', { name: 'a', mountPath: 'relative' }, 'must be an absolute path'],
    ['spec.ingress', { host: 'https://x' }, 'must be a host name'],
    ['spec.ingress', {}, 'is required'],
    ['spec.serviceAccount', 'a/b', 'must be a Kubernetes name'],
    ['spec.autoscaler', { mode: 'on' }, 'must be one of off, advise, active'],
    ['spec.autoscaler', { utilization: 0 }, 'must be more than 0'],
    ['spec.autoscaler', { vertices: { map: { utilization: 'high' } } }, 'must be a number, but is the text "high"'],
    ['spec.autoscaler', { vertices: { map: { maximum: 3 } } }, 'maximum: is not a field of the spec'],
    ['spec.autoscaler', { blackouts: [{ cron: '0 9 * * *' }] }, 'is required'],
    ['spec.autoscaler', { metrics: [{ name: 'a', target: 1 }] }, 'must have either `metric` or `query`'],
    [
      'spec.autoscaler',
      { options: { 'job.autoscaler.metrics.window': 'x' } },
      'options["job.autoscaler.metrics.window"]',
    ],
    ['spec.deadlines.submit', '5 minutes', 'must be a duration'],
    ['spec.deadlines.submit', '25h', 'must be between 1s and 24h'],
    ['spec.deadlines.submit', '0s', 'must be between 1s and 24h'],
  ])('%s: %j', (path, value, message) => {
    const problems = problemsOf(writtenSpec({ [path]: value }));
    expect(problems).toEqual([expect.stringContaining(message)]);
    expect(problems[0]).toMatch(new RegExp(`^${path.replaceAll('.', '\\.')}`));
  });
});

describe('an unknown field is refused with the field that was meant', () => {
  test.each([
    ['spec.taskManager.slotz', 'Did you mean `slots`?'],
    ['spec.namespase', 'Did you mean `namespace`?'],
    ['spec.parallelism', 'Use `spec.job.parallelism`.'],
    ['spec.image', 'Use `spec.flink.image`.'],
    ['spec.flinkVersion', "Use `spec.flink.version`, such as '2.3'."],
    ['spec.job.mainClass', 'Use `spec.job.entryClass`.'],
    ['spec.job.jarURI', 'Did you mean `jarUri`?'],
    ['metadata.namespace', 'Use `spec.namespace`.'],
    ['spec.taskManager.env', 'use the `podTemplate`'],
    ['spec.podTemplate', 'Use `spec.jobManager.podTemplate` or `spec.taskManager.podTemplate`'],
    ['status', 'Leave it out'],
    ['spec.zzzzzz', 'Known here: `cluster`'],
    ['spec.constructor', 'Known here: `cluster`'],
    ['spec.autoscaler.configuration', 'Did you mean `options`?'],
    ['spec.autoscaler.enabled', 'Did you mean `mode`?'],
    ['spec.autoscaler.quota.limits', 'Use `spec.jobManager.resources.limits`'],
    ['spec.flink.config', 'Did you mean `configuration`?'],
    ['spec.recovery.mode', 'Did you mean `policy`?'],
    ['spec.recovery.memory.limits', 'Did you mean `max`?'],
    ['spec.recovery.memory.memory', 'Did you mean `max`?'],
    ['spec.recovery.backoff.min', 'Did you mean `initial`?'],
    ['spec.recovery.restarts', 'Use `spec.recovery.restartLoop.restarts`.'],
    ['spec.savepoints.cron', 'Use `spec.savepoints.schedule.cron`.'],
    ['spec.savepoints.configuration', 'Use `spec.flink.configuration`.'],
    ['spec.taskManager.memory', 'Use `resources.limits.memory`.'],
  ])('%s', (path, hint) => {
    const problems = fullProblemsOf(writtenSpec({ [path]: 1 }));
    expect(problems).toEqual([{ path, message: 'is not a field of the spec', hint: expect.stringContaining(hint) }]);
  });
});

describe('hints say what to write', () => {
  test.each<[string, unknown, string]>([
    ['spec.flink.version', 1.2, 'Put it in quotes: "1.20".'],
    ['spec.flink.version', 2, 'Put it in quotes: "2.0".'],
    ['spec.flink.version', '2.3.0', 'Did you mean 2.3?'],
    ['spec.mode', 'aplication', 'Did you mean application?'],
    ['spec.job.parallelism', '4', 'Write it without quotes.'],
    ['spec.job.args', [1000], 'Put it in quotes: "1000".'],
    ['spec.cluster', undefined, 'Name of the registered Kubernetes cluster that runs the job.'],
  ])('%s: %j', (path, value, hint) => {
    expect(fullProblemsOf(writtenSpec({ [path]: value }))).toEqual([expect.objectContaining({ hint })]);
  });
});

describe('what no JSON holds is refused before anything else', () => {
  test.each<[string, unknown, string]>([
    ['metadata.name', 'a\u0000b', 'metadata.name: holds the control character U+0000'],
    ['spec.job.args', ['a\u001bb'], 'spec.job.args[0]: holds the control character U+001B'],
    ['spec.job.args', ['\ud800'], 'spec.job.args[0]: holds half of a character (a lone surrogate)'],
    ['spec.flink.configuration', { a: 'x\ny' }, 'spec.flink.configuration.a: holds a line break'],
    ['metadata.labels', { 'a\n': 'x' }, 'metadata.labels: has the key "a\\n", which holds a line break'],
    ['spec.cluster', new Date(0), 'spec.cluster: is a date, which a spec cannot hold'],
    ['spec.cluster', 1n, 'spec.cluster: is a bigint, which a spec cannot hold'],
    ['spec.cluster', Number.NaN, 'spec.cluster: is not a finite number, which a spec cannot hold'],
    ['spec.job.args', ['x'.repeat(65_536)], ': is larger than 64 KB as JSON'],
    ['spec.job.args', ['ä'.repeat(40_000)], ': is larger than 64 KB as JSON'],
  ])('%s', (path, value, problem) => {
    expect(problemsOf(writtenSpec({ [path]: value }))).toEqual([problem]);
  });

  test('deep, circular and huge values', () => {
    const circular: Record<string, unknown> = {};
    circular['again'] = circular;
    expect(problemsOf(circular)).toEqual([expect.stringContaining('is nested deeper than 32 levels')]);
    expect(problemsOf(Array.from({ length: 100_000 }, () => 1))).toEqual([': is larger than 64 KB as JSON']);
    expect(problemsOf(JSON.parse('{"__proto__": {"spec": 1}}'))).toEqual([
      '__proto__: is a name that a spec cannot hold',
    ]);
  });

  test.each([null, undefined, 'text', 7, [], true])('%j', (input) => {
    expect(problemsOf(input)).toHaveLength(1);
  });

  test('scripts in pod templates and arguments may have several lines', () => {
    const template = { spec: { initContainers: [{ name: 'init', image: 'x', args: ['sh', '-c', 'a\n\tb'] }] } };
    expect(
      problemsOf(writtenSpec({ 'spec.job.args': ['select\n1'], 'spec.taskManager.podTemplate': template })),
    ).toEqual([]);
  });
});

test('all problems are told at once', () => {
  const problems = problemsOf(
    writtenSpec({
      'metadata.name': 'A',
      'spec.flink.version': '9',
      'spec.flink.configuration': { 'rest.port': '1' },
      'spec.taskManager.slotz': 1,
      'spec.taskManager.podTemplate': { spec: { hostNetwork: true } },
      'spec.jobManager.replicas': 2,
    }),
  );
  expect(problems.map((each) => each.split(':')[0])).toEqual([
    'metadata.name',
    'spec.flink.version',
    'spec.taskManager.slotz',
    'spec.jobManager.replicas',
    'spec.taskManager.podTemplate.spec.hostNetwork',
    'spec.flink.configuration["rest.port"]',
  ]);
});

test('at most 50 problems, and the last says how many more', () => {
  const configuration = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`kubernetes.x${index}`, '1']));
  const problems = problemsOf(writtenSpec({ 'spec.flink.configuration': configuration }));
  expect(problems).toHaveLength(50);
  expect(problems.at(-1)).toBe(': has 31 more problems');
});

test('the smallest spec gets every default', () => {
  expect(acceptedJob(writtenSpec())).toMatchInlineSnapshot(`
{
  "apiVersion": "drey.dev/v1",
  "kind": "FlinkJob",
  "metadata": {
    "labels": {},
    "name": "orders",
    "tenant": "default",
  },
  "spec": {
    "cleanup": {
      "canceled": "remove",
      "deleted": "cancel",
      "failed": "remove",
      "finished": "remove",
      "savepoints": "keep",
    },
    "cluster": "local",
    "deadlines": {
      "checkpoint": "5m",
      "imagePull": "5m",
      "jobManager": "3m",
      "running": "3m",
      "schedule": "2m",
      "slots": "3m",
      "stable": "10m",
      "submit": "2m",
    },
    "flink": {
      "configuration": {},
      "imagePullPolicy": "IfNotPresent",
      "imagePullSecrets": [],
      "version": "2.3",
    },
    "job": {
      "allowNonRestoredState": false,
      "args": [],
      "classpaths": [],
      "finite": false,
      "jarUri": "local:///opt/flink/usrlib/job.jar",
      "parallelism": 1,
    },
    "jobManager": {
      "replicas": 1,
      "resources": {
        "limits": {
          "memory": "1Gi",
        },
        "requests": {
          "cpu": "500m",
          "memory": "1Gi",
        },
      },
    },
    "mode": "dedicated",
    "namespace": "flink",
    "recovery": {
      "attempts": 5,
      "backoff": {
        "initial": "10s",
        "max": "5m",
      },
      "checkpoints": {},
      "drift": "show",
      "memory": {},
      "policy": "on-failure",
      "restartLoop": {
        "restarts": 10,
        "within": "10m",
      },
      "stableAfter": "10m",
      "window": "1h",
    },
    "savepoints": {
      "format": "native",
      "retain": {
        "count": 10,
      },
    },
    "state": "running",
    "storage": {},
    "taskManager": {
      "resources": {
        "limits": {
          "memory": "1728Mi",
        },
        "requests": {
          "cpu": "1",
          "memory": "1728Mi",
        },
      },
      "slots": 1,
    },
    "upgrade": {
      "mode": "savepoint",
      "prime": "runtime",
      "rollback": true,
      "stableAfter": "10s",
      "whenSavepointFails": "refuse",
    },
  },
}
`);
});
