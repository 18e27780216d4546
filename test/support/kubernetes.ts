/** The Kubernetes cluster of the tests: `npm test` starts it and names it in the environment. */
import { randomBytes } from 'node:crypto';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { connectKubernetes } from '../../clients/kubernetes/connect.ts';

/** Path of the kubeconfig of a real cluster that tests may fill. @throws where none is named. */
export function testKubeconfig(): string {
  const path = process.env['DREY_TEST_KUBECONFIG'];
  if (!path) throw new Error('DREY_TEST_KUBECONFIG names no kubeconfig: run the tests by `npm test`');
  return path;
}

/** An image that the cluster's nodes have, with a shell in it. */
export function testImage(): string {
  return process.env['DREY_TEST_IMAGE'] ?? 'drey.dev/flink:2.3';
}

export interface TestNamespace {
  readonly kubernetes: KubernetesClient;
  readonly namespace: string;
  /** Removes the namespace with all that is in it, and closes the client. */
  remove(): Promise<void>;
}

/** A namespace for one test file. */
export async function testNamespace(prefix: string): Promise<TestNamespace> {
  const kubernetes = connectKubernetes({ kubeconfig: testKubeconfig() });
  const namespace = `${prefix}-${randomBytes(4).toString('hex')}`;
  await kubernetes.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  return {
    kubernetes,
    namespace,
    remove: async () => {
      await kubernetes.delete('Namespace', '', namespace);
      kubernetes.close();
    },
  };
}
