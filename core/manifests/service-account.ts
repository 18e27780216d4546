/** The identity of a generation's pods. */
import { hasHighAvailability } from '../generation.ts';
import { generationNames } from '../names.ts';
import type { FlinkJob } from '../schema/flink-job.ts';
import type { GenerationIdentity } from '../names.ts';
import { type OwnedInput, ownedMetadata } from './generation-input.ts';
import type { PodSpec, ServiceAccount } from './kubernetes.ts';

/** The user's account, else ours, which exists only where the pods talk to the API server. */
export function serviceAccountName(job: FlinkJob, generation: GenerationIdentity): string | undefined {
  const own = hasHighAvailability(job) ? generationNames(generation).serviceAccount : undefined;
  return job.spec.serviceAccount ?? own;
}

/** How pods use the account: only high availability needs a token, in JobManagers and in TaskManagers. */
export function serviceAccountFields(job: FlinkJob, generation: GenerationIdentity): Partial<PodSpec> {
  const name = serviceAccountName(job, generation);
  return {
    ...(name !== undefined && { serviceAccountName: name }),
    automountServiceAccountToken: hasHighAvailability(job),
  };
}

/** Pods say themselves whether they mount the token, so other users of the account get none by default. */
export function renderServiceAccount(input: OwnedInput): ServiceAccount {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: ownedMetadata(input, generationNames(input.generation.identity).serviceAccount),
    automountServiceAccountToken: false,
  };
}
