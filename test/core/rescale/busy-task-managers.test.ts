import { expect, test } from '@jest/globals';
import { busyTaskManagers, type PlacedTask } from '../../../core/rescale/busy-task-managers.ts';

const pods = ['a', 'b', 'c'];

function on(...names: readonly (string | undefined)[]): PlacedTask[] {
  return names.map((name) => ({ state: 'RUNNING', ...(name !== undefined && { taskManager: name }) }));
}

test.each<[string, readonly (readonly PlacedTask[] | undefined)[], readonly string[] | undefined]>([
  ['each with a task is in use, once', [on('a', 'b'), on('b')], ['a', 'b']],
  ['a vertex that is not found leaves nobody idle', [on('a'), undefined], undefined],
  ['nor does one without a task', [on('a'), []], undefined],
  ['nor does a job without a vertex', [], undefined],
  ['nor does a task without a place', [on('a', undefined)], undefined],
  ['nor does a task whose TaskManager is gone: it comes up on another', [on('a', 'gone')], undefined],
  [
    'what has finished where that went does not come up again',
    [on('a'), [{ state: 'FINISHED', taskManager: 'gone' }]],
    ['a', 'gone'],
  ],
])('%s', (_name, vertices, busy) => {
  expect(busyTaskManagers(vertices, pods)).toEqual(busy);
});
