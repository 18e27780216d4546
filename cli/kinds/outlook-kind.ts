/** How a dry run is shown: what would change, what it costs, from which state, and how long the last pause was. */
import type { Outlook } from '../../core/dry-run.ts';
import type { Kind } from '../printing.ts';
import { changeText } from './change-text.ts';
import { jobLabel } from './job-kind.ts';

export const outlookKind: Kind<Outlook> = {
  listKind: 'DryRunList',
  name: ({ spec }) => jobLabel(spec.metadata),
  resource: (outlook) => ({ dryRun: true, ...outlook }),
  columns: [],
};

/** @param outcome what would become of the job, in a word. */
export function outlookLines(outcome: string, outlook: Outlook): string[] {
  const head = `${jobLabel(outlook.spec.metadata)} ${outcome} (dry run)`;
  return [head, ...planLines(outlook).map((line) => `  ${line}`)];
}

function planLines({ revision, plan, startsFrom, lastPauseMs }: Outlook): string[] {
  // All of a job that is new is new.
  if (!plan || revision === 0) return [];
  const how = plan.strategy === undefined ? plan.kind : `${plan.strategy} ${plan.kind}`;
  return [
    ...plan.changes.map(changeText),
    `needs: ${how} (cost: ${plan.cost})`,
    ...(startsFrom === undefined ? [] : [`starts from: ${startsFrom}`]),
    ...(lastPauseMs === undefined ? [] : [`last pause: ${(lastPauseMs / 1000).toFixed(2)} s`]),
    ...plan.notes.map((note) => `note: ${note}`),
  ];
}
