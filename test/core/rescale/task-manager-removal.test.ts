import { expect, test } from '@jest/globals';
import { decideRemoval } from '../../../core/rescale/task-manager-removal.ts';

const pods = ['a', 'b', 'c'];

test.each([
  [
    'those without a task go',
    { pods, busy: ['b'], replicas: 3, wanted: 1 },
    { replicas: 1, first: ['a', 'c'], tooMany: 0 },
  ],
  ['no more than are too many', { pods, busy: ['b'], replicas: 3, wanted: 2 }, { replicas: 2, first: ['a', 'c'] }],
  ['one in use stays, needed or not', { pods, busy: ['a', 'c'], replicas: 3, wanted: 1 }, { replicas: 2, tooMany: 1 }],
  [
    'where all are in use, all stay',
    { pods, busy: pods, replicas: 3, wanted: 1 },
    { replicas: 3, first: [], tooMany: 2 },
  ],
  ['done before, nothing more goes', { pods: ['b'], busy: ['b'], replicas: 1, wanted: 1 }, { replicas: 1, first: [] }],
  ['none is ever added', { pods: ['b'], busy: ['b'], replicas: 1, wanted: 2 }, { replicas: 1, tooMany: 0 }],
  [
    'one on its way out is not counted',
    { pods: ['a', 'b'], busy: ['b', 'gone'], replicas: 3, wanted: 1 },
    { replicas: 1 },
  ],
  ['a job that has ended needs none', { pods, busy: [], replicas: 3, wanted: 1 }, { replicas: 1, first: pods }],
])('%s', (_name, seen, removal) => {
  expect(decideRemoval(seen)).toMatchObject(removal);
});
