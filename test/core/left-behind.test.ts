/** What is said of a job that is left in its cluster, and of one whose cluster has no agent. */
import { expect, test } from '@jest/globals';
import { awaitedAgent } from '../../core/awaited-agent.ts';
import type { Generation } from '../../core/generation.ts';
import { leftBehind } from '../../core/left-behind.ts';
import { operationKinds, type OperationKind } from '../../core/operation-kinds.ts';
import { someGeneration, someTime } from '../support/state-fixture.ts';

const job = { tenant: 'shop', name: 'orders', cluster: 'north', namespace: 'flink' };
const where =
  'in namespace flink of cluster north: kubectl -n flink get all,configmaps,ingresses -l drey.dev/tenant=shop,drey.dev/job=orders';

test.each<[string, readonly Generation[], string]>([
  ['what it has', [someGeneration(2)], `orders-abcdefgh-2, ${where}`],
  ['all that it may have', [someGeneration(3), someGeneration(2)], `orders-abcdefgh-3, orders-abcdefgh-2, ${where}`],
  ['where to look though nothing is known', [], `whatever there is of it, ${where}`],
])('what is left names %s', (_title, generations, text) => expect(leftBehind(job, generations)).toBe(text));

// oxlint-disable-next-line typescript/no-unsafe-type-assertion
test.each(Object.keys(operationKinds) as OperationKind[])('%s says for whom it waits', (kind) => {
  const text = awaitedAgent({ cluster: 'north', noticedAt: someTime, kind, name: 'orders' });
  expect(text).toContain(`no agent of cluster north had taken it up by ${someTime}: it waits for one`);
  expect(text.includes('drey delete job orders --forget')).toBe(kind === 'remove');
});
