/** `spec.cleanup`: what becomes of a job's Flink cluster when the job has ended, and of the job when it is deleted. */
import { z } from 'zod';
import { defaults } from '../spec/defaults.ts';

const fallback = defaults.spec.cleanup;

/** How a job's end is brought about when it is deleted. */
export const deletions = ['cancel', 'savepoint', 'leave'] as const;

/** What becomes of the savepoints of a job that is deleted. */
export const savepointsLeft = ['keep', 'dispose'] as const;

function flinkCluster(name: 'finished' | 'failed' | 'canceled', when: string, besides = '') {
  return z
    .enum(['remove', 'keep'])
    .default(fallback[name])
    .describe(
      `Whether its Flink cluster is removed or kept for a look ${when}. The next operation removes it.${besides}`,
    );
}

export const cleanupSchema = z
  .strictObject({
    finished: flinkCluster('finished', 'when the job has finished by itself'),
    failed: flinkCluster('failed', 'when a deploy of it has failed'),
    canceled: flinkCluster(
      'canceled',
      'when it was canceled',
      ' With its state left behind (`stateless`) it is removed.',
    ),
    deleted: z
      .enum(deletions)
      .default(fallback.deleted)
      .describe(
        'What becomes of a running job that is deleted. `cancel`: it is canceled. `savepoint`: it is stopped with a savepoint, and stays if that fails. `leave`: it runs on, and Drey forgets it; a job of that name takes it over.',
      ),
    savepoints: z
      .enum(savepointsLeft)
      .default(fallback.savepoints)
      .describe(
        'What becomes of the savepoints of a job that is deleted. `keep`: they stay, and can be listed, restored and disposed of by the job’s name. `dispose`: their files are deleted, except those of the savepoint with which the deletion stops the job, and of what another job starts from. A job that is left running keeps them.',
      ),
  })
  .prefault({})
  .describe("What becomes of the job's Flink cluster when the job has ended, and of the job when it is deleted.");
