/** What a removal leaves in its Kubernetes cluster, in words. */
import type { Generation } from './generation.ts';
import { generationName, labels } from './names.ts';

export interface LeftJob {
  readonly tenant: string;
  readonly name: string;
  readonly cluster: string;
  readonly namespace: string;
}

/**
 * Where it lies, and how it is found there: the job may have more than is known of it, and less.
 * @param generations those that may be there.
 */
export function leftBehind(
  { tenant, name, cluster, namespace }: LeftJob,
  generations: readonly Pick<Generation, 'identity'>[],
): string {
  const known = generations.map(({ identity }) => generationName(identity));
  const what = known.length === 0 ? 'whatever there is of it' : known.join(', ');
  const selector = `${labels.tenant}=${tenant},${labels.job}=${name}`;
  return `${what}, in namespace ${namespace} of cluster ${cluster}: kubectl -n ${namespace} get all,configmaps,ingresses -l ${selector}`;
}
