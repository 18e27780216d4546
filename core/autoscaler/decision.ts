/** What the autoscaler is asked, and what it answers: `decide(input)` in decide.ts. */
import type { EngineMemory } from './memory.ts';
import type { AutoscalerPolicy } from './policy.ts';
import type { AutoscaledJob, Figure, JobSample } from './samples.ts';

/** Everything that a decision depends on. The same input gives the same decision. */
export interface AutoscalerInput {
  readonly policy: AutoscalerPolicy;
  readonly nowMs: number;
  readonly job: AutoscaledJob;
  /** Oldest first, the newest not after now; as many as there are of the last `keepSamplesMs(policy)`. */
  readonly samples: readonly JobSample[];
  readonly memory: EngineMemory;
}

/** A word for machines, and a sentence with the figures in it for people. */
export interface Reason {
  readonly code: string;
  readonly text: string;
}

/** Something that kept a parallelism from being what the load alone would have asked for. */
export interface Limit extends Reason {
  readonly before: number;
  readonly after: number;
}

/** What was found out about one vertex. */
export interface VertexDecision {
  readonly id: string;
  readonly name: string;
  readonly parallelism: number;
  /** What it would get by its own load, with all limits; equal to `parallelism` where nothing is to change. */
  readonly recommended: number;
  /** What it gets by this decision: `recommended` where the job is scaled, else what it has. */
  readonly target: number;
  /** By Flink's or the operator's names, such as `TRUE_PROCESSING_RATE`; records a second, or shares of one. */
  readonly metrics: Readonly<Record<string, Figure>>;
  readonly limits: readonly Limit[];
  readonly reasons: readonly Reason[];
  /** The arithmetic, a line for each step. */
  readonly arithmetic: readonly string[];
}

/** What the TaskManagers shall be given, where that changes. */
export interface MemoryAdvice {
  /** Flink options with their new values. */
  readonly options: Readonly<Record<string, string>>;
  /** Flink options that these replace. */
  readonly removed: readonly string[];
  readonly reasons: readonly Reason[];
}

/** What shall become of the job, with everything that led to it. */
export interface AutoscalerDecision {
  /** The same for the same job, time and parallelism: by it a scaling is asked for once. */
  readonly id: string;
  readonly atMs: number;
  readonly profile: string;
  /** Raised whenever the engine may answer otherwise than before. */
  readonly profileVersion: number;
  /**
   * `scale`: the job shall be rescaled now. `advise`: it would be, were it allowed to; or it should be given other memory. `none`: it is as
   * it should be, or nothing is known.
   */
  readonly action: 'none' | 'advise' | 'scale';
  /** Why, first the reason that settled it. */
  readonly reasons: readonly [Reason, ...Reason[]];
  /** In the job's order; empty where nothing could be evaluated. */
  readonly vertices: readonly VertexDecision[];
  /** Of every vertex, by its id; absent where the action is `none`, or only memory is advised. */
  readonly parallelism?: Readonly<Record<string, number>>;
  /** The slots that the job takes with that parallelism: of each slot sharing group the widest vertex, summed. */
  readonly slots?: number;
  readonly memoryAdvice?: MemoryAdvice;
  /** What is remembered of that memory once the scaling is carried out; absent where memory is only advised. */
  readonly memoryGiven?: NonNullable<EngineMemory['memoryGiven']>;
  /** Bytes of each TaskManager's process, where they come about by an upgrade together with the parallelism. */
  readonly memoryBytes?: number;
  /** Of the job as a whole. */
  readonly metrics: Readonly<Record<string, Figure>>;
  /** To be handed to the next decision. Of a scaling that is carried out: what `rememberScaling` makes of it. */
  readonly memory: EngineMemory;
}
