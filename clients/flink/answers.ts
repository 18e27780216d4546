/** Flink's answers about clusters and jobs, parsed: only what is used is asked for, and each becomes our own shape. */
import { z } from 'zod';
import { flinkJobStates, isFinalState, type FlinkJobState } from '../../core/flink/flink-job-state.ts';
import type { VertexInput } from '../../core/autoscaler/samples.ts';
import { figure } from './metric-answers.ts';
import type {
  FlinkApplication,
  FlinkConfig,
  FlinkException,
  FlinkOverview,
  JobDetail,
  JobExceptions,
  JobSummary,
  TaskCounts,
  TaskManager,
  TaskState,
  UploadedJar,
  VertexIo,
} from './client.ts';

const jobState = z.enum(flinkJobStates);

const taskStates = [
  'CREATED',
  'SCHEDULED',
  'DEPLOYING',
  'INITIALIZING',
  'RUNNING',
  'FINISHED',
  'CANCELING',
  'CANCELED',
  'FAILED',
  'RECONCILING',
] as const satisfies readonly TaskState[];

export const taskState = z.enum(taskStates);

/** Task counts: the overview has lower-case keys and a total among them, the detail upper-case ones. */
const taskCounts = z.record(z.string(), z.number()).transform((counts): TaskCounts => {
  const known = taskStates.map((state) => [state, counts[state] ?? counts[state.toLowerCase()] ?? 0] as const);
  return Object.fromEntries(known.filter(([, count]) => count > 0));
});

export const overview = z
  .looseObject({
    'flink-version': z.string(),
    taskmanagers: z.number(),
    'slots-total': z.number(),
    'slots-available': z.number(),
  })
  .transform((answer): FlinkOverview => {
    return {
      flinkVersion: answer['flink-version'],
      taskManagers: answer.taskmanagers,
      slotsTotal: answer['slots-total'],
      slotsAvailable: answer['slots-available'],
    };
  });

export const config = z
  .looseObject({
    'flink-version': z.string(),
    'refresh-interval': z.number(),
    features: z.looseObject({ 'web-submit': z.boolean() }),
  })
  .transform((answer): FlinkConfig => {
    return {
      flinkVersion: answer['flink-version'],
      webSubmit: answer.features['web-submit'],
      refreshIntervalMs: answer['refresh-interval'],
    };
  });

/** Keys and their values, of those keys that are wanted. */
export function configurationOf(keep: (key: string) => boolean) {
  return z
    .array(z.looseObject({ key: z.string(), value: z.union([z.string(), z.number(), z.boolean()]).transform(String) }))
    .transform((entries) =>
      Object.fromEntries(entries.flatMap(({ key, value }) => (keep(key) ? [[key, value] as const] : []))),
    );
}

export const jobsOverview = z
  .looseObject({
    jobs: z.array(
      z.looseObject({
        jid: z.string(),
        name: z.string(),
        state: jobState,
        'start-time': z.number(),
        'end-time': z.number(),
        tasks: z.record(z.string(), z.number()),
      }),
    ),
  })
  .transform(({ jobs }) =>
    jobs.map((job): JobSummary => {
      return {
        id: job.jid,
        name: job.name,
        state: job.state,
        startedAtMs: job['start-time'],
        ...endOf(job),
        tasksTotal: job.tasks['total'] ?? 0,
        tasks: taskCounts.parse(job.tasks),
      };
    }),
  );

const io = z
  .looseObject({
    'read-records': z.number(),
    'read-records-complete': z.boolean(),
    'write-records': z.number(),
    'write-records-complete': z.boolean(),
    'accumulated-busy-time': figure.optional(),
  })
  .transform((metrics): VertexIo => {
    const busyMs = metrics['accumulated-busy-time'];
    return {
      recordsIn: metrics['read-records'],
      recordsOut: metrics['write-records'],
      ...(busyMs !== undefined && { busyMs }),
      complete: metrics['read-records-complete'] && metrics['write-records-complete'],
    };
  });

const vertex = z.looseObject({
  id: z.string(),
  name: z.string(),
  parallelism: z.number(),
  maxParallelism: z.number(),
  status: taskState,
  tasks: taskCounts,
  slotSharingGroupId: z.string().nullish(),
  metrics: io.optional().catch(undefined),
});

const planNode = z.looseObject({
  id: z.string(),
  inputs: z.array(z.looseObject({ id: z.string(), ship_strategy: z.string() })).default([]),
});

const noPlan = { nodes: [] };

export const jobDetail = z
  .looseObject({
    jid: z.string(),
    name: z.string(),
    state: jobState,
    'start-time': z.number(),
    'end-time': z.number(),
    now: z.number(),
    timestamps: z.record(z.string(), z.number()),
    vertices: z.array(vertex),
    // Of a job that has not been planned yet, there is none.
    plan: z
      .looseObject({ nodes: z.array(planNode) })
      .default(noPlan)
      .catch(noPlan),
  })
  .transform((job): JobDetail => {
    const inputs = new Map(job.plan.nodes.map((node) => [node.id, inputsOf(node)]));
    return {
      id: job.jid,
      name: job.name,
      state: job.state,
      startedAtMs: job['start-time'],
      ...endOf(job),
      nowMs: job.now,
      enteredAtMs: Object.fromEntries(Object.entries(job.timestamps).filter(([, timeMs]) => timeMs > 0)),
      vertices: job.vertices.map(({ status, metrics, slotSharingGroupId, ...one }) => {
        return {
          id: one.id,
          name: one.name,
          parallelism: one.parallelism,
          maxParallelism: one.maxParallelism,
          state: status,
          tasks: one.tasks,
          ...(inputs.has(one.id) && { inputs: inputs.get(one.id) ?? [] }),
          ...(slotSharingGroupId && { slotSharingGroup: slotSharingGroupId }),
          ...(metrics && { io: metrics }),
        };
      }),
    };
  });

function inputsOf({ inputs }: z.output<typeof planNode>): VertexInput[] {
  return inputs.map(({ id, ship_strategy: shipStrategy }) => ({ id, shipStrategy }));
}

const exceptionEntry = z
  .looseObject({
    exceptionName: z.string(),
    stacktrace: z.string(),
    timestamp: z.number(),
    taskName: z.string().nullish(),
    taskManagerId: z.string().nullish(),
  })
  .transform((entry): FlinkException => {
    return {
      name: entry.exceptionName,
      stackTrace: entry.stacktrace,
      timestampMs: entry.timestamp,
      ...(entry.taskName && { taskName: entry.taskName }),
      ...(entry.taskManagerId && { taskManagerId: entry.taskManagerId }),
    };
  });

const exceptionHistory = z.looseObject({ entries: z.array(exceptionEntry) });

/** 1.20 has the root exception also beside the history, and only there for a job that failed while it started. */
export const jobExceptions = z
  .looseObject({
    'root-exception': z.string().nullish(),
    timestamp: z.number().nullish(),
    exceptionHistory: exceptionHistory.optional(),
  })
  .transform((answer): JobExceptions => {
    const history = answer.exceptionHistory?.entries ?? [];
    const trace = answer['root-exception'];
    const older: FlinkException | undefined = trace
      ? { name: classOf(trace), stackTrace: trace, ...(answer.timestamp && { timestampMs: answer.timestamp }) }
      : undefined;
    const root = history[0] ?? older;
    return { history, ...(root && { root }) };
  });

export const applicationExceptions = z
  .looseObject({ exceptionHistory })
  .transform((answer): FlinkException[] => answer.exceptionHistory.entries);

export const applicationsOverview = z
  .looseObject({
    applications: z.array(
      z.looseObject({ id: z.string(), name: z.string(), status: z.string(), jobs: z.record(z.string(), z.number()) }),
    ),
  })
  .transform(({ applications }) =>
    applications.map(({ id, name, status, jobs }): FlinkApplication => ({ id, name, state: status, jobs })),
  );

/** An exception that Flink serialized; its Java bytes are left out. */
export const serializedFailure = z
  .looseObject({ class: z.string(), 'stack-trace': z.string() })
  .transform((cause): FlinkException => ({ name: cause.class, stackTrace: cause['stack-trace'] }));

/** The end of a job; null while it has none. */
export const executionResult = z
  .looseObject({
    'job-execution-result': z.looseObject({ 'failure-cause': serializedFailure.nullish() }).nullish(),
  })
  .transform((answer): FlinkException | undefined => answer['job-execution-result']?.['failure-cause'] ?? undefined);

export const taskManagers = z
  .looseObject({
    taskmanagers: z.array(
      z.looseObject({
        id: z.string(),
        slotsNumber: z.number(),
        freeSlots: z.number(),
        timeSinceLastHeartbeat: z.number(),
      }),
    ),
  })
  .transform(({ taskmanagers }) =>
    taskmanagers.map((one): TaskManager => {
      const { id, slotsNumber, freeSlots, timeSinceLastHeartbeat } = one;
      return { id, slotsTotal: slotsNumber, slotsFree: freeSlots, lastHeartbeatAtMs: timeSinceLastHeartbeat };
    }),
  );

/** The id of what was uploaded: Flink answers with the whole path. */
export const uploaded = z
  .looseObject({ filename: z.string() })
  .transform(({ filename }) => filename.slice(filename.lastIndexOf('/') + 1));

export const jars = z
  .looseObject({ files: z.array(z.looseObject({ id: z.string(), name: z.string() })) })
  .transform(({ files }) => files.map(({ id, name }): UploadedJar => ({ id, name })));

/** The id of what was submitted. */
export const runResult = z.looseObject({ jobid: z.string() }).transform((answer) => answer.jobid);

/** Flink says -1 for "not yet". */
function endOf(job: { state: FlinkJobState; 'start-time': number; 'end-time': number }): { endedAtMs?: number } {
  if (job['end-time'] > 0) return { endedAtMs: job['end-time'] };
  // Flink tells no end of a job that was canceled while it waited for its first slots.
  return isFinalState(job.state) ? { endedAtMs: job['start-time'] } : {};
}

function classOf(trace: string): string {
  return /^[\w.$]+/.exec(trace)?.[0] ?? '';
}
