/** Durable storage for pods: a folder of the node's state, offered as a local PersistentVolume with its claim. */
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { layoutOf, type NodeIdentity } from './layout.ts';

export interface VolumeWish {
  readonly namespace: string;
  readonly name: string;
  /** Such as `10Gi`; only written down, the folder has no quota. */
  readonly size: string;
  /** The user and group that own the folder; 9999 is Flink's. */
  readonly owner?: number;
}

/** The folder of a volume on this machine. */
export function volumeFolder(identity: NodeIdentity, wish: Pick<VolumeWish, 'namespace' | 'name'>): string {
  return join(layoutOf(identity).volumes, wish.namespace, wish.name);
}

/**
 * Makes the folder and gives the PersistentVolume and PersistentVolumeClaim to apply. Pods that mount the claim stay
 * within the Pod Security level "restricted". The data outlives both objects: after a claim was deleted, delete its
 * volume object too and apply both again.
 */
export function localVolume(identity: NodeIdentity, wish: VolumeWish): [volume: object, claim: object] {
  const folder = volumeFolder(identity, wish);
  mkdirSync(folder, { recursive: true });
  const owner = wish.owner ?? 9999;
  chownSync(folder, owner, owner);
  const name = `${wish.namespace}-${wish.name}`;
  const shared = { accessModes: ['ReadWriteMany'], storageClassName: 'drey-local', volumeMode: 'Filesystem' };
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      ...shared,
      capacity: { storage: wish.size },
      persistentVolumeReclaimPolicy: 'Retain',
      local: { path: folder },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: wish.namespace, name: wish.name },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [onNode(layoutOf(identity).name)] }] } },
    },
  };
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { namespace: wish.namespace, name: wish.name },
    spec: { ...shared, volumeName: name, resources: { requests: { storage: wish.size } } },
  };
  return [volume, claim];
}

function onNode(name: string): object {
  return { key: 'kubernetes.io/hostname', operator: 'In', values: [name] };
}
