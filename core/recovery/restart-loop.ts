/** Whether Flink restarts a job over and over. */
import { agoMs, isUp, restartsWithin, soForMs } from '../observation/reading.ts';
import { parseDurationMs } from '../spec/duration.ts';
import type { RecoveryCase, RecoveryRow } from './finding.ts';
import { causeEvidence, causeText } from './words.ts';

/** As often as the spec says, and not over yet: a job that has been up for longer than between two restarts has got over it. */
function isInRestartLoop({ observation, spec }: RecoveryCase): boolean {
  const { restarts, within } = spec.spec.recovery.restartLoop;
  const withinMs = parseDurationMs(within);
  if (restartsWithin(observation, withinMs) < restarts) return false;
  // An agent that has just begun to observe does not know for how long it has been up, but when Flink restarted it last.
  const newestMs = Math.max(...observation.restarts.recentMs);
  const upMs = Math.max(soForMs(observation), agoMs(observation, newestMs));
  return !isUp(observation) || upMs < withinMs / restarts;
}

/** The same Flink cluster has been tried often enough: a new one has none of what a long-lived process gathers. */
export const restartLoop: RecoveryRow = {
  reason: 'RESTART_LOOP',
  sees: (one) => {
    if (!isInRestartLoop(one)) return undefined;
    const { within } = one.spec.spec.recovery.restartLoop;
    const times = restartsWithin(one.observation, parseDurationMs(within));
    return {
      code: 'RESTART_LOOP',
      message: `Flink has restarted the job ${times} times within ${within}.${causeText(one.observation)}`,
      cure: one.observation.cause?.failure.cure ?? 'See its exceptions in the Flink UI.',
      ...causeEvidence(one.observation),
    };
  },
  action: 'restartCluster',
  isOfRevision: true,
  // The moment at which it was seen says little.
  standing: 'trying',
};
