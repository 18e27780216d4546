import { expect, test } from '@jest/globals';
import { pipelinesOf } from '../../../core/autoscaler/pipelines.ts';
import type { JobVertex } from '../../../core/autoscaler/samples.ts';
import { vertex } from './fixtures.ts';

/** How the vertices fall apart, each part by its ids. */
function partsOf(vertices: readonly JobVertex[]): string[] {
  const parts = new Map<string, string>();
  for (const [id, name] of pipelinesOf(vertices)) parts.set(name, (parts.get(name) ?? '') + id);
  return [...parts.values()];
}

test.each([
  ['a row', [vertex('a'), vertex('b', ['a']), vertex('c', ['b'])], ['abc']],
  ['two', [vertex('a'), vertex('b'), vertex('c', ['a']), vertex('d', ['b'])], ['ac', 'bd']],
  ['a join', [vertex('a'), vertex('b'), vertex('c', ['a', 'b']), vertex('d')], ['abc', 'd']],
  ['a fork', [vertex('a'), vertex('b', ['a']), vertex('c', ['a']), vertex('d', ['b'])], ['abcd']],
  ['rows that are joined late', [vertex('a'), vertex('b', ['a']), vertex('c'), vertex('d', ['b', 'c', 'a'])], ['abcd']],
  ['an input that is not known', [vertex('a', ['x']), vertex('b')], ['a', 'b']],
  ['nothing', [], []],
])('%s', (_name, vertices, parts) => expect(partsOf(vertices)).toEqual(parts));
