/** Activities as the autoscaler's workflow calls them: those of the control plane, and those of its cluster's agent. */
import { proxyActivities } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/control/control-activities.ts';
import type { EngineMemory } from '../core/autoscaler/memory.ts';
import { clusterTaskQueue, controlTaskQueue, type GenerationIdentity } from '../core/names.ts';

const retry = { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' } as const;

export const { requestScaling, recallAutoscaler, findScaling } = proxyActivities<
  Pick<ControlActivities, 'requestScaling' | 'recallAutoscaler' | 'findScaling'>
>({ taskQueue: controlTaskQueue, startToCloseTimeout: '15s', retry });

/** What fails five times fails by its input. */
export const { decideScaling } = proxyActivities<Pick<ControlActivities, 'decideScaling'>>({
  taskQueue: controlTaskQueue,
  startToCloseTimeout: '15s',
  retry: { ...retry, maximumAttempts: 5 },
});

/** Of which generation, in which namespace. */
interface OfGeneration {
  readonly identity: GenerationIdentity;
  readonly namespace: string;
}

interface AutoscalerAgent {
  /** Writes what the autoscaler remembers to the anchor, where agents read it. */
  noteAutoscaler(input: OfGeneration & { readonly memory: EngineMemory }): Promise<AnchorNoted>;
  /** Has the agent send the window that it has, with this key. */
  askAutoscaler(input: OfGeneration & { readonly key: string }): Promise<AnchorNoted>;
}

interface AnchorNoted {
  /** False where the anchor is gone. */
  readonly noted: boolean;
}

/** They fail when no agent has taken them within a minute: nothing waits for them. */
export function autoscalerAgent(cluster: string) {
  return proxyActivities<AutoscalerAgent>({
    taskQueue: clusterTaskQueue(cluster),
    startToCloseTimeout: '15s',
    scheduleToCloseTimeout: '1m',
    retry,
  });
}
