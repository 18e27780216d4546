/** Less room than the jobs' namespace has: Kubernetes refuses pods beyond a quota. */
import { namespace } from './e2e-job.ts';
import { kubernetes } from './running-stack.ts';

const path = `/api/v1/namespaces/${namespace}/resourcequotas`;
const name = 'room';

/**
 * Acts while the namespace may have no more than that.
 * @param hard as a ResourceQuota has it, such as `{ pods: '3' }`.
 */
export async function withQuota<T>(hard: Readonly<Record<string, string>>, act: () => Promise<T>): Promise<T> {
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name }, spec: { hard } });
  const client = kubernetes();
  try {
    await client.raw({ method: 'POST', path, body, contentType: 'application/json' });
    return await act();
  } finally {
    await client.raw({ method: 'DELETE', path: `${path}/${name}` });
    client.close();
  }
}
