/** What an agent tells a job's autoscaler workflow, and what both keep of it on the anchor. Names never change: histories hold them. */
import type { AutoscalerDecision } from './decision.ts';
import type { EngineMemory } from './memory.ts';
import type { ToldInput } from './packed-samples.ts';

/** Name of the signal. */
export const autoscalerSignalName = 'windowSeen';

/** Type of the workflow that is signalled, and started where there is none. */
export const autoscalerWorkflowType = 'autoscaler';

/** With what that workflow is started. */
export interface AutoscalerStart {
  readonly tenant: string;
  readonly name: string;
}

/** A window of samples by which the job may be scaled. */
export interface AutoscalerSignal {
  readonly tenant: string;
  readonly name: string;
  readonly uid: string;
  readonly cluster: string;
  readonly namespace: string;
  /** What the samples were taken of. */
  readonly generation: number;
  readonly submission: number;
  /** Whose policy it is. */
  readonly revision: number;
  /** Its samples are thinned out so that the whole signal stays below 64 KB as JSON; of a job with many vertices, packed and below 256 KB. */
  readonly input: ToldInput;
  /** What the agent's own `decide` gave by it. */
  readonly found: Pick<AutoscalerDecision, 'id' | 'action'>;
  /** Key of somebody who asked for a decision now. */
  readonly asked?: string;
}

/** The key in the data of a generation's anchor under which the memory lies, as JSON. */
export const autoscalerMemoryKey = 'autoscaler.json';

/** What lies there: at most 64 KB. */
export interface AutoscalerNote {
  readonly memory: EngineMemory;
  /** Digest of the decision that was told last. */
  readonly lastTold?: string;
  /** How often something was told of the job as it is; absent: once. */
  readonly toldTimes?: number;
  /** Key of the person whose question was answered last. */
  readonly answered?: string;
}
