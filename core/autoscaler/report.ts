/** Puts a decision together. */
import type { AutoscalerDecision, AutoscalerInput, MemoryAdvice, Reason } from './decision.ts';
import { figureOf } from './figure.ts';
import { vertexDecision, type JudgedVertex } from './judged-vertex.ts';
import type { EngineMemory } from './memory.ts';
import { slotsOf } from './quota.ts';

/** Raised whenever the engine may answer otherwise than before. */
const profileVersion = 15;

/** What a decision is made of, besides its input. */
export interface Findings {
  readonly reasons: readonly [Reason, ...Reason[]];
  readonly memory: EngineMemory;
  readonly judged?: readonly JudgedVertex[];
  /** Of the job as a whole. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** The parallelism of each vertex that is to change; without it, nothing is done. */
  readonly changes?: Readonly<Record<string, number>>;
  readonly memoryAdvice?: MemoryAdvice;
  /** The memory comes with the scaling. */
  readonly memoryGiven?: EngineMemory['memoryGiven'];
}

/** The decision: in mode `advise` a scaling is only told. */
export function report(input: AutoscalerInput, findings: Findings): AutoscalerDecision {
  const { judged = [], metrics = {}, changes, memoryAdvice, memoryGiven } = findings;
  const { job, nowMs, policy } = input;
  const targetOf = (id: string, now: number) => changes?.[id] ?? now;
  const parallelism = Object.fromEntries(job.vertices.map((one) => [one.id, targetOf(one.id, one.parallelism)]));
  return {
    id: `${job.id}-${nowMs}`,
    atMs: nowMs,
    profile: policy.profile,
    profileVersion,
    action: actionOf(input, findings),
    reasons: reasonsOf(input, findings),
    vertices: judged.map((one) =>
      vertexDecision(one, targetOf(one.evaluated.vertex.id, one.evaluated.vertex.parallelism)),
    ),
    ...(changes === undefined ? {} : { parallelism, slots: slotsOf(job.vertices, parallelism) }),
    ...(memoryAdvice === undefined ? {} : { memoryAdvice }),
    ...(memoryGiven === undefined ? {} : { memoryGiven }),
    ...(memoryGiven && policy.memory?.byRestart ? { memoryBytes: memoryGiven.givenBytes } : {}),
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, figureOf(value)])),
    memory: findings.memory,
  };
}

/** What the mode keeps from being done is said where something is to be done. */
function reasonsOf({ policy: { onlyAdvised } }: AutoscalerInput, { reasons, changes }: Findings): Findings['reasons'] {
  return changes === undefined || onlyAdvised === undefined ? reasons : [...reasons, onlyAdvised];
}

function actionOf({ policy }: AutoscalerInput, { changes, memoryAdvice }: Findings): AutoscalerDecision['action'] {
  if (changes === undefined) return memoryAdvice === undefined ? 'none' : 'advise';
  return policy.mode === 'active' ? 'scale' : 'advise';
}
