/** The activities of the worker on which agents wait to observe. */
import { observeCluster, type ObserveInput, type ObserverDependencies } from './observe-cluster.ts';

/** @param begun is told of each shard before it is observed. */
export function createObserverActivities(dependencies: ObserverDependencies, begun: (input: ObserveInput) => void) {
  return {
    observeCluster: (input: ObserveInput) => {
      begun(input);
      return observeCluster(dependencies, input);
    },
  };
}

export type ObserverActivities = ReturnType<typeof createObserverActivities>;
