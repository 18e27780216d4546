/** Asks Kubernetes for more TaskManagers of a generation that runs. */
import { annotations, generationNames } from '../../core/names.ts';
import { withFailures } from '../failures.ts';
import { fence } from '../fence.ts';
import { noteOnAnchor } from './anchor.ts';
import type { ClusterDependencies, GenerationInput } from './dependencies.ts';

export interface AddTaskManagersInput extends GenerationInput {
  /** Number of the operation that does it. */
  readonly operation: number;
  readonly replicas: number;
}

/** The anchor says first that the job is being changed: who finds it then takes nothing for what its spec says. */
export function addTaskManagers({ kubernetes }: ClusterDependencies, input: AddTaskManagersInput) {
  const { generation, operation, replicas } = input;
  const assertInTime = fence();
  return withFailures(async () => {
    await noteOnAnchor(kubernetes, generation, { [annotations.rescaling]: String(operation) });
    assertInTime();
    const { taskManager } = generationNames(generation.identity);
    await kubernetes.scale('Deployment', generation.spec.spec.namespace, taskManager, replicas);
    return { detail: `${replicas} TaskManagers asked for` };
  });
}
