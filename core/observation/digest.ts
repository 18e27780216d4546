/** What of an observation matters, as a short text: while it stays the same, nobody needs to be told. */
import { hashOf } from '../names.ts';
import type { Finding } from '../recovery/finding.ts';
import { failuresShown } from '../recovery/progress-rows.ts';
import type { CheckpointsObserved, Observation, PodsObserved } from './observation.ts';
import { hasEnded, hasEndedLately, isUp, restartsWithin } from './reading.ts';

/** What was found about the observation, as far as it is told. */
type Found = Pick<Finding, 'reason' | 'action'> & { readonly failure?: Pick<NonNullable<Finding['failure']>, 'code'> };

/**
 * 16 hex digits, the same wherever and whenever they are made of a bounded observation. Sentences, names of pods and times do not count; what grows
 * counts each time it has doubled.
 */
export function digestOf(observation: Observation, finding: Found | undefined): string {
  const { uid, generation, submission, cause, checkpoints, pods, podTrouble, missing, changed } = observation;
  const isUnsteady = goesUpAndDown(observation);
  const what = {
    of: [uid, generation, submission],
    state: isUnsteady ? 'unsteady' : steadyState(observation),
    finding: finding && wordsOf(finding),
    restarts: doublings(observation.restarts.count),
    cause: isUnsteady ? undefined : cause?.failure.code,
    checkpoints: checkpoints && checkpointsWord(observation, checkpoints),
    pods: [podsWords(observation, pods.jobmanager), podsWords(observation, pods.taskmanager)],
    podTrouble: podTrouble?.code,
    missing: missing.toSorted(),
    changed: changed.map(({ object, what: change }) => `${object}: ${change}`).toSorted(),
  };
  return hashOf('observation', JSON.stringify(what)).slice(0, 16);
}

/**
 * From so many restarts within so long on, a job is taken for one that goes up and down, and its states are not told one by
 * one: it would be two signals for each restart.
 */
const unsteadyRestarts = 3;
const unsteadyMs = 5 * 60_000;

function goesUpAndDown(observation: Observation): boolean {
  if (hasEnded(observation) || observation.job.state === 'silent') return false;
  return restartsWithin(observation, unsteadyMs) >= unsteadyRestarts;
}

/** What is only waited for is told by the job's state. */
function wordsOf({ reason, action, failure }: Found): unknown {
  return action === 'wait' ? undefined : [reason, action, failure?.code];
}

/** The words between which Flink goes while it brings a job up say no more than that it is not up. */
function steadyState(observation: Observation): string {
  const { state } = observation.job;
  if (hasEnded(observation) || state === 'silent' || state === 'CANCELLING') return state;
  return isUp(observation) ? 'up' : 'down';
}

/** 0, 1, 2 (of 2 and 3), 3 (of 4 to 7) and so on. */
function doublings(count: number): number {
  return count < 1 ? 0 : Math.floor(Math.log2(count)) + 1;
}

/** An age is fresh until it is so many times what lies between two checkpoints that are done, and at least this long. */
const freshTimes = 3;
const freshMs = 60_000;

function checkpointsWord(observation: Observation, checkpoints: CheckpointsObserved): unknown {
  const { intervalMs, newest, failures, savepointAtMs = 0, readAtMs = Date.parse(observation.seenAt) } = checkpoints;
  // One that takes long is done that much later than the one before it, again and again.
  const freshSpanMs = Math.max(freshMs, freshTimes * ((intervalMs ?? 0) + (newest?.durationMs ?? 0)));
  // As old as it was when Flink told of it: a look that did not ask anew must not make it older. Nor does a savepoint that takes long.
  const ageMs = newest && Math.max(0, readAtMs - Math.max(newest.completedAtMs, savepointAtMs));
  const age = ageMs === undefined ? 'none' : doublings(ageMs / freshSpanMs);
  // Fewer are made good by the next one, most often: nobody is told of each.
  const inARow = failures < failuresShown ? 0 : doublings(failures);
  return [intervalMs, intervalMs === undefined ? newest !== undefined : age, inARow];
}

function podsWords(observation: Observation, { wanted, ready, troubled }: PodsObserved): unknown {
  const words = troubled.flatMap((pod) => [
    ...(pod.nodeLostMs === undefined ? [] : ['node lost']),
    ...(pod.waiting === undefined ? [] : [`${pod.container} ${pod.waiting}`]),
    ...(hasEndedLately(observation, pod) ? [`${pod.container} ended ${pod.ended?.reason ?? ''}`] : []),
  ]);
  return [ready < wanted, [...new Set(words)].toSorted()];
}
