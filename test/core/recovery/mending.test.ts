/** Which ends of operations leave what was tried before counted. */
import { expect, test } from '@jest/globals';
import { concludeTrouble, keepsAttempts } from '../../../core/recovery/mending.ts';
import { attempt } from '../../support/recovery-attempts.ts';
import { someOperation, someState } from '../../support/state-fixture.ts';

test.each<[string, string, boolean]>([
  ['a person', 'ada', false],
  ['the autoscaler, which has mended nothing', 'autoscaler', true],
])('attempts go on to count after an operation of %s that went well: or not', (_who, requestedBy, isKept) => {
  const state = someState({ attempts: [attempt(1), attempt(100)] });
  const rescale = someOperation(9, 'rescale');
  const ended = { ...rescale, record: { ...rescale.record, requestedBy } };
  const keeps = keepsAttempts(state, ended);
  expect(keeps).toBe(isKept);
  concludeTrouble(state, ended, { keepsAttempts: keeps });
  expect(state.attempts).toHaveLength(isKept ? 2 : 0);
});
