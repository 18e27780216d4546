/** The namespace for the example's jobs and durable storage in it, on whichever cluster the stack uses. */
import { z } from 'zod';
import { connectKubernetes } from '../../clients/kubernetes/connect.ts';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { kindNodeName } from './cluster-kind.ts';
import { nodeIdentity } from './cluster-node.ts';
import type { DevCluster } from './cluster.ts';
import { localVolume } from './kubernetes/volumes.ts';
import type { StackPaths } from './paths.ts';
import { runCommand } from './process.ts';

export const jobNamespace = 'flink';
const storageClaim = 'flink-state';
const fieldManager = 'drey-dev';
const storageSize = '20Gi';
/** Flink's user in its images. */
const flinkUser = 9999;

/** Makes the namespace (Pod Security level "restricted") and the claim `flink-state`, unless they are there. */
export async function ensureJobNamespace(paths: StackPaths, cluster: DevCluster): Promise<void> {
  const client = connectKubernetes({ kubeconfig: cluster.kubeconfig });
  try {
    await ensureNamespace(client);
    for (const object of await storageObjects(paths, cluster)) await ensureObject(client, object);
  } finally {
    client.close();
  }
}

const objectShape = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }).loose(),
});

type PlainObject = z.infer<typeof objectShape>;

async function ensureNamespace(client: KubernetesClient): Promise<void> {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: jobNamespace, labels } };
  await ensureObject(client, namespace);
}

async function storageObjects(paths: StackPaths, cluster: DevCluster): Promise<readonly PlainObject[]> {
  if (cluster.choice.kind === 'context') return [claim({ accessModes: ['ReadWriteOnce'] })];
  if (cluster.choice.kind === 'kind') return kindStorage(paths);
  const wish = { namespace: jobNamespace, name: storageClaim, size: storageSize, owner: flinkUser };
  return localVolume(nodeIdentity(paths), wish).map((object) => objectShape.parse(object));
}

async function kindStorage(paths: StackPaths): Promise<readonly PlainObject[]> {
  const node = kindNodeName(paths);
  const folder = `/var/local/${storageClaim}`;
  const make = `mkdir -p ${folder} && chown ${flinkUser}:${flinkUser} ${folder}`;
  await runCommand('docker', ['exec', node, 'sh', '-c', make]);
  const shared = { accessModes: ['ReadWriteMany'], storageClassName: 'drey-local' };
  const hostname = { key: 'kubernetes.io/hostname', operator: 'In', values: [node] };
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: storageClaim },
    spec: {
      ...shared,
      capacity: { storage: storageSize },
      persistentVolumeReclaimPolicy: 'Retain',
      local: { path: folder },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: jobNamespace, name: storageClaim },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [hostname] }] } },
    },
  };
  return [volume, claim({ ...shared, volumeName: storageClaim })];
}

function claim(spec: object): PlainObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { namespace: jobNamespace, name: storageClaim },
    spec: { ...spec, resources: { requests: { storage: storageSize } } },
  };
}

/** Creates what is missing and leaves what is there: it may be the reader's, and a bound claim must not change. */
async function ensureObject(client: KubernetesClient, object: PlainObject): Promise<void> {
  const path = pathOf(object);
  const found = await client.raw({ method: 'GET', path });
  if (found.status === 200) return;
  const answer = await client.raw({
    method: 'PATCH',
    path: `${path}?fieldManager=${fieldManager}`,
    contentType: 'application/apply-patch+yaml',
    body: JSON.stringify(object),
  });
  if (answer.status >= 300) throw new Error(`${path}: the API server answered ${answer.status}: ${answer.body}`);
}

function pathOf(object: PlainObject): string {
  const plural = `${object.kind.toLowerCase()}s`;
  const { name, namespace } = object.metadata;
  return `/api/v1${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}/${name}`;
}
