/** What an agent is answered to its heartbeat. */
import { z } from 'zod';

const room = z.object({ slots: z.number(), cpuCores: z.number(), memoryBytes: z.number() });

export const heartbeatAnswer = z
  .object({
    quotas: z
      .array(
        z.object({
          of: z.enum(['tenant', 'cluster']),
          name: z.string(),
          limits: room.partial(),
          taken: room.describe('By all jobs of it.'),
        }),
      )
      .optional()
      .describe('Of the cluster, and of tenants with jobs on it; absent while that is not known.'),
  })
  .meta({ id: 'Heard' });
