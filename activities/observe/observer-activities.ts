/** The activities of the worker on which agents wait to observe. */
import { observeCluster, type ObserveInput, type ObserverDependencies } from './observe-cluster.ts';

export function createObserverActivities(dependencies: ObserverDependencies) {
  return { observeCluster: (input: ObserveInput) => observeCluster(dependencies, input) };
}

export type ObserverActivities = ReturnType<typeof createObserverActivities>;
