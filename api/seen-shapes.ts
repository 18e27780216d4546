/** What agents see of jobs, as they bring it and as it is answered. */
import { z } from 'zod';
import { flinkJobStates } from '../core/flink/flink-job-state.ts';
import { seenPathMax } from '../core/observation/job-seen.ts';
import { time } from './shape-parts.ts';

const count = z.int().min(0);

const checkpoints = z.strictObject({
  readAt: time.describe('When Flink told of them.'),
  newest: z
    .strictObject({
      id: count,
      path: z.string().max(seenPathMax).optional().describe('Absent where it is in the JobManager’s memory only.'),
      completedAt: time,
      durationMs: z.number().min(0).optional(),
      sizeBytes: z.number().min(0).optional().describe('Of the state that is in it.'),
    })
    .optional()
    .describe('The newest that the job has completed since it was submitted last; absent: none.'),
  failures: count.describe('How many have failed since that one.'),
});

export const jobSeen = z
  .strictObject({
    at: time.describe('When it was seen so, by the agent’s clock: told anew when it changes, and every five minutes.'),
    generation: z.int().min(1),
    state: z
      .enum([...flinkJobStates, 'absent', 'silent'])
      .describe('As Flink says it; `absent`: its JobManager does not know it, `silent`: that does not answer.'),
    tasks: z.strictObject({ running: count, total: count }).optional(),
    restarts: count.describe('How often Flink has restarted it since it was submitted.'),
    checkpoints: checkpoints.optional().describe('Absent as long as Flink has not told.'),
    taskManagers: z.strictObject({ ready: count, wanted: count }).describe('By their pods.'),
    slots: z
      .strictObject({ total: count, free: count })
      .optional()
      .describe('Of all TaskManagers that have registered; absent where nothing is measured.'),
  })
  .meta({ id: 'Seen' });

/** Far below what a request may have, with the longest paths. */
const jobsMax = 500;

export const seenBatch = z.strictObject({
  jobs: z
    .array(
      z.strictObject({
        uid: z.string().regex(/^[a-z0-9-]{1,63}$/, 'must be the uid of a job'),
        submission: z.int().min(0).max(2_147_483_647).describe('Of the job that is meant, in Flink.'),
        attemptMs: count.describe('When the attempt began that has seen it, by Temporal’s clock.'),
        seq: count.describe('Counts within that attempt: the newest counts.'),
        seen: jobSeen,
      }),
    )
    .min(1)
    .max(jobsMax),
});

export const seenTaken = z.object({
  taken: z.int(),
  dropped: z.int().describe('Of jobs that are not recorded or not on this cluster, or not newer than what is known.'),
});
