/** What is wrong with a job, as `describe` prints it: since when, what was tried, what comes next, and what its reader can do. */
import type { JobView, TriedView, TroubleView } from '../../core/job.ts';
import { ageOf } from '../duration.ts';
import type { Failure } from '../../core/failure.ts';
import { isToldBy, pairLines } from './lines.ts';

const nextText: Readonly<Record<TroubleView['next'], string>> = {
  undecided: 'is being decided',
  due: 'brought back',
  underWay: 'is being brought back now',
  flinkRecovers: 'Flink and Kubernetes get their time to bring it back',
  shown: 'nothing: it is only shown',
  givenUp: 'nothing: it was given up',
};

const actionText: Readonly<Record<TriedView['action'], string>> = {
  restart: 'from its newest restore point',
  restartCluster: 'in a new Flink cluster, from its newest restore point',
  raiseMemory: 'with more memory, from its newest restore point',
  heal: 'by putting its objects back',
  rollBack: 'with the revision before',
};

export function troubleLines({ trouble, failure, candidate }: JobView, now: number): string[] {
  return [
    ...linesOf('Trouble:', trouble, failure, now),
    ...linesOf('Trouble of the candidate:', candidate?.trouble, undefined, now),
  ];
}

/** @param said what was said already: it may be of another thing, such as the upgrade before that failed and left the job running. */
function linesOf(title: string, trouble: TroubleView | undefined, said: Failure | undefined, now: number): string[] {
  if (!trouble) return [];
  const { reason, since, next, action, dueAt, tried, resume, failure } = trouble;
  const told = failure && !isToldBy(failure, said) ? failure : undefined;
  const how = action && (next === 'due' || next === 'underWay') ? ` ${actionText[action] ?? action}` : '';
  return [
    title,
    ...pairLines([
      ['  Reason', reason],
      ['  Since', `${since} (${ageOf(since, now)} ago)`],
      ['  Message', told?.message],
      ['  Cure', told?.cure],
      ['  Tried', tried.map(triedText).join('\n')],
      ['  Next', `${nextText[next] ?? next}${how}${dueAt === undefined ? '' : `, at ${dueAt}`}`],
      ['  Resume with', resume],
    ]),
  ];
}

function triedText({ at, action, reason, hasSucceeded, outcome }: TriedView): string {
  const end = hasSucceeded ? 'ran again' : `did not run again${outcome === undefined ? '' : `: ${outcome}`}`;
  return `${at} for ${reason}, ${actionText[action] ?? action}: ${end}`;
}
