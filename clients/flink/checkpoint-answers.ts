/** Flink's answers about checkpoints, savepoints and what was asked of them, parsed into our own shapes. */
import { z } from 'zod';
import { serializedFailure } from './answers.ts';
import type { AsyncResult, CheckpointConfig, CheckpointRecord, Checkpoints, FailedCheckpoint } from './client.ts';

const completed = z
  .looseObject({
    id: z.number(),
    is_savepoint: z.boolean(),
    trigger_timestamp: z.number(),
    latest_ack_timestamp: z.number(),
    state_size: z.number(),
    external_path: z.string().nullish(),
    discarded: z.boolean().nullish(),
    checkpoint_type: z.string().nullish(),
    savepointFormat: z.string().nullish(),
  })
  .transform((one): CheckpointRecord => {
    return {
      id: one.id,
      savepoint: one.is_savepoint,
      triggeredAtMs: one.trigger_timestamp,
      completedAtMs: one.latest_ack_timestamp,
      stateBytes: one.state_size,
      ...pathOf(one.external_path),
      discarded: one.discarded ?? false,
      isStop: one.checkpoint_type === 'SYNC_SAVEPOINT',
      ...(one.savepointFormat === 'NATIVE' && { format: 'native' }),
      ...(one.savepointFormat === 'CANONICAL' && { format: 'canonical' }),
    };
  });

const failedShape = z.looseObject({
  id: z.number(),
  is_savepoint: z.boolean(),
  failure_timestamp: z.number(),
  failure_message: z.string().nullish(),
});

function failedOf(one: z.output<typeof failedShape>): FailedCheckpoint {
  return {
    id: one.id,
    savepoint: one.is_savepoint,
    failedAtMs: one.failure_timestamp,
    message: one.failure_message ?? 'no message',
  };
}

const restored = z
  .looseObject({
    id: z.number(),
    is_savepoint: z.boolean(),
    restore_timestamp: z.number(),
    external_path: z.string().nullish(),
  })
  .transform((one) => {
    return {
      id: one.id,
      savepoint: one.is_savepoint,
      restoredAtMs: one.restore_timestamp,
      ...pathOf(one.external_path),
    };
  });

interface HistoryEntry {
  readonly completed?: CheckpointRecord;
  readonly failed?: FailedCheckpoint;
  readonly isSavepointUnderWay?: boolean;
}

/** Those that have not completed come first: what matches neither is not understood. */
const historyEntry = z.union([
  z
    .looseObject({ status: z.literal('IN_PROGRESS'), is_savepoint: z.boolean() })
    .transform((one): HistoryEntry => ({ isSavepointUnderWay: one.is_savepoint })),
  failedShape.extend({ status: z.literal('FAILED') }).transform((one): HistoryEntry => ({ failed: failedOf(one) })),
  completed.transform((one): HistoryEntry => ({ completed: one })),
]);

export const checkpoints = z
  .looseObject({
    history: z.array(historyEntry),
    counts: z.looseObject({
      restored: z.number(),
      total: z.number(),
      in_progress: z.number(),
      completed: z.number(),
      failed: z.number(),
    }),
    latest: z.looseObject({
      completed: completed.nullish(),
      savepoint: completed.nullish(),
      failed: failedShape.transform(failedOf).nullish(),
      restored: restored.nullish(),
    }),
  })
  .transform(({ counts, latest, history }): Checkpoints => {
    return {
      counts: {
        restored: counts.restored,
        total: counts.total,
        inProgress: counts.in_progress,
        completed: counts.completed,
        failed: counts.failed,
      },
      recentCompleted: history.flatMap((one) => one.completed ?? []),
      recentFailed: history.flatMap((one) => one.failed ?? []),
      savepointUnderWay: history.some((one) => one.isSavepointUnderWay),
      ...(latest.completed && { latestCompleted: latest.completed }),
      ...(latest.savepoint && { latestSavepoint: latest.savepoint }),
      ...(latest.failed && { latestFailed: latest.failed }),
      ...(latest.restored && { latestRestored: latest.restored }),
    };
  });

/** Flink says the largest long for "no periodic checkpoints"; as a double it is not that exactly. */
const never = 2 ** 62;

export const checkpointConfig = z
  .looseObject({
    mode: z.enum(['exactly_once', 'at_least_once']),
    interval: z.number(),
    min_pause: z.number(),
    timeout: z.number(),
    externalization: z.looseObject({ enabled: z.boolean(), delete_on_cancellation: z.boolean() }),
    state_backend: z.string(),
    checkpoint_storage: z.string(),
  })
  .transform((answer): CheckpointConfig => {
    const { enabled, delete_on_cancellation: deleted } = answer.externalization;
    return {
      mode: answer.mode,
      // Flink itself takes the pause for the interval where that is shorter.
      ...(answer.interval > 0 &&
        answer.interval < never && { intervalMs: Math.max(answer.interval, answer.min_pause) }),
      timeoutMs: answer.timeout,
      retained: enabled && !deleted,
      stateBackend: answer.state_backend,
      storage: answer.checkpoint_storage,
    };
  });

/** What was asked for is found again under this id. */
export const triggerResult = z.looseObject({ 'request-id': z.string() }).transform((answer) => answer['request-id']);

const operation = z.looseObject({
  location: z.string().nullish(),
  checkpointId: z.number().nullish(),
  /** Savepoints and checkpoints name the same thing differently. */
  'failure-cause': serializedFailure.nullish(),
  failureCause: serializedFailure.nullish(),
});

/** `COMPLETED` only says that it has ended: a failure lies beside it. */
const asyncStatus = z.looseObject({
  status: z.looseObject({ id: z.enum(['IN_PROGRESS', 'COMPLETED']) }),
  operation: operation.nullish(),
});

export const savepointStatus = asyncStatus.transform((answer) =>
  resultOf(answer, ({ location }) => (location ? { location } : undefined)),
);

export const checkpointStatus = asyncStatus.transform((answer) =>
  resultOf(answer, ({ checkpointId }) => (typeof checkpointId === 'number' ? { checkpointId } : undefined)),
);

function resultOf<Done>(
  { status, operation: ended }: z.output<typeof asyncStatus>,
  doneOf: (ended: z.output<typeof operation>) => Done | undefined,
): AsyncResult<Done> {
  if (status.id === 'IN_PROGRESS') return { state: 'inProgress' };
  const done = ended ? doneOf(ended) : undefined;
  const cause = ended?.['failure-cause'] ?? ended?.failureCause;
  if (done !== undefined && !cause) return { state: 'completed', ...done };
  return { state: 'failed', cause: cause ?? { name: '', stackTrace: 'Flink gave neither a result nor a cause' } };
}

function pathOf(path: string | null | undefined): { path?: string } {
  // Checkpoints kept in the JobManager's memory have a phrase in angle brackets in the place of a path.
  return path && !path.startsWith('<') ? { path } : {};
}
