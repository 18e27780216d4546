/** Decisions of an autoscaler for tests. */
import type { DecisionSummary } from '../../clients/drey/autoscaler-shapes.ts';
import type { AutoscalerDecision } from '../../core/autoscaler/decision.ts';
import { emptyMemory } from '../../core/autoscaler/memory.ts';
import type { DecisionRecord } from '../../core/scaling/decision-record.ts';

/** A source that shall grow from 2 to 4. */
export function someDecision(change: Partial<AutoscalerDecision> = {}): AutoscalerDecision {
  const reason = { code: 'TOO_SMALL', text: 'It can process 100 records/s; it needs 180 at least.' };
  return {
    id: 'f00-1000',
    atMs: 1_000,
    profile: 'drey',
    profileVersion: 1,
    action: 'scale',
    reasons: [reason],
    vertices: [
      {
        id: 'a'.repeat(32),
        name: 'Source',
        parallelism: 2,
        recommended: 4,
        target: 4,
        metrics: { TRUE_PROCESSING_RATE: 100, TARGET_DATA_RATE: 180, LAG: 'NaN' },
        limits: [{ code: 'MAX', text: 'The spec allows 4.', before: 5, after: 4 }],
        reasons: [reason],
        arithmetic: ['factor = 180 / 100 = 1.8', 'parallelism = ⌈1.8 × 2⌉ = 4'],
      },
    ],
    parallelism: { ['a'.repeat(32)]: 4 },
    metrics: { NUM_TASK_SLOTS_USED: 2 },
    memory: emptyMemory,
    ...change,
  };
}

/** The same as it is listed. */
export function decisionSummary(change: Partial<DecisionSummary> = {}): DecisionSummary {
  const { number, id, at, action, outcome, mode, revision, reasons, vertices } = someDecisionRecord();
  const changes = vertices.map(({ id: vertex, name, parallelism: from, target: to }) => ({
    id: vertex,
    name,
    from,
    to,
  }));
  return {
    number,
    id,
    at,
    action,
    outcome,
    mode,
    revision,
    changes,
    reasons: [...reasons],
    operation: 5,
    pauseMs: 321,
    ...change,
  };
}

/** The same as it is recorded, carried out. */
export function someDecisionRecord(change: Partial<DecisionRecord> = {}): DecisionRecord {
  const { atMs, memory: _memory, ...found } = someDecision();
  return {
    ...found,
    number: 1,
    at: new Date(atMs).toISOString(),
    mode: 'active',
    revision: 3,
    generation: 2,
    submission: 4,
    outcome: 'carriedOut',
    ...change,
  };
}
