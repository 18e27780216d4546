import { describe, expect, test } from '@jest/globals';
import { acceptedJob, problemsOf, writtenSpec } from '../../support/spec-fixture.ts';

const s3 = { root: 's3://bucket/flink' };
const main = (fields: object) => ({ spec: { containers: [{ name: 'flink-main-container', ...fields }] } });
const mounted = (volume: object) => ({
  spec: {
    volumes: [{ name: 'state', ...volume }],
    containers: [{ name: 'flink-main-container', volumeMounts: [{ name: 'state', mountPath: '/data' }] }],
  },
});
const nfs = mounted({ nfs: { server: 'a', path: '/b' } });

const vertex = '0a448493b4782967b150582570326227';

describe('rules between fields', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['two JobManagers without storage', { 'jobManager.replicas': 2 }, ['spec.jobManager.replicas: is more than 1']],
    ['two JobManagers with storage', { 'jobManager.replicas': 2, storage: s3 }, []],
    [
      'too few slots',
      { 'job.parallelism': 5, 'taskManager.replicas': 2, 'taskManager.slots': 2 },
      ['spec.taskManager.replicas: gives 2 × 2 = 4 slots'],
    ],
    [
      'a vertex wider than the slots',
      { 'job.vertexParallelism': { [vertex]: 5 }, 'taskManager.replicas': 2, 'taskManager.slots': 2 },
      ['spec.taskManager.replicas: gives 2 × 2 = 4 slots'],
    ],
    [
      'more slots than there are',
      { 'job.slots': 5, 'taskManager.replicas': 2, 'taskManager.slots': 2 },
      ['spec.taskManager.replicas: gives 2 × 2 = 4 slots'],
    ],
    [
      'single vertices without the adaptive scheduler',
      { 'job.vertexParallelism': { [vertex]: 1 }, 'flink.configuration': { 'jobmanager.scheduler': 'default' } },
      ['spec.job.vertexParallelism: cannot be had: `jobmanager.scheduler` is default'],
    ],
    ['enough slots', { 'job.parallelism': 4, 'taskManager.replicas': 2, 'taskManager.slots': 2 }, []],
    [
      'a request over its limit',
      { 'taskManager.resources': { requests: { memory: '2Gi', cpu: '2' }, limits: { memory: '2048M', cpu: '2000m' } } },
      ['spec.taskManager.resources.requests.memory: is 2Gi, more than the limit of 2048M'],
    ],
    ['no memory', { 'jobManager.resources': { requests: { cpu: '1' } } }, ['spec.jobManager.resources: has no memory']],
    ['memory only requested', { 'jobManager.resources': { requests: { memory: '1Gi' } } }, []],
    [
      'memory that Flink cannot divide',
      { 'taskManager.resources': { limits: { memory: '512Mi' } } },
      ['spec.taskManager.resources: of 512Mi cannot be divided up by Flink'],
    ],
    ['periodic savepoints', { storage: s3, savepoints: { every: '1h' } }, []],
    [
      'savepoints by a schedule',
      { storage: s3, savepoints: { schedule: { cron: '0 3 * * *', timeZone: 'Asia/Kolkata' } } },
      [],
    ],
    [
      'two kinds of periods',
      { storage: s3, savepoints: { every: '1h', schedule: { cron: '0 3 * * *' } } },
      ['spec.savepoints.schedule: cannot be given together with `every`'],
    ],
    ['a candidate with a fate', { upgrade: { strategy: 'blueGreen', promoteAfter: '1h' } }, []],
    [
      'a candidate with two fates',
      { upgrade: { strategy: 'blueGreen', promoteAfter: '1h', discardAfter: '2h' } },
      ['spec.upgrade.discardAfter: cannot be given together with `promoteAfter`'],
    ],
    [
      'a fate without a candidate',
      { upgrade: { discardAfter: '2h' } },
      ['spec.upgrade.discardAfter: needs `strategy: blueGreen`'],
    ],
    ['recovery as it is said without a word', { recovery: {} }, []],
    ['recovery with the window that specs of before have', { recovery: { window: '1h' } }, []],
    [
      'a backoff that begins above its end',
      { recovery: { backoff: { initial: '10m' } } },
      ['spec.recovery.backoff.initial: is 10m, more than `max`, which is 5m'],
    ],
    [
      'memory that nobody could get',
      { recovery: { memory: { max: '512Mi' } } },
      ['spec.recovery.memory.max: is 512Mi, less than what JobManager and TaskManagers have'],
    ],
    [
      'memory that both were given as far as it goes',
      {
        recovery: { memory: { max: '2Gi' } },
        jobManager: { resources: { limits: { memory: '2Gi' } } },
        taskManager: { resources: { limits: { memory: '2Gi' } } },
      },
      [],
    ],
    ['memory that the TaskManagers could get', { recovery: { memory: { max: '2Gi' } } }, []],
    [
      'periodic savepoints without a place for them',
      { savepoints: { every: '1h' } },
      ['spec.savepoints.every: needs storage'],
    ],
    [
      'a schedule that never comes',
      { storage: s3, savepoints: { schedule: { cron: '0 0 31 4 *' } } },
      ['spec.savepoints.schedule.cron: names a time that never comes'],
    ],
    [
      'an unknown time zone',
      { storage: s3, savepoints: { schedule: { cron: '0 0 * * *', timeZone: 'Berlin' } } },
      ['spec.savepoints.schedule.timeZone: is not a time zone'],
    ],
    [
      'only checkpoints',
      { storage: { checkpoints: 's3://b/c' } },
      ['spec.storage.savepoints: is required', 'spec.storage.highAvailability: is required'],
    ],
    [
      'three directories',
      { storage: { checkpoints: 's3://b/c', savepoints: 's3://b/s', highAvailability: 's3://b/h' } },
      [],
    ],
    [
      'a file system without volume',
      { storage: { root: 'file:///data' } },
      ['checkpoints', 'savepoints', 'highAvailability'].map((name) => `spec.storage.${name}: is file:///data/`),
    ],
    [
      'a claim elsewhere',
      { storage: { root: 'file:///database', volumeClaim: { name: 'a', mountPath: '/data' } } },
      ['checkpoints', 'savepoints', 'highAvailability'].map((name) => `spec.storage.${name}: is file:///database/`),
    ],
    [
      'a volume in both templates',
      { storage: { root: 'file:///data/x' }, 'jobManager.podTemplate': nfs, 'taskManager.podTemplate': nfs },
      [],
    ],
    [
      'a volume in one template',
      { storage: { ...s3, savepoints: 'file:///data/x' }, 'jobManager.podTemplate': nfs },
      [
        'spec.storage.savepoints: is file:///data/x, and no volume that pods share is mounted there in the pods of taskManager',
      ],
    ],
    [
      'an emptyDir',
      {
        storage: { ...s3, savepoints: 'file:///data' },
        'jobManager.podTemplate': nfs,
        'taskManager.podTemplate': mounted({ emptyDir: {} }),
      },
      ['spec.storage.savepoints: '],
    ],
    [
      'a claim over the image',
      { storage: { volumeClaim: { name: 'a', mountPath: '/opt/flink/lib' } } },
      ['spec.storage.volumeClaim.mountPath: is /opt/flink/lib'],
    ],
    [
      'a claim mounted twice',
      { storage: { volumeClaim: { name: 'a', mountPath: '/data' } }, 'taskManager.podTemplate': nfs },
      ['spec.storage.volumeClaim.mountPath: is also a mount path in the pod template of taskManager'],
    ],
    [
      "Drey's annotations",
      { ingress: { host: 'a.example.com', annotations: { 'drey.dev/x': '1' } } },
      ['spec.ingress.annotations["drey.dev/x"]: is set by Drey'],
    ],
  ])('%s', (_, changes, expected) => {
    const written = writtenSpec(
      Object.fromEntries(Object.entries(changes).map(([key, value]) => [`spec.${key}`, value])),
    );
    expect(problemsOf(written)).toEqual(expected.map((each) => expect.stringContaining(each)));
  });

  test.each([{ 'drey.dev/job': 'x' }, { 'app.kubernetes.io/managed-by': 'me' }])('labels of Drey: %j', (labels) => {
    expect(problemsOf(writtenSpec({ 'metadata.labels': labels }))).toEqual([expect.stringContaining('is set by Drey')]);
  });
});

describe('pod templates', () => {
  test.each<[string, object, string[]]>([
    ['command', main({ command: ['x'] }), ['containers[0].command: cannot be set']],
    [
      'image',
      main({ image: 'x', ports: [] }),
      ['containers[0].image: cannot be set', 'containers[0].ports: cannot be set'],
    ],
    [
      'memory',
      main({ resources: { limits: { memory: '1Gi', 'nvidia.com/gpu': 1 } } }),
      ['containers[0].resources.limits.memory: cannot be set'],
    ],
    [
      'FLINK_PROPERTIES',
      main({ env: [{ name: 'FLINK_PROPERTIES', value: 'x' }] }),
      ['containers[0].env[0].name: is FLINK_PROPERTIES'],
    ],
    [
      'a secret',
      main({
        env: [
          { name: 'A', value: 'x' },
          { name: 'DB_PASSWORD', value: 'x' },
        ],
      }),
      ['containers[0].env[1].value: holds a secret'],
    ],
    [
      'a secret by reference',
      main({ env: [{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }] }),
      [],
    ],
    [
      'a mount over Flink',
      main({ volumeMounts: [{ name: 'a', mountPath: '/opt/flink/' }] }),
      ['containers[0].volumeMounts[0].mountPath: is /opt/flink/'],
    ],
    ['restartPolicy', { spec: { restartPolicy: 'Never' } }, ['restartPolicy: cannot be set']],
    ['hostNetwork', { spec: { hostNetwork: false } }, ['hostNetwork: cannot be set']],
    ['a sidecar', { spec: { containers: [{ name: 'log', image: 'x' }] } }, []],
    ['a sidecar without image', { spec: { containers: [{ name: 'log' }] } }, ['containers[0].image: is required']],
    ['a container without name', { spec: { containers: [{ image: 'x' }] } }, ['containers[0].name: is required']],
    ['a container that is none', { spec: { initContainers: ['x'] } }, ['initContainers[0].name: is required']],
    ['a bad name', { spec: { containers: [{ name: 'A', image: 'x' }] } }, ['containers[0].name: must hold only']],
    [
      'one name twice',
      {
        spec: {
          containers: [
            { name: 'a', image: 'x' },
            { name: 'a', image: 'y' },
          ],
        },
      },
      ['containers[1].name: is "a" a second time'],
    ],
    [
      'an init container with a taken name',
      { spec: { containers: [{ name: 'a', image: 'x' }], initContainers: [{ name: 'a', image: 'y' }] } },
      ['initContainers[0].name: is a, the name of a container'],
    ],
    ['containers that are no list', { spec: { containers: {} } }, ['containers: must be a list']],
    [
      "Drey's volume",
      { spec: { volumes: [{ name: 'drey-config', emptyDir: {} }] } },
      ['volumes[0].name: is "drey-config"'],
    ],
  ])('%s', (_, template, expected) => {
    const problems = problemsOf(writtenSpec({ 'spec.taskManager.podTemplate': template }));
    expect(problems).toEqual(
      expected.map((each) => expect.stringContaining(`spec.taskManager.podTemplate.spec.${each}`)),
    );
  });
});

describe('storage directories derive from one URI', () => {
  test.each<[object, object]>([
    [
      { root: 's3://bucket/flink/' },
      {
        checkpoints: 's3://bucket/flink/checkpoints',
        savepoints: 's3://bucket/flink/savepoints',
        highAvailability: 's3://bucket/flink/high-availability',
      },
    ],
    [
      { volumeClaim: { name: 'a', mountPath: '/state' } },
      { root: 'file:///state', checkpoints: 'file:///state/checkpoints' },
    ],
    [
      { root: 's3://a', savepoints: 'gs://b/c' },
      { checkpoints: 's3://a/checkpoints', savepoints: 'gs://b/c' },
    ],
    [
      { root: 'abfss://box@account.dfs.core.windows.net/x' },
      { checkpoints: 'abfss://box@account.dfs.core.windows.net/x/checkpoints' },
    ],
    [{ root: 'hdfs:///flink' }, { checkpoints: 'hdfs:///flink/checkpoints' }],
  ])('%j', (storage, expected) => {
    expect(acceptedJob(writtenSpec({ 'spec.storage': storage })).spec.storage).toMatchObject(expected);
  });

  test('no storage stays none', () => {
    expect(acceptedJob(writtenSpec()).spec.storage).toEqual({});
  });
});
