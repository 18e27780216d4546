/** Where the parts of one development node lie, and the addresses it uses. */
import { join } from 'node:path';

/** Which node is meant. Several exist at once if their instances and indexes differ. */
export interface NodeIdentity {
  /** A short name, for the node's own name and its cgroup: lower-case letters, digits and `-`. */
  readonly instance: string;
  /** 0 to 15: chooses the host interface and the private addresses. */
  readonly index: number;
  /** Holds everything the node keeps. Must be on a file system that overlayfs can use (ext4, xfs, btrfs). */
  readonly stateDir: string;
  /** Holds what is built once and shared between nodes. */
  readonly cacheDir: string;
}

/** The private network of a node: `10.<220 + index>.0.0/16`, which exists on this machine only. */
export interface NodeAddresses {
  readonly hostInterface: string;
  readonly host: string;
  readonly node: string;
  readonly linkPrefix: number;
  readonly services: string;
  readonly firstService: string;
  readonly pods: string;
  readonly apiServerUrl: string;
}

/** Addresses follow from the index alone, so that kubeconfigs stay valid across restarts. */
export function addressesOf(index: number): NodeAddresses {
  if (!Number.isInteger(index) || index < 0 || index > 15) throw new Error(`node index ${index}: use 0 to 15`);
  const prefix = `10.${220 + index}`;
  return {
    hostInterface: `drey${index}`,
    host: `${prefix}.0.1`,
    node: `${prefix}.0.2`,
    linkPrefix: 30,
    services: `${prefix}.16.0/20`,
    firstService: `${prefix}.16.1`,
    pods: `${prefix}.32.0/20`,
    apiServerUrl: `https://${prefix}.0.2:6443`,
  };
}

/** Files and names of a node. */
export interface NodeLayout {
  readonly name: string;
  readonly cgroup: string;
  readonly config: string;
  readonly pki: string;
  readonly settings: string;
  readonly logs: string;
  readonly etcd: string;
  readonly containerd: string;
  readonly kubelet: string;
  readonly systemLogs: string;
  readonly volumes: string;
  readonly records: string;
}

export function layoutOf(identity: NodeIdentity): NodeLayout {
  const { instance, stateDir } = identity;
  return {
    name: `drey-${instance}`,
    cgroup: `/drey-${instance}`,
    config: join(stateDir, 'node.json'),
    pki: join(stateDir, 'pki'),
    settings: join(stateDir, 'settings'),
    logs: join(stateDir, 'logs'),
    etcd: join(stateDir, 'etcd'),
    containerd: join(stateDir, 'containerd'),
    kubelet: join(stateDir, 'kubelet'),
    systemLogs: join(stateDir, 'var-log'),
    volumes: join(stateDir, 'volumes'),
    records: join(stateDir, 'processes'),
  };
}

/** The socket of the node's containerd, as seen in the node's own mount namespace. */
export const containerdSocket = '/run/containerd/containerd.sock';

/** The image that holds each pod's namespaces. */
export const pauseImage = 'drey.local/pause:1';
