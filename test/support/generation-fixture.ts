/** A full job spec and a generation that runs it, for tests, with any part replaced. */
import { strategicMerge } from '../../core/manifests/strategic-merge.ts';
import type { Generation } from '../../core/generation.ts';
import type { FlinkJob } from '../../core/schema/flink-job.ts';

/** Any part of a value; lists are replaced as a whole. */
export type Partially<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [Key in keyof T]?: Partially<T[Key]> | null }
    : T;

const base: FlinkJob = {
  apiVersion: 'drey.dev/v1',
  kind: 'FlinkJob',
  metadata: { name: 'orders', tenant: 'shop', labels: { team: 'checkout' } },
  spec: {
    cluster: 'east',
    namespace: 'streaming',
    state: 'running',
    mode: 'dedicated',
    flink: { version: '2.3', imagePullPolicy: 'IfNotPresent', imagePullSecrets: [], configuration: {} },
    job: {
      jarUri: 'local:///opt/flink/usrlib/job.jar',
      entryClass: 'com.example.OrdersJob',
      args: ['--rate', '1000'],
      classpaths: [],
      parallelism: 3,
      finite: false,
      allowNonRestoredState: false,
    },
    jobManager: {
      replicas: 1,
      resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '1Gi' } },
    },
    taskManager: {
      slots: 2,
      resources: { requests: { cpu: '1', memory: '1728Mi' }, limits: { memory: '1728Mi' } },
    },
    storage: {
      volumeClaim: { name: 'flink-state', mountPath: '/flink-state' },
      root: 'file:///flink-state',
      checkpoints: 'file:///flink-state/checkpoints',
      savepoints: 'file:///flink-state/savepoints',
      highAvailability: 'file:///flink-state/high-availability',
    },
    deadlines: {
      schedule: '2m',
      imagePull: '5m',
      jobManager: '3m',
      slots: '3m',
      submit: '2m',
      running: '3m',
      checkpoint: '5m',
      stable: '10m',
    },
    cleanup: { finished: 'remove', failed: 'remove', canceled: 'remove', deleted: 'cancel', savepoints: 'keep' },
    upgrade: {
      mode: 'savepoint',
      prime: 'runtime',
      stableAfter: '10s',
      rollback: true,
      whenSavepointFails: 'refuse',
    },
    savepoints: { format: 'native', retain: { count: 10 } },
    recovery: {
      policy: 'on-failure',
      attempts: 5,
      window: '1h',
      backoff: { initial: '10s', max: '5m' },
      stableAfter: '10m',
      drift: 'show',
      checkpoints: {},
      restartLoop: { restarts: 10, within: '10m' },
      memory: {},
    },
  },
};

/** What to write over `storage` for a job without any. */
export const noStorage = { volumeClaim: null, root: null, checkpoints: null, savepoints: null, highAvailability: null };

/** A spec; `null` takes a field away. */
function flinkJob(changes: Partially<FlinkJob> = {}): FlinkJob {
  return strategicMerge(base, changes);
}

/** A generation that runs such a spec. */
export function generation(changes: Partially<FlinkJob> = {}, overrides: Partial<Generation> = {}): Generation {
  const spec = flinkJob(changes);
  const { tenant, name } = spec.metadata;
  const identity = { tenant, name, uid: 'k3jx9a2b', number: 2 };
  return { identity, revision: 5, specHash: 'c0ffee'.padEnd(64, '0'), spec, submission: 1, ...overrides };
}
