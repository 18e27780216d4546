/** How an operation is shown: columns for lists, and its steps for people. */
import type { OperationRecord, StepRecord } from '../../core/operation.ts';
import { ageOf, elapsedBetween } from '../duration.ts';
import type { Kind } from '../printing.ts';

/** How long the operation ran, or has been running. */
function durationText(operation: OperationRecord, now: number): string {
  if (operation.startedAt === undefined) return '';
  return elapsedBetween(operation.startedAt, operation.endedAt ?? now);
}

/** The step that runs, or the last one there was. */
function currentStep(operation: OperationRecord): StepRecord | undefined {
  return operation.steps.findLast((step) => step.state === 'running') ?? operation.steps.at(-1);
}

/** What runs after one that failed, as words that follow what is said of its end; nothing where nothing was brought back. */
export function rolledBackText({ rolledBackTo }: OperationRecord): string {
  return rolledBackTo === undefined ? '' : `, rolled back to revision ${rolledBackTo}`;
}

export const operationKind: Kind<OperationRecord> = {
  listKind: 'OperationList',
  name: (operation) => `operation/${operation.number}`,
  resource: (operation) => operation,
  columns: [
    { title: 'OPERATION', value: (operation) => String(operation.number) },
    { title: 'KIND', value: (operation) => operation.kind },
    { title: 'STATE', value: (operation) => operation.state },
    { title: 'REVISION', value: (operation) => String(operation.revision ?? '') },
    { title: 'DURATION', value: durationText },
    { title: 'BY', value: (operation) => operation.requestedBy },
    { title: 'AGE', value: (operation, now) => ageOf(operation.requestedAt, now) },
    { title: 'STEP', wide: true, value: (operation) => currentStep(operation)?.title ?? '' },
    { title: 'REASON', wide: true, value: (operation) => operation.failure?.code ?? operation.reason },
  ],
};

/** How long a step took, or has been taking. */
export function stepTime(step: StepRecord, now: number): string {
  return elapsedBetween(step.startedAt, step.endedAt ?? now);
}
