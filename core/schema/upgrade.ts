/** `spec.upgrade`: how a job goes from one revision to the next, and what happens when that fails. */
import { z } from 'zod';
import { defaults } from '../spec/defaults.ts';
import { duration } from './fields.ts';

/** Which state a job goes on from. */
export const upgradeModes = ['savepoint', 'last-state', 'stateless'] as const;

const fallback = defaults.spec.upgrade;

export const upgradeSchema = z
  .strictObject({
    mode: z
      .enum(upgradeModes)
      .default(fallback.mode)
      .describe(
        '`savepoint`: the job is stopped with a savepoint. `last-state`: it is canceled, and its newest retained checkpoint counts. `stateless`: it is canceled, and the next revision starts empty.',
      ),
    strategy: z
      .enum(['warm', 'recreate', 'blueGreen'])
      .optional()
      .describe(
        '`warm`: the next Flink cluster is up before the job stops, and the old one stays until the job is stable. `recreate`: the old one goes first. Without it, `warm` for `dedicated`; and for `application`, whose JobManager starts the job, as much as can be: its TaskManagers are up before the job stops. Where there is no room for two, `warm` becomes `recreate`. `blueGreen`: a candidate of the next revision starts from a savepoint and runs beside the job until `drey promote` or `drey discard`; what both write is written twice.',
      ),
    promoteAfter: duration('10s', '365d')
      .optional()
      .describe(
        'With `blueGreen`: how long a candidate runs until it is promoted by itself, where it is well. Without it, a person decides.',
      ),
    discardAfter: duration('10s', '365d')
      .optional()
      .describe(
        'With `blueGreen`: how long a candidate runs until it is discarded by itself. Without it, a person decides.',
      ),
    prime: z
      .enum(['none', 'runtime', 'plan'])
      .default(fallback.prime)
      .describe(
        'What a warm cluster does before the old job stops for it, so that the pause is short. `none`: nothing. `runtime`: runs a tiny job of Drey, which touches nothing of the user. `plan`: also runs the main method up to the job graph, with its side effects, but starts nothing; a main method that throws fails the upgrade before the old job is stopped.',
      ),
    stableAfter: duration('0s', '24h')
      .default(fallback.stableAfter)
      .describe(
        'How long all tasks must run without a restart, with a checkpoint completed, until the upgrade counts as stable.',
      ),
    rollback: z
      .boolean()
      .default(fallback.rollback)
      .describe('Whether the last stable revision is brought back when the new one does not become stable.'),
    whenSavepointFails: z
      .enum(['refuse', 'checkpoint'])
      .default(fallback.whenSavepointFails)
      .describe(
        '`refuse`: the job runs on, untouched. `checkpoint`: it is canceled, and goes on from its newest checkpoint.',
      ),
    maxStateAge: duration('1s', '3650d')
      .optional()
      .describe(
        'How old a checkpoint may be that a job goes on from when there is no savepoint. Of one that was restored and has completed none since, the age counts from its start. It goes on to age while starts from it fail. Where it is older, a running job is left alone, any other stays stopped until the limit is raised, and a candidate that is to be brought back is discarded. What somebody has suspended or canceled does not get too old after that. Without it, any age.',
      ),
  })
  .prefault({})
  .describe('How the job goes from one revision to the next.');
