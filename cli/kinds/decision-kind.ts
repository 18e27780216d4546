/** How a decision of an autoscaler is shown in lists. */
import type { DecisionSummary } from '../../clients/drey/autoscaler-shapes.ts';
import { ageOf } from '../duration.ts';
import type { Kind } from '../printing.ts';

export const decisionKind: Kind<DecisionSummary> = {
  listKind: 'DecisionList',
  name: (decision) => `decision/${decision.number}`,
  resource: (decision) => decision,
  columns: [
    { title: 'DECISION', value: (decision) => String(decision.number) },
    { title: 'AGE', value: (decision, now) => ageOf(decision.at, now) },
    { title: 'TIME', wide: true, value: (decision) => decision.at },
    { title: 'ACTION', value: (decision) => decision.action },
    { title: 'OUTCOME', value: outcomeText },
    { title: 'VERTICES', value: changesText },
    { title: 'REASON', value: (decision) => decision.reasons[0]?.text ?? '' },
    { title: 'WHY NOT', value: (decision) => decision.why?.text ?? '' },
    { title: 'REVISION', wide: true, value: (decision) => String(decision.revision) },
    { title: 'BY', wide: true, value: (decision) => decision.askedBy ?? '' },
  ],
};

/** What became of it, with the operation, and how long that kept the job from its work. */
export function outcomeText({
  outcome,
  operation,
  pauseMs,
}: Pick<DecisionSummary, 'outcome' | 'operation' | 'pauseMs'>): string {
  const by = operation === undefined ? '' : ` (operation ${operation}`;
  const pause = pauseMs === undefined ? '' : `, paused ${(pauseMs / 1000).toFixed(1)}s`;
  return by === '' ? outcome : `${outcome}${by}${pause})`;
}

function changesText({ changes, memoryBytes }: DecisionSummary): string {
  const vertices = changes.map(({ name, from, to }) => `${name} ${from}→${to}`);
  return [...vertices, ...(memoryBytes === undefined ? [] : [`memory→${mebibytes(memoryBytes)}`])].join(', ');
}

/** Memory as decisions give it. */
export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)}Mi`;
}
