/** The one node of the test cluster: as it is cordoned and drained, is not heard of any more, and loses images. */
import { nodeIdentity } from '../../deploy/dev/cluster-node.ts';
import { containerdSocket } from '../../deploy/dev/kubernetes/layout.ts';
import { nodeProcesses, runInNode } from '../../deploy/dev/kubernetes/namespace.ts';
import { stackPaths, testInstance } from '../../deploy/dev/paths.ts';
import { ports } from '../../core/flink/configuration-ports.ts';
import { labels } from '../../core/names.ts';
import { namespace } from './e2e-job.ts';
import { kubernetes } from './running-stack.ts';

const identity = () => nodeIdentity(stackPaths(testInstance));

/** Whether new pods get a place on it; those that are there stay. */
export async function setUnschedulable(unschedulable: boolean): Promise<void> {
  const client = kubernetes();
  try {
    const [node] = await client.list('Node', '');
    await client.raw({
      method: 'PATCH',
      path: `/api/v1/nodes/${node?.metadata.name}`,
      body: JSON.stringify({ spec: { unschedulable } }),
      contentType: 'application/merge-patch+json',
    });
  } finally {
    client.close();
  }
}

/** Evicts the job's pods, as `kubectl drain` does. */
export async function evictPods(job: string): Promise<void> {
  const client = kubernetes();
  try {
    const pods = await client.list('Pod', namespace, { labelSelector: `${labels.job}=${job}` });
    for (const { metadata } of pods) {
      const { status, body } = await client.raw({
        method: 'POST',
        path: `/api/v1/namespaces/${namespace}/pods/${metadata.name}/eviction`,
        body: JSON.stringify({
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name: metadata.name, namespace },
        }),
        contentType: 'application/json',
      });
      if (status >= 300) throw new Error(`pod ${metadata.name} could not be evicted: ${body}`);
    }
  } finally {
    client.close();
  }
}

/** Nothing is heard of the node meanwhile, and nothing on it is started anew, as when its machine hangs. */
export async function withSilentNode(meanwhile: () => Promise<void>): Promise<void> {
  const kubelet = nodeProcesses(identity()).find(({ name }) => name === 'kubelet');
  if (!kubelet) throw new Error('the node has no kubelet');
  process.kill(kubelet.pid, 'SIGSTOP');
  try {
    await meanwhile();
  } finally {
    process.kill(kubelet.pid, 'SIGCONT');
  }
}

/** What asks a JobManager for such a path is not answered meanwhile; all else it is asked for, it answers. */
export async function withoutAnswersTo(path: string, meanwhile: () => Promise<void>): Promise<void> {
  // By way of the API server, which is on the node: what it sends to a pod there passes OUTPUT.
  const asked = ['-p', 'tcp', '--dport', String(ports.rest), '-m', 'string', '--algo', 'bm', '--string', path];
  const rule = (change: '-I' | '-D') =>
    runInNode(identity(), '-a', ['iptables', '-w', change, 'OUTPUT', ...asked, '-j', 'DROP']);
  await rule('-I');
  try {
    await meanwhile();
  } finally {
    await rule('-D');
  }
}

/** Gives an image of the node another name, too. */
export async function nameImage(image: string, name: string): Promise<void> {
  await images('tag', '--force', image, name);
}

/** The node forgets an image by this name. */
export async function forgetImage(name: string): Promise<void> {
  await images('rm', name);
}

function images(...args: readonly string[]): Promise<string> {
  return runInNode(identity(), '-m', ['ctr', '-a', containerdSocket, '-n', 'k8s.io', 'images', ...args]);
}
