/** A decision of a job's autoscaler as it is kept and shown: what was decided, by which arithmetic, and what became of it. */
import type { AutoscalerDecision, Reason } from '../autoscaler/decision.ts';
import type { AutoscalerPolicy } from '../autoscaler/policy.ts';
import type { AutoscalerSignal } from '../autoscaler/signal.ts';

/**
 * What became of it. `nothing`: there was nothing to do. `advised`: it may only say so. `underWay`: the job is being rescaled.
 * `notCarriedOut`: it was held back, or the job would not. `failed`: the operation did not succeed.
 */
export const decisionOutcomes = ['nothing', 'advised', 'underWay', 'carriedOut', 'notCarriedOut', 'failed'] as const;
export type DecisionOutcome = (typeof decisionOutcomes)[number];

export const decisionActions = ['none', 'advise', 'scale'] as const satisfies readonly AutoscalerDecision['action'][];

type Found = Omit<AutoscalerDecision, 'atMs' | 'memory' | 'memoryGiven' | 'profile' | 'profileVersion'>;

export interface DecisionRecord extends Found {
  /** Counts from 1 within the job's uid. */
  readonly number: number;
  /** ISO 8601: the moment that it was decided for. */
  readonly at: string;
  /** Absent where nothing was decided, for the agent did not answer. */
  readonly profile?: string;
  readonly profileVersion?: number;
  readonly mode: AutoscalerPolicy['mode'];
  /** What the samples were taken of, and whose policy it was. */
  readonly revision: number;
  readonly generation: number;
  readonly submission: number;
  /** Key of whoever asked for it, and their name where that is known. */
  readonly asked?: string;
  readonly askedBy?: string;
  readonly outcome: DecisionOutcome;
  /** Why it was not carried out, or failed. */
  readonly why?: Reason;
  /** The operation that carries it out. */
  readonly operation?: number;
  /** ISO 8601: when that had ended. */
  readonly endedAt?: string;
  /** How long no record was processed, where that was measured. */
  readonly pauseMs?: number;
}

/** Who asked for a decision. */
export interface Asker {
  readonly key: string;
  readonly by?: string;
}

/** The record of a decision that was just made. */
export function decisionRecord(
  number: number,
  signal: AutoscalerSignal,
  decision: AutoscalerDecision,
  asker: Asker | undefined,
): DecisionRecord {
  const { atMs, memory: _memory, memoryGiven: _given, ...found } = decision;
  return {
    ...found,
    number,
    at: new Date(atMs).toISOString(),
    mode: signal.input.policy.mode,
    revision: signal.revision,
    generation: signal.generation,
    submission: signal.submission,
    ...askedBy(asker),
    outcome: decision.action === 'advise' ? 'advised' : decision.action === 'scale' ? 'underWay' : 'nothing',
  };
}

/** What is told where somebody asked, and nothing could be decided. */
export interface Unanswered {
  readonly number: number;
  readonly at: string;
  readonly mode: AutoscalerPolicy['mode'];
  readonly revision: number;
  readonly generation: number;
  readonly why: Reason;
  readonly asker: Asker;
}

export function unansweredRecord({ why, asker, ...of }: Unanswered): DecisionRecord {
  return {
    ...of,
    id: `asked-${asker.key}`,
    submission: 0,
    action: 'none',
    reasons: [why],
    vertices: [],
    metrics: {},
    ...askedBy(asker),
    outcome: 'nothing',
  };
}

function askedBy(asker: Asker | undefined): Pick<DecisionRecord, 'asked' | 'askedBy'> {
  if (!asker) return {};
  return { asked: asker.key, ...(asker.by !== undefined && { askedBy: asker.by }) };
}

/** One vertex of a decision, in short. */
export interface VertexChange {
  readonly id: string;
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** The vertices that the decision changes, or would. */
export function vertexChanges({
  vertices,
  parallelism = {},
}: Pick<DecisionRecord, 'vertices' | 'parallelism'>): readonly VertexChange[] {
  return vertices.flatMap(({ id, name, parallelism: from }) => {
    const to = parallelism[id] ?? from;
    return to === from ? [] : [{ id, name, from, to }];
  });
}
