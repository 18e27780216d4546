import { expect, test } from '@jest/globals';
import { scaled, type ScaleWish } from '../../core/verbs.ts';
import { smallSpec } from '../support/state-fixture.ts';

const [one, other] = ['0a448493b4782967b150582570326227', '1a448493b4782967b150582570326227'] as const;
const job = { jarUri: 'local:///opt/job.jar', parallelism: 2 };

test.each<[string, ScaleWish, object]>([
  ['the job alone', { parallelism: 4 }, { parallelism: 4, vertexParallelism: { [one]: 3 } }],
  ['another vertex', { vertices: { [other]: 5 } }, { parallelism: 2, vertexParallelism: { [one]: 3, [other]: 5 } }],
  ['a vertex that follows again', { vertices: { [one]: null } }, { parallelism: 2 }],
])('scaling %s leaves the rest', (_title, wish, parallelism) => {
  const scaledJob = scaled(smallSpec({ job: { ...job, vertexParallelism: { [one]: 3 } } }), wish).spec.job;
  const { parallelism: own, vertexParallelism } = scaledJob;
  expect({ parallelism: own, ...(vertexParallelism && { vertexParallelism }) }).toEqual(parallelism);
});
