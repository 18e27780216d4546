/** Changes an object of Kubernetes as a person with kubectl would. */
import { namespace } from './e2e-job.ts';
import { kubernetes } from './running-stack.ts';

/** Merges a change into it. @throws when the API server refuses. */
export async function patch(kind: 'services' | 'configmaps', name: string, change: object): Promise<void> {
  const client = kubernetes();
  const path = `/api/v1/namespaces/${namespace}/${kind}/${name}`;
  const contentType = 'application/merge-patch+json';
  const { status, body } = await client.raw({ method: 'PATCH', path, body: JSON.stringify(change), contentType });
  client.close();
  if (status >= 300) throw new Error(`${path} could not be patched: ${body}`);
}
