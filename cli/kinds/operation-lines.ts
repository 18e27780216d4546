/** An operation with its steps, as `describe job` and `operation` print it. */
import { hasEnded, type OperationRecord } from '../../core/operation.ts';
import { endText } from '../progress/line-progress.ts';
import { renderTable } from '../table.ts';
import { failureLines, pairLines } from './lines.ts';
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
      ['Workflow', operation.workflowId],
    ]),
    ...failureLines(operation.failure),
    ...stepLines(operation, now),
  ];
}

function stepLines(operation: OperationRecord, now: number): string[] {
  if (operation.steps.length === 0) return [];
  const rows = operation.steps.map((step) => [step.title, step.state, stepTime(step, now), step.detail ?? '']);
  return ['Steps:', ...renderTable(['STEP', 'STATE', 'TIME', 'DETAIL'], rows).map((line) => `  ${line}`)];
}
