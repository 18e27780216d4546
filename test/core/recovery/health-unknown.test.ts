/** A job that runs, and of which Flink does not tell all. */
import { describe, expect, test } from '@jest/globals';
import type { Observation, UntoldPart } from '../../../core/observation/observation.ts';
import { expectFindings, found, type SpecChange } from '../../support/findings.ts';
import { ago, jobIs, observation } from '../../support/observation-fixture.ts';

const untold = (forSeconds: number, ...what: readonly UntoldPart[]): Partial<Observation> => ({
  untold: { what, sinceMs: ago(forSeconds), why: 'Flink answered 500: no' },
});
const limits: SpecChange = { recovery: { checkpoints: { maxAge: '1h', maxFailures: 1 } } };

describe('a job of which Flink does not tell', () => {
  expectFindings([
    [
      'its checkpoints is shown',
      untold(300, 'checkpoints'),
      {},
      'HEALTH_UNKNOWN',
      'report',
      /not told for 5 min whether its checkpoints stall or fail: Flink answered 500: no$/,
    ],
    [
      'its failures is shown',
      untold(400, 'failures'),
      {},
      'HEALTH_UNKNOWN',
      'report',
      /for 7 min whether it restarts over and over:/,
    ],
    [
      'either is shown, also where its checkpoints have limits: what is not known is no reason to end it',
      untold(9000, 'checkpoints', 'failures'),
      limits,
      'HEALTH_UNKNOWN',
      'report',
      /stall or fail, nor whether it restarts/,
    ],
    ['is shown for what is known of it', { ...untold(9000, 'failures'), ...old() }, {}, 'CHECKPOINT_TOO_OLD', 'report'],
    [
      'and that is not up is left to Flink',
      { ...untold(9000, 'failures'), ...jobIs('RESTARTING') },
      {},
      'FLINK_RECOVERS',
      'wait',
    ],
  ]);

  test('for a moment is well', () => expect(found(untold(290, 'checkpoints'))).toBeUndefined());
});

function old(): Partial<Observation> {
  const { checkpoints } = observation();
  return { checkpoints: { failures: 0, ...checkpoints, newest: { id: 7, completedAtMs: ago(4000) } } };
}
