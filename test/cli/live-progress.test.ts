import { expect, test } from '@jest/globals';
import { liveProgress, renderBlock } from '../../cli/progress/live-progress.ts';
import { progressOn } from '../../cli/progress/choose-progress.ts';
import type { OperationRecord, StepState } from '../../core/operation.ts';
import { operationRecord } from '../support/records.ts';

const startedAt = '2026-01-01T00:00:00.000Z';
const now = Date.parse(startedAt) + 12_300;

function step(title: string, state: StepState, detail?: string): OperationRecord['steps'][number] {
  return {
    name: title,
    title,
    state,
    startedAt,
    ...(state === 'running' ? {} : { endedAt: startedAt }),
    ...(detail && { detail }),
  };
}

const operation = operationRecord({
  startedAt,
  steps: [step('Objects applied', 'done'), step('First checkpoint', 'skipped'), step('Slots', 'running', '1 of 2')],
});

function screen(columns: number, rows: number) {
  let text = '';
  return { isTTY: true, columns, rows, write: (more: string) => (text += more), read: () => text };
}

test('a block shows each step with its sign, time and detail', () => {
  expect(renderBlock('flinkjob/counts', operation, now)).toEqual([
    'flinkjob/counts: deploy 1 running',
    '  ✓ Objects applied     0.0s',
    '  – First checkpoint    0.0s',
    '  ⠸ Slots              12.3s  1 of 2',
  ]);
});

test('rewrites in place, cuts what is too wide, and keeps the last state', () => {
  const output = screen(20, 40);
  const progress = liveProgress(output, { now: () => now });
  progress.show('flinkjob/counts', operation);
  progress.show('flinkjob/counts', { ...operation, state: 'succeeded', steps: [], endedAt: startedAt });
  progress.end();
  const [first, second, third] = output.read().split('\u001b[J').slice(1);
  expect(first).toBe('flinkjob/counts: d…\n  ✓ Objects applie…\n  – First checkpoi…\n  ⠸ Slots         …\n\u001b[4A');
  expect(second).toBe('flinkjob/counts: d…\n\u001b[1A');
  expect(third).toBe('flinkjob/counts: d…\n');
});

test('never draws more lines than the terminal has', () => {
  const output = screen(80, 3);
  const progress = liveProgress(output, { now: () => now });
  progress.show('flinkjob/counts', operation);
  progress.end();
  expect(output.read().split('\n')).toHaveLength(5);
});

test('a dumb terminal and CI get plain lines, also of what a step says while it runs', () => {
  const output = screen(80, 40);
  progressOn(output, { now: () => now, env: { TERM: 'dumb' } }).show('flinkjob/counts', operation);
  expect(output.read()).toBe(
    [
      'flinkjob/counts: deploy 1: Objects applied done in 0.0s',
      'flinkjob/counts: deploy 1: First checkpoint skipped in 0.0s',
      'flinkjob/counts: deploy 1: Slots: 1 of 2',
      '',
    ].join('\n'),
  );
});
