/** Every default of the spec, in one place: the schema fills them in, and the canonical form leaves them out. */

const deadlines = {
  schedule: '2m',
  imagePull: '5m',
  jobManager: '3m',
  slots: '3m',
  submit: '2m',
  running: '3m',
  checkpoint: '5m',
  stable: '10m',
} as const;

const upgrade = {
  mode: 'savepoint',
  prime: 'runtime',
  stableAfter: '10s',
  rollback: true,
  whenSavepointFails: 'refuse',
} as const;

const savepoints = { format: 'native', retain: { count: 10 } } as const;

const recovery = {
  policy: 'on-failure',
  attempts: 5,
  // Without effect; hashes of specs have it.
  window: '1h',
  backoff: { initial: '10s', max: '5m' },
  stableAfter: '10m',
  drift: 'show',
  checkpoints: {},
  // Flink's own delays between restarts grow to a minute: a job that fails at once gets there within three.
  restartLoop: { restarts: 10, within: '10m' },
  memory: {},
} as const;

/** Of `spec.savepoints.schedule`, where there is one. */
export const scheduleDefaults = { timeZone: 'UTC' } as const;

const noTexts: string[] = [];

const autoscaler = {
  mode: 'off',
  profile: 'drey',
  vertices: {},
  blackouts: [] as never[],
  schedules: [] as never[],
  metrics: [] as never[],
  without: [] as never[],
  options: {},
} as const;

/** Of a time that comes again in `spec.autoscaler`. */
export const recurringDefaults = { timeZone: 'UTC' } as const;

/** Of `spec.autoscaler.memory`. */
export const memoryDefaults = { mode: 'advise' } as const;

/** Of a metric in `spec.autoscaler.metrics`. */
export const metricDefaults = { aggregate: 'sum', kind: 'value', vertices: noTexts } as const;

export const defaults = {
  metadata: { tenant: 'default', labels: {} },
  spec: {
    state: 'running',
    mode: 'dedicated',
    flink: { imagePullPolicy: 'IfNotPresent', imagePullSecrets: noTexts, configuration: {} },
    job: { args: noTexts, classpaths: noTexts, parallelism: 1, finite: false, allowNonRestoredState: false },
    jobManager: {
      replicas: 1,
      resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '1Gi' } },
    },
    taskManager: {
      slots: 1,
      // Flink's own default process size; less than about 1 GiB needs tuned memory options.
      resources: { requests: { cpu: '1', memory: '1728Mi' }, limits: { memory: '1728Mi' } },
    },
    storage: {},
    ingress: { annotations: {} },
    upgrade,
    savepoints,
    recovery,
    autoscaler,
    cleanup: { finished: 'remove', failed: 'remove', canceled: 'remove', deleted: 'cancel', savepoints: 'keep' },
    deadlines,
  },
} as const;
