/** `spec.savepoints`: which savepoints Drey takes by itself, in which format, and how many are kept. */
import { z } from 'zod';
import { defaults, scheduleDefaults } from '../spec/defaults.ts';
import { savepointFormats } from '../savepoint.ts';
import { cronExpression, duration, timeZone } from './fields.ts';

const fallback = defaults.spec.savepoints;

export const savepointsSchema = z
  .strictObject({
    format: z
      .enum(savepointFormats)
      .default(fallback.format)
      .describe(
        'Of savepoints that are taken while the job runs. `native`: fast, in the form of the state backend. `canonical`: the same for all state backends; jobs with asynchronous state cannot write it.',
      ),
    every: duration('5s', '365d')
      .optional()
      .describe(
        'Takes a savepoint each time that so much has passed. One whose time comes while an operation runs is left out.',
      ),
    schedule: z
      .strictObject({
        cron: cronExpression().meta({ description: 'When, as five cron fields.', examples: ['0 3 * * *'] }),
        timeZone: timeZone()
          .default(scheduleDefaults.timeZone)
          .describe('In which time zone the fields are meant; changes between summer and winter time are heeded.'),
      })
      .optional()
      .describe('Takes a savepoint at these times. One whose time comes while an operation runs is left out.'),
    retain: z
      .strictObject({
        count: z.int().min(1).max(100).default(fallback.retain.count).describe('How many of the newest are kept.'),
        age: duration('1s', '3650d').optional().describe('How old one may be that is kept. Without it, any age.'),
      })
      .prefault({})
      .describe(
        'Which savepoints are kept when a newer one was taken; the files of others are deleted. It counts for all that Drey has taken, whoever asked. The newest one always stays, and what the job may need again.',
      ),
  })
  .prefault({})
  .describe('Savepoints that are taken while the job runs, and how many of all are kept.');
