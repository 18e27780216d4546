/** The state of a job's autoscaler workflow: plain JSON, carried through continue-as-new. */
import type { AutoscalerDecision, Reason } from '../autoscaler/decision.ts';
import type { EngineMemory } from '../autoscaler/memory.ts';
import type { AutoscalerPolicy } from '../autoscaler/policy.ts';
import type { RecordRow } from '../records.ts';
import {
  vertexChanges,
  type Asker,
  type DecisionOutcome,
  type DecisionRecord,
  type VertexChange,
} from './decision-record.ts';
import type { HoldingOff } from './holding-off.ts';

/** A decision in short, as the workflow remembers it. */
export interface KnownDecision {
  readonly number: number;
  /** The engine's, by which a repeated signal is known. */
  readonly id: string;
  readonly at: string;
  readonly action: AutoscalerDecision['action'];
  readonly outcome: DecisionOutcome;
  readonly reason: string;
  readonly changes: readonly VertexChange[];
  readonly asked?: string;
  readonly operation?: number;
  readonly why?: string;
}

/** How many it remembers; PostgreSQL keeps them longer. */
const knownDecisionsMax = 20;

/** A scaling that the job carries out. */
export interface ScalingUnderWay {
  readonly decision: AutoscalerDecision;
  readonly record: DecisionRecord;
  readonly recordSeq: number;
  readonly sinceMs: number;
  /** When its end was last looked for. */
  readonly lookedAtMs: number;
}

/** Somebody who waits for a decision. The agent is asked for one after the other. */
export interface Ask extends Asker {
  /** When the agent was asked, or the asker came. */
  readonly atMs: number;
}

/** The job as it was last told of. */
export interface AutoscaledJobRef {
  readonly uid: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly generation: number;
  readonly revision: number;
  readonly mode: AutoscalerPolicy['mode'];
}

export interface AutoscalerState extends AutoscaledJobRef {
  /** Absent until a window was seen. */
  readonly memory?: EngineMemory;
  readonly lastNumber: number;
  /** The newest decisions, the oldest first. */
  readonly known: readonly KnownDecision[];
  readonly underWay?: ScalingUnderWay | undefined;
  readonly holdingOff?: HoldingOff | undefined;
  /** When the agent is to be asked to look again; milliseconds since 1970. */
  readonly againAtMs?: number | undefined;
  readonly asks: readonly Ask[];
  readonly unwritten: readonly RecordRow[];
}

/** Of a job that nothing was decided on since its workflow began. @param lastNumber of the decisions that are recorded of it. */
export function newAutoscaler(job: AutoscaledJobRef, lastNumber: number): AutoscalerState {
  return { ...job, lastNumber, known: [], asks: [], unwritten: [] };
}

/** A decision in short. */
export function knownDecision(record: DecisionRecord): KnownDecision {
  const { number, id, at, action, outcome, reasons, asked, operation, why } = record;
  return {
    number,
    id,
    at,
    action,
    outcome,
    reason: reasons[0].text,
    changes: vertexChanges(record),
    ...(asked !== undefined && { asked }),
    ...(operation !== undefined && { operation }),
    ...(why && { why: why.text }),
  };
}

/** With a decision added, or told anew. */
export function withKnown(known: readonly KnownDecision[], one: KnownDecision): readonly KnownDecision[] {
  return [...known.filter(({ number }) => number !== one.number), one]
    .toSorted((a, b) => a.number - b.number)
    .slice(-knownDecisionsMax);
}

/** Why nothing may be scaled now, whatever the decision says; undefined where nothing is against it. */
export function whyHeldOff({ underWay, holdingOff }: AutoscalerState, nowMs: number): Reason | undefined {
  if (underWay) {
    const { operation, number } = underWay.record;
    const text = `Decision ${number} is being carried out${operation === undefined ? '' : ` by operation ${operation}`}.`;
    return { code: 'SCALING_UNDER_WAY', text };
  }
  if (!holdingOff || holdingOff.untilMs <= nowMs) return undefined;
  const until = new Date(holdingOff.untilMs).toISOString();
  return { code: 'HELD_OFF', text: `Nothing is scaled until ${until}: ${holdingOff.because.text}` };
}
