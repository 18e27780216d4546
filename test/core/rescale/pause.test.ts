import { expect, test } from '@jest/globals';
import { pauseOf } from '../../../core/rescale/pause.ts';

test.each([
  ['from the checkpoint to the last task', { wentOnFromMs: 1000, createdAtMs: 1200, runningAtMs: [1300, 1450] }, 450],
  ['without a checkpoint, from when the old tasks had ended', { createdAtMs: 1200, runningAtMs: [1300, 1450] }, 250],
  ['unknown while a task does not run', { wentOnFromMs: 1000, runningAtMs: [1300, undefined] }, undefined],
  ['unknown without tasks', { wentOnFromMs: 1000, runningAtMs: [] }, undefined],
  ['unknown without a beginning', { runningAtMs: [1300] }, undefined],
])('%s', (_name, seen, pauseMs) => {
  expect(pauseOf(seen)).toBe(pauseMs);
});
