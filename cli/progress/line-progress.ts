/** Progress for logs and pipes: a line when a step has ended or says what it waits for, and one when the operation has ended. */
import { hasEnded, type OperationRecord, type StepRecord } from '../../core/operation.ts';
import { elapsedBetween } from '../duration.ts';
import { rolledBackText } from '../kinds/operation-kind.ts';
import { printable, say, type Output } from '../world.ts';
import type { Progress } from './progress.ts';

export function lineProgress(output: Output): Progress {
  const said = new Set<string>();
  const sayOnce = (key: string, line: string) => {
    if (!said.has(key)) say(output, printable(line));
    said.add(key);
  };
  return {
    show(label, operation) {
      const prefix = `${label}: ${operation.kind} ${operation.number}:`;
      operation.steps.forEach((step, index) => {
        if (step.endedAt !== undefined) sayOnce(`${prefix}${index}`, `${prefix} ${stepText(step)}`);
        else if (step.detail !== undefined)
          sayOnce(`${prefix}${index} ${step.detail}`, `${prefix} ${step.title}: ${step.detail}`);
      });
      if (hasEnded(operation)) sayOnce(prefix, `${prefix} ${endText(operation)}`);
    },
    end() {},
  };
}

function stepText(step: StepRecord): string {
  const detail = step.detail === undefined ? '' : ` (${step.detail})`;
  return `${step.title}${detail} ${step.state} in ${elapsedBetween(step.startedAt, step.endedAt ?? step.startedAt)}`;
}

/** How the operation ended, in a few words. */
export function endText(operation: OperationRecord): string {
  if (operation.supersededBy !== undefined) return `superseded by operation ${operation.supersededBy}`;
  const from = operation.startedAt ?? operation.requestedAt;
  const pause = operation.pauseMs === undefined ? '' : `, with a pause of ${(operation.pauseMs / 1000).toFixed(2)} s`;
  return `${operation.state} in ${elapsedBetween(from, operation.endedAt ?? from)}${pause}${rolledBackText(operation)}`;
}
