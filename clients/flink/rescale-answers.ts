/** Flink's answers about the parallelism of a running job, and where its subtasks run, parsed into our own shapes. */
import { z } from 'zod';
import { taskState } from './answers.ts';
import type { ResourceRequirements, Subtask } from './client.ts';

export const resourceRequirements = z
  .record(z.string(), z.looseObject({ parallelism: z.looseObject({ lowerBound: z.int(), upperBound: z.int() }) }))
  .transform((answer): ResourceRequirements => {
    const vertices = Object.entries(answer).map(([id, { parallelism }]) => {
      return [id, { lower: parallelism.lowerBound, upper: parallelism.upperBound }] as const;
    });
    return Object.fromEntries(vertices);
  });

/** The same as Flink takes it. */
export function requirementsBody(requirements: ResourceRequirements) {
  const vertices = Object.entries(requirements).map(([id, { lower, upper }]) => {
    return [id, { parallelism: { lowerBound: lower, upperBound: upper } }] as const;
  });
  return Object.fromEntries(vertices);
}

export const subtasks = z
  .looseObject({
    subtasks: z.array(
      z.looseObject({
        status: taskState,
        'taskmanager-id': z.string().nullish(),
        'start-time': z.number(),
        'status-duration': z.record(z.string(), z.number()),
      }),
    ),
  })
  .transform((answer) =>
    answer.subtasks.map((one): Subtask => {
      const place = one['taskmanager-id'];
      return {
        state: one.status,
        ...(place && place !== unassigned && { taskManager: place }),
        ...runningSince(one['start-time'], one['status-duration']),
      };
    }),
  );

/** Flink's word for a subtask that has no TaskManager yet. */
const unassigned = '(unassigned)';

/** A subtask starts when it is deployed, and runs when that and its initialization are done. Flink says -1 for "never". */
function runningSince(startMs: number, durations: Readonly<Record<string, number>>): { runningAtMs?: number } {
  const { RUNNING = -1, DEPLOYING = 0, INITIALIZING = 0 } = durations;
  return RUNNING < 0 ? {} : { runningAtMs: startMs + Math.max(0, DEPLOYING) + Math.max(0, INITIALIZING) };
}
