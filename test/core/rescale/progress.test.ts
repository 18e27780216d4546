import { expect, test } from '@jest/globals';
import { progressOfRescale } from '../../../core/rescale/progress.ts';

type Tasks = Readonly<Record<string, number>>;

const vertex = (id: string, parallelism: number, tasks: Tasks) => ({ id, name: id, parallelism, tasks });
const wanted = { source: 3, sink: 1 };

test.each([
  [
    'nothing has happened yet',
    'RUNNING',
    [vertex('source', 1, { RUNNING: 1 }), vertex('sink', 1, { RUNNING: 1 })],
    { done: false, rescaled: false, text: '"source" at 1 of 3' },
  ],
  [
    'the scheduler has settled for less, and all of that runs',
    'RUNNING',
    [vertex('source', 2, { RUNNING: 2 }), vertex('sink', 1, { RUNNING: 1 })],
    { done: false, rescaled: false, text: '"source" at 2 of 3' },
  ],
  [
    'the tasks are on their way',
    'RUNNING',
    [vertex('source', 3, { RUNNING: 1, DEPLOYING: 2 }), vertex('sink', 1, { RUNNING: 1 })],
    { done: false, rescaled: true, text: '2 of 4 tasks running' },
  ],
  [
    'all run',
    'RUNNING',
    [vertex('source', 3, { RUNNING: 3 }), vertex('sink', 1, { RUNNING: 1 })],
    { done: true, rescaled: true, text: '4 of 4 tasks running' },
  ],
  [
    'some had nothing to do',
    'RUNNING',
    [vertex('source', 3, { RUNNING: 1, FINISHED: 2 }), vertex('sink', 1, { RUNNING: 1 })],
    { done: true, rescaled: true },
  ],
  [
    'the job restarts',
    'RESTARTING',
    [vertex('source', 3, { RUNNING: 3 }), vertex('sink', 1, { RUNNING: 1 })],
    { done: false, rescaled: true },
  ],
  ['the job has no tasks yet', 'CREATED', [], { done: false, rescaled: false }],
])('%s', (_name, state, vertices, progress) => {
  expect(progressOfRescale({ state, vertices }, wanted)).toMatchObject(progress);
});
