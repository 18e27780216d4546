/** From the state of an autoscaler's workflow to what people see of it. */
import type { EngineMemory } from '../autoscaler/memory.ts';
import { takenUp } from '../autoscaler-agent/noted-memory.ts';
import type { AutoscalerStatus, CoolDown, WaitingVertex } from './autoscaler-messages.ts';
import type { AutoscalerState } from './autoscaler-state.ts';

/** @param nowMs what is over by then is not told. */
export function autoscalerStatus(state: AutoscalerState, nowMs: number): AutoscalerStatus {
  const { uid, mode, memory, known, underWay, holdingOff, asks } = state;
  const operation = underWay?.record.operation;
  return {
    uid,
    mode,
    decisions: known,
    ...(underWay && {
      underWay: { decision: underWay.record.number, ...(operation !== undefined && { operation }) },
    }),
    waits: memory ? waitsOf(takenUp(memory, nowMs)) : [],
    coolDowns: memory ? coolDownsOf(memory, nowMs) : [],
    ...(holdingOff && holdingOff.untilMs > nowMs && { holdingOff }),
    asks,
  };
}

function waitsOf({ delayedScaleDowns }: EngineMemory): readonly WaitingVertex[] {
  return Object.entries(delayedScaleDowns).flatMap(([vertex, { sinceMs, wishes }]) => {
    const [largest] = wishes;
    return largest ? [{ vertex, since: new Date(sinceMs).toISOString(), to: largest.parallelism }] : [];
  });
}

function coolDownsOf({ distrusts }: EngineMemory, nowMs: number): readonly CoolDown[] {
  return distrusts
    .filter(({ untilMs }) => untilMs > nowMs)
    .map(({ vertex, above, untilMs }) => ({ vertex, above, until: new Date(untilMs).toISOString() }));
}
