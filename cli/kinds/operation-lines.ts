/** An operation with its steps, as `describe job` and `operation` print it. */
import { hasEnded, type OperationRecord } from '../../core/operation.ts';
import { endText } from '../progress/line-progress.ts';
import { renderTable } from '../table.ts';
import { changeText } from './change-text.ts';
import { failureLines, pairLines, type Pair } from './lines.ts';
import { stepTime } from './operation-kind.ts';

/** Everything about one operation, as lines. */
export function operationLines(operation: OperationRecord, now: number): string[] {
  return [
    ...pairLines([
      ['Operation', `${operation.number} ${operation.kind}`],
      ['State', hasEnded(operation) ? endText(operation) : operation.state],
      ['Reason', operation.reason],
      ['Requested', `${operation.requestedAt} by ${operation.requestedBy}`],
      ['Started', operation.startedAt],
      ['Ended', operation.endedAt],
      ['Revision', operation.revision],
      ['Generation', operation.generation],
      ['Restored from', operation.restoredFrom],
      ...planPairs(operation),
      ['Pause', operation.pauseMs === undefined ? undefined : `${(operation.pauseMs / 1000).toFixed(2)} s`],
      ['Rolled back to', operation.rolledBackTo === undefined ? undefined : `revision ${operation.rolledBackTo}`],
      ['Workflow', operation.workflowId],
      ['To know', operation.notices?.map(({ code, message }) => `${code}: ${message}`).join('\n')],
    ]),
    ...failureLines(operation.failure),
    ...stepLines(operation, now),
  ];
}

function planPairs({ plan }: OperationRecord): Pair[] {
  if (!plan) return [];
  const how = [plan.cost, plan.strategy, plan.mode && `from ${plan.mode}`].filter((part) => part !== undefined);
  return [
    ['Cost', how.join(', ')],
    ['Changes', plan.changes.map(changeText).join('\n')],
    ['Notes', plan.notes.join('\n')],
  ];
}

function stepLines(operation: OperationRecord, now: number): string[] {
  if (operation.steps.length === 0) return [];
  const rows = operation.steps.map((step) => [step.title, step.state, stepTime(step, now), step.detail ?? '']);
  return ['Steps:', ...renderTable(['STEP', 'STATE', 'TIME', 'DETAIL'], rows).map((line) => `  ${line}`)];
}
