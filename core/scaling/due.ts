/** When an autoscaler has something to do by itself. */
import type { AutoscalerState } from './autoscaler-state.ts';

/** How long an agent may take to answer somebody who asks for a decision. */
export const answerMs = 2 * 60_000;

/** After which an operation is looked at whose end was not told: its job's workflow was ended by hand. */
export const lookMs = 60 * 60_000;

/** Milliseconds since 1970; undefined where nothing is due: then it costs nothing. */
export function nextDueMs({ asks, underWay, againAtMs }: AutoscalerState): number | undefined {
  const dues = [
    ...asks.slice(0, 1).map(({ atMs }) => atMs + answerMs),
    ...(underWay ? [underWay.lookedAtMs + lookMs] : []),
    ...(againAtMs === undefined ? [] : [againAtMs]),
  ];
  return dues.length === 0 ? undefined : Math.min(...dues);
}
