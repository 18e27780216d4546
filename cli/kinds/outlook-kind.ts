/** How a dry run is shown: what would change, what it costs, from which state, and how long the last pause was. */
import type { AbortEnd, AbortOutlook } from '../../core/abort-outlook.ts';
import type { Outlook } from '../../core/dry-run.ts';
import type { Kind } from '../printing.ts';
import { changeText } from './change-text.ts';
import { jobLabel, labelIn } from './job-kind.ts';

export const outlookKind: Kind<Outlook> = {
  listKind: 'DryRunList',
  name: ({ spec }) => jobLabel(spec.metadata),
  resource: (outlook) => ({ dryRun: true, ...outlook }),
  columns: [],
};

/** The same, named as a command line of this tenant names them: the jobs may be of several. */
export function outlookKindIn(config: Parameters<typeof labelIn>[0]): Kind<Outlook> {
  return { ...outlookKind, name: ({ spec }) => labelIn(config, spec.metadata) };
}

/** @param outcome what would become of the job, in a word. */
export function outlookLines(outcome: string, outlook: Outlook, label = jobLabel(outlook.spec.metadata)): string[] {
  const head = `${label} ${outcome} (dry run)`;
  return [head, ...planLines(outlook).map((line) => `  ${line}`)];
}

function planLines(outlook: Outlook): string[] {
  const { revision, plan, startsFrom, lastPauseMs, abort } = outlook;
  if (abort) return abortLines(abort);
  if (!plan) return [];
  return [
    // All of a job that is new is new.
    ...(revision === 0 ? [] : changeLines(plan)),
    ...savepointLines(outlook),
    ...(startsFrom === undefined ? [] : [`starts from: ${startsFrom}`]),
    ...(lastPauseMs === undefined ? [] : [`last pause: ${(lastPauseMs / 1000).toFixed(2)} s`]),
    ...plan.notes.map((note) => `note: ${note}`),
  ];
}

function changeLines({ kind, strategy, cost, changes }: NonNullable<Outlook['plan']>): string[] {
  const how = strategy === undefined ? kind : `${strategy} ${kind}`;
  return [...changes.map(changeText), `needs: ${how} (cost: ${cost})`];
}

function savepointLines({ savepoint, deletes = [], keeps = [] }: Outlook): string[] {
  return [
    ...(savepoint ? [`takes: savepoint ${savepoint.number}, ${savepoint.format}, to ${savepoint.folder}`] : []),
    ...deletes.map(({ number, path }) => `deletes: savepoint ${number}, ${path}`),
    ...keeps.map(({ why }) => `keeps: ${why}`),
  ];
}

const endWords: Readonly<Record<AbortEnd, string>> = {
  withdrawn: 'is withdrawn',
  givenUp: 'is given up',
  rolledBack: 'is rolled back',
  goesOn: 'goes on to its end',
  undecided: 'is given up, or comes to its end',
};

function abortLines({ operation, kind, end, leaves }: AbortOutlook): string[] {
  // An API may be newer than its client, and know more ends.
  return [`operation ${operation} (${kind}) ${endWords[end] ?? end}`, `note: ${leaves}`];
}
