/** What people reach a job by, whichever generation runs it. */
import type { OwnedInput } from './generation-input.ts';
import { renderIngress } from './ingress.ts';
import type { KubernetesObject } from './kubernetes.ts';
import { renderStableService } from './stable-service.ts';

/** The job's Service and Ingress, at this generation and owned by its anchor. */
export function renderStable(input: OwnedInput): KubernetesObject[] {
  const ingress = renderIngress(input);
  return [renderStableService(input), ...(ingress === undefined ? [] : [ingress])];
}
