/** What profile `drey` makes of a job, before anything holds it. */
import type { CutScaling } from './cut-to-quota.ts';
import type { AutoscalerInput, Reason } from './decision.ts';
import { uses, type DreyView } from './drey-view.ts';
import { planToGiveBack, situationOf, type MemoryPlan, type Situation } from './memory-plan.ts';
import type { DelayedScaleDown, EngineMemory } from './memory.ts';

export type Parallelism = Readonly<Record<string, number>>;

/** What is to be done, and what is remembered of it. */
export interface Verdict {
  readonly reason: Reason;
  readonly changes?: Parallelism;
  /** Something has to grow, and nothing that has to can. */
  readonly isStuck?: true;
  /** What a quota has taken of the changes. */
  readonly cut?: CutScaling;
  readonly plan?: MemoryPlan;
  readonly delays: Readonly<Record<string, DelayedScaleDown>>;
  readonly memory: EngineMemory;
}

/** Of vertices, those whose parallelism is to be another. */
export function changed({ job }: AutoscalerInput, to: Parallelism): Parallelism {
  return Object.fromEntries(
    job.vertices
      .filter(({ id, parallelism }) => (to[id] ?? parallelism) !== parallelism)
      .map(({ id }) => [id, to[id] ?? 1]),
  );
}

/** What the TaskManagers' memory is planned by; undefined where it is not to be planned, or nothing is known of it. */
export function memorySituation({ input, recent, memory }: DreyView): Situation | undefined {
  return uses(input, 'memory') ? situationOf(input, recent, memory) : undefined;
}

/** A rescale takes memory back that is not needed any more. */
export function backAlong(situation: Situation | undefined, to: Parallelism): { readonly plan?: MemoryPlan } {
  const plan = situation && planToGiveBack(situation, to);
  return plan ? { plan } : {};
}
