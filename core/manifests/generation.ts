/** All Kubernetes objects of a generation but its anchor. */
import { hasHighAvailability } from '../generation.ts';
import { renderConfigMap } from './config-map.ts';
import type { GenerationInput } from './generation-input.ts';
import { renderGenerationService } from './generation-service.ts';
import { renderJobManager } from './job-manager.ts';
import type { KubernetesObject } from './kubernetes.ts';
import { renderRole } from './role.ts';
import { renderRoleBinding } from './role-binding.ts';
import { renderServiceAccount } from './service-account.ts';
import { renderTaskManager } from './task-manager.ts';

/** In an order in which they can be applied one by one. The anchor (`renderAnchor`) comes before them. */
export function renderGeneration(input: GenerationInput): KubernetesObject[] {
  return [
    ...access(input),
    renderConfigMap(input),
    renderGenerationService(input),
    renderJobManager(input),
    renderTaskManager(input),
  ];
}

/** Only high availability talks to the API server. */
function access(input: GenerationInput): KubernetesObject[] {
  const { spec } = input.generation;
  if (!hasHighAvailability(spec)) return [];
  const account = spec.spec.serviceAccount === undefined ? [renderServiceAccount(input)] : [];
  return [...account, renderRole(input), renderRoleBinding(input)];
}
