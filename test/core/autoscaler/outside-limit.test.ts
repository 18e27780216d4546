/** Where a decision says to look for what holds a vertex up, when more subtasks do not help it. */
import { expect, test } from '@jest/globals';
import { outsideLimit } from '../../../core/autoscaler/outside-limit.ts';
import type { JobVertex } from '../../../core/autoscaler/samples.ts';

const vertex = (id: string, name: string, ...inputs: readonly string[]): JobVertex => ({
  id,
  name,
  parallelism: 2,
  maxParallelism: 128,
  inputs: inputs.map((input) => ({ id: input, shipStrategy: 'HASH' })),
});

const job = [
  vertex('source', 'Source: orders'),
  vertex('enrich', 'enrich', 'source'),
  vertex('rewrite', 'rewriter', 'enrich'),
  vertex('write', 'count -> Sink: Writer', 'rewrite'),
  vertex('commit', 'Sink: Committer', 'write'),
];

test.each([
  ['source', 'It is a source: look at what it reads from'],
  ['enrich', 'Look at services that it calls, and for a key that most records have'],
  ['rewrite', 'Look at services that it calls, and for a key that most records have'],
  ['write', 'It holds a sink: look at what that writes to'],
  ['commit', 'It holds a sink: look at what that writes to'],
])('%s', (id, said) => {
  const found = job.filter((one) => one.id === id).map((one) => outsideLimit(one, job));
  expect(found).toEqual([said]);
});

test('a vertex that everything is chained into writes, too', () => {
  const alone = vertex('all', 'Source: orders -> count');
  expect(outsideLimit(alone, [alone])).toBe('It holds a sink: look at what that writes to');
});
