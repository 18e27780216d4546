import { expect, test } from '@jest/globals';
import { orphansAwaited, orphansStay } from '../../core/orphans.ts';

const left = ['job/default/orders/2-upgrade', 'job/default/orders/3-suspend'];

test('what an earlier workflow began is named with the bound of the wait', () => {
  expect(orphansAwaited(left)).toBe('job/default/orders/2-upgrade, job/default/orders/3-suspend, for 30 min at most');
});

test('where it does not end, the way out is said', () => {
  const { code, message, cure } = orphansStay(left, 'orders');
  expect([code, message]).toEqual(['EARLIER_OPERATION_RUNS', expect.stringContaining(left.join(', '))]);
  expect(cure).toContain('drey delete job orders --forget');
});
