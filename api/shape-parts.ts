/** What several answers have in them. */
import { z } from 'zod';

export const time = z.iso.datetime().describe('ISO 8601 in UTC.');

export const given = z
  .record(
    z.string(),
    z.object({
      to: z.int(),
      over: z.int().optional().describe('What the applied spec says of it; absent: nothing.'),
      least: z.int().optional().describe('Of memory: what a recovery has raised it to.'),
    }),
  )
  .describe(
    'Parallelism in the spec that nobody has applied: by vertex, what the autoscaler gave, or somebody by hand while it was active. Under `slots`: of `spec.job.slots`. Under `memory`: bytes of each TaskManager.',
  );
