/** Changes an object of Kubernetes as a person with kubectl would. */
import { namespace } from './e2e-job.ts';
import { kubernetes } from './running-stack.ts';

/** Merges a change into it; what it names of a Deployment's containers is added to them. @throws when the API server refuses. */
export async function patch(
  kind: 'services' | 'configmaps' | 'deployments',
  name: string,
  change: object,
): Promise<void> {
  const client = kubernetes();
  const isDeployment = kind === 'deployments';
  const path = `${isDeployment ? '/apis/apps/v1' : '/api/v1'}/namespaces/${namespace}/${kind}/${name}`;
  const contentType = `application/${isDeployment ? 'strategic-merge' : 'merge'}-patch+json`;
  const { status, body } = await client.raw({ method: 'PATCH', path, body: JSON.stringify(change), contentType });
  client.close();
  if (status >= 300) throw new Error(`${path} could not be patched: ${body}`);
}
