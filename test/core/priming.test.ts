import { expect, test } from '@jest/globals';
import { primeRun } from '../../core/priming.ts';
import { generation, noStorage } from '../support/generation-fixture.ts';

test('the tiny job writes its checkpoints where the generation takes them along, and keeps none', () => {
  expect(primeRun(generation(), 4)).toMatchObject({
    parallelism: 4,
    args: [
      'execution.checkpointing.externalized-checkpoint-retention=NO_EXTERNALIZED_CHECKPOINTS',
      'execution.checkpointing.dir=file:///flink-state/high-availability/k3jx9a2b/2/prime',
    ],
  });
});

test('without storage its checkpoints stay in memory, as those of the user', () => {
  const { args } = primeRun(generation({ spec: { storage: noStorage } }), 1);
  expect(args.join(' ')).not.toContain('execution.checkpointing.dir');
});
