/** `spec.recovery`: what Drey does when a running job breaks by itself, and how often. */
import { z } from 'zod';
import { restartTimesMax } from '../observation/bounds.ts';
import { defaults } from '../spec/defaults.ts';
import { duration, memory } from './fields.ts';

const fallback = defaults.spec.recovery;

const backoff = z
  .strictObject({
    initial: duration('1s', '1h')
      .default(fallback.backoff.initial)
      .describe('Before the second attempt; the first one is made at once, and each later one waits twice as long.'),
    max: duration('1s', '24h').default(fallback.backoff.max).describe('The longest wait between two attempts.'),
  })
  .prefault({})
  .describe('How long Drey waits between attempts.');

const checkpoints = z
  .strictObject({
    maxAge: duration('1s', '3650d')
      .optional()
      .describe('How old the newest checkpoint of a running job may become. Without it, an old one is only shown.'),
    maxFailures: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('How many checkpoints may fail in a row. Without it, failing ones are only shown.'),
  })
  .prefault({})
  .describe('When a running job is restarted for its checkpoints.');

const restartLoop = z
  .strictObject({
    restarts: z.int().min(2).max(restartTimesMax).default(fallback.restartLoop.restarts).describe('How many restarts.'),
    within: duration('10s', '24h').default(fallback.restartLoop.within).describe('Within which time.'),
  })
  .prefault({})
  .describe("When Flink's own restarts of a job count as a loop: then it goes on in a new Flink cluster.");

export const recoverySchema = z
  .strictObject({
    policy: z
      .enum(['never', 'on-failure', 'always'])
      .default(fallback.policy)
      .describe(
        '`never`: what breaks is shown, and nothing is done. `on-failure`: the job is brought back where another try can help. `always`: also where it most likely cannot, as for a main method that throws. A job that has finished, or that somebody canceled, is never brought back.',
      ),
    attempts: z
      .int()
      .min(1)
      .max(20)
      .default(fallback.attempts)
      .describe(
        'How many attempts may be made until one of them lasts for `stableAfter`; one that reached nobody does not count. After them the job is `FAILED` and says what was tried.',
      ),
    window: duration('1m', '30d')
      .default(fallback.window)
      .describe('Without effect: attempts count until one of them lasts. It stays since specs of before have it.'),
    backoff,
    stableAfter: duration('1s', '24h')
      .default(fallback.stableAfter)
      .describe(
        'How long a job must have run since an attempt for its attempts to be forgotten. A new revision that breaks before it has run that long is rolled back, if `upgrade.rollback` says so.',
      ),
    drift: z
      .enum(['show', 'heal'])
      .default(fallback.drift)
      .describe(
        'What becomes of Kubernetes objects that somebody else changes or deletes while the job runs. `show`: they are shown. `heal`: they are put back.',
      ),
    checkpoints,
    restartLoop,
    memory: z
      .strictObject({
        max: memory()
          .optional()
          .meta({
            description:
              'Up to which limit the memory of a JobManager or TaskManager is raised that Kubernetes killed for using more. Without it, it is never raised.',
            examples: ['4Gi'],
          }),
      })
      .prefault({})
      .describe('Whether more memory is given to what runs out of it.'),
  })
  .prefault({})
  .describe('What is done when a running job breaks by itself, and how often.');
