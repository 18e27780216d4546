/** Flink options that Drey sets itself, with the reason and what to use instead. A key that ends with `*` stands for all that begin so. */

/** One row of the table. */
export interface ReservedOption {
  readonly key: string;
  /** Keys that begin so are free all the same. */
  readonly except?: string;
  readonly reason: string;
  readonly instead?: string;
}

interface Group extends Omit<ReservedOption, 'key'> {
  readonly keys: readonly string[];
}

const groups: readonly Group[] = [
  {
    keys: [
      'jobmanager.rpc.*',
      'jobmanager.bind-host',
      'jobmanager.host',
      'jobmanager.resource-id',
      'jobmanager.web.address',
      'jobmanager.web.port',
    ],
    reason: 'each generation of a job has addresses of its own, which Drey gives',
  },
  {
    keys: [
      'taskmanager.rpc.*',
      'taskmanager.host',
      'taskmanager.hostname',
      'taskmanager.bind-host',
      'taskmanager.data.port',
      'taskmanager.data.bind-port',
      'taskmanager.data.bind-host',
      'taskmanager.resource-id',
    ],
    reason: "each TaskManager is known by its pod's name and address, which Drey gives",
  },
  {
    keys: [
      'rest.address',
      'rest.bind-address',
      'rest.port',
      'rest.bind-port',
      'rest.path',
      'rest.url-prefix',
      'web.address',
      'web.port',
    ],
    reason: 'Drey and the Services reach Flink at the address that Drey sets',
    instead: 'For people there is `spec.ingress`.',
  },
  {
    keys: ['security.ssl.rest.*', 'security.ssl.enabled', 'web.ssl.enabled', 'jobmanager.web.ssl.enabled'],
    reason: "Drey speaks to Flink's REST without TLS, inside the cluster",
  },
  {
    keys: ['rest.async.store-duration'],
    reason: 'Drey asks for the end of a savepoint for as long as it keeps the default',
  },
  {
    keys: ['blob.server.port', 'metrics.internal.query-service.port', 'query.server.port'],
    reason: 'the Service of each generation has fixed ports',
  },
  {
    keys: ['web.upload.dir', 'jobmanager.web.upload.dir', 'web.submit.enable', 'jobmanager.web.submit.enable'],
    reason: "Drey places the job's jar there and submits it by REST",
    instead: 'Use `spec.job.jarUri`.',
  },
  {
    keys: ['taskmanager.numberOfTaskSlots'],
    reason: 'Drey counts on the slots of the spec',
    instead: 'Use `spec.taskManager.slots`.',
  },
  {
    keys: ['parallelism.default'],
    reason: "Drey sets it from the job's parallelism",
    instead: 'Use `spec.job.parallelism`.',
  },
  {
    keys: ['pipeline.jobvertex-parallelism-overrides'],
    reason: 'Drey counts on the parallelism of the spec',
    instead: 'Use `spec.job.vertexParallelism`.',
  },
  {
    keys: ['scheduler-mode'],
    reason: 'reactive mode takes the parallelism from the number of TaskManagers, which Drey decides',
    instead: 'Use `spec.job.parallelism`.',
  },
  {
    keys: [
      'jobmanager.memory.process.size',
      'jobmanager.memory.flink.size',
      'jobmanager.heap.size',
      'jobmanager.heap.mb',
    ],
    reason: 'Drey derives it from the memory of the container',
    instead: 'Use `spec.jobManager.resources`; parts such as `jobmanager.memory.off-heap.size` may be set.',
  },
  {
    keys: [
      'taskmanager.memory.process.size',
      'taskmanager.memory.flink.size',
      'taskmanager.heap.size',
      'taskmanager.heap.mb',
    ],
    reason: 'Drey derives it from the memory of the container',
    instead: 'Use `spec.taskManager.resources`; parts such as `taskmanager.memory.managed.fraction` may be set.',
  },
  {
    keys: ['taskmanager.cpu.cores'],
    reason: 'Drey derives it from the CPU of the container',
    instead: 'Use `spec.taskManager.resources`.',
  },
  {
    keys: ['high-availability', 'high-availability.*', 'recovery.*'],
    except: 'high-availability.kubernetes.leader-election.',
    reason:
      'Drey sets up high availability by Kubernetes for each generation, and counts on its times when it stops a JobManager',
    instead: 'Use `spec.storage.highAvailability`.',
  },
  {
    keys: ['job-result-store.*', 'application-result-store.*'],
    reason: 'Drey keeps results for as long as a generation lives, so that a job that ended is never run again',
  },
  { keys: ['jobstore.*', 'completed-application-store.*'], reason: 'Drey must find jobs that have ended' },
  {
    keys: ['kubernetes.*'],
    reason:
      'Drey makes the Kubernetes objects itself, so options of native Kubernetes deployments have no effect or do harm',
    instead: 'Use `podTemplate`, `resources` and `spec.serviceAccount`.',
  },
  {
    keys: ['yarn.*', 'containerized.*'],
    reason: 'it has no effect where Drey runs Flink',
    instead: 'For environment variables use `podTemplate`.',
  },
  {
    keys: ['execution.checkpointing.dir', 'state.checkpoints.dir', 'state.backend.fs.checkpointdir'],
    reason: 'Drey must know where checkpoints lie',
    instead: 'Use `spec.storage.checkpoints` or `spec.storage.root`.',
  },
  {
    keys: ['execution.checkpointing.savepoint-dir', 'state.savepoints.dir', 'savepoints.state.backend.fs.dir'],
    reason: 'Drey gives every savepoint a directory of its own',
    instead: 'Use `spec.storage.savepoints` or `spec.storage.root`.',
  },
  {
    keys: [
      'execution.checkpointing.storage',
      'state.checkpoint-storage',
      'execution.checkpointing.create-subdir',
      'state.checkpoints.create-subdir',
    ],
    reason: 'Drey restores from checkpoints by the place they have by default',
  },
  {
    keys: ['execution.checkpointing.externalized-checkpoint-retention'],
    reason: 'Drey keeps checkpoints of cancelled jobs (RETAIN_ON_CANCELLATION), else an operation could lose the state',
  },
  {
    keys: [
      'execution.state-recovery.path',
      'execution.savepoint.path',
      'execution.state-recovery.claim-mode',
      'execution.savepoint-restore-mode',
    ],
    reason: 'Drey chooses the restore point of every start and never gives it away (NO_CLAIM)',
  },
  {
    keys: ['execution.state-recovery.ignore-unclaimed-state', 'execution.savepoint.ignore-unclaimed-state'],
    reason: 'Drey sets it',
    instead: 'Use `spec.job.allowNonRestoredState`.',
  },
  {
    keys: ['execution.target', 'execution.attached', 'execution.shutdown-on-attached-exit'],
    reason: 'Drey submits the job as the mode needs',
    instead: 'Use `spec.mode`.',
  },
  {
    keys: [
      'execution.shutdown-on-application-finish',
      'execution.submit-failed-job-on-application-error',
      'execution.terminate-application-on-any-job-terminated-exceptionally',
    ],
    reason: 'a JobManager must stay up until Drey has seen how its job ended',
  },
  { keys: ['web.cancel.enable'], reason: 'Drey cancels jobs by REST' },
  { keys: ['pipeline.jars'], reason: 'Drey submits the jar', instead: 'Use `spec.job.jarUri`.' },
  {
    keys: ['pipeline.classpaths'],
    reason: 'Drey adds the classpath when it submits',
    instead: 'Use `spec.job.classpaths`.',
  },
  { keys: ['$internal.*', 'cluster.id'], reason: "it is internal to Flink; Drey sets the job's id itself" },
];

/** The whole table, one row per key. */
export const reservedOptions: readonly ReservedOption[] = groups.flatMap(({ keys, ...rest }) =>
  keys.map((key) => ({ key, ...rest })),
);

/** The row that reserves a key, if one does. */
export function reservedOption(key: string): ReservedOption | undefined {
  return reservedOptions.find((row) => {
    if (row.except !== undefined && key.startsWith(row.except)) return false;
    return row.key.endsWith('*') ? key.startsWith(row.key.slice(0, -1)) : key === row.key;
  });
}
