/** The processes of a node: how each is called, what it waits for and how to see that it works. */
import { join } from 'node:path';
import { containerdSocket, type NodeAddresses, type NodeLayout } from './layout.ts';

/** A service on the host's loopback address that pods reach as `<node address>:<port>`. */
export interface Forward {
  readonly port: number;
  /** `127.0.0.1:<port>` on the host. */
  readonly target: string;
}

export interface Component {
  readonly name: string;
  readonly command: readonly string[];
  readonly log: string;
  /** Names of components whose probe must answer before this one starts. */
  readonly after: readonly string[];
  /** A URL or a socket's path, used inside the node; empty: nothing waits for it. */
  readonly probe: string;
}

export interface ComponentOptions {
  readonly binary: string;
  readonly unsafeNoFsync: boolean;
  readonly forwards: readonly Forward[];
}

/** Every component of the node, in starting order. */
export function componentsOf(layout: NodeLayout, addresses: NodeAddresses, options: ComponentOptions): Component[] {
  const make = (name: string, args: readonly string[], after: readonly string[] = [], probe = ''): Component => ({
    name,
    command: [options.binary, name, ...args],
    log: join(layout.logs, `${name}.log`),
    after,
    probe,
  });
  const setting = (file: string) => join(layout.settings, file);
  const api = ['kube-apiserver'];
  const components = [
    make('etcd', etcd(layout, options.unsafeNoFsync), [], 'http://127.0.0.1:2379/health'),
    make('kube-apiserver', apiServer(layout, addresses), ['etcd'], `${addresses.apiServerUrl}/readyz`),
    containerd(layout),
    make('kube-controller-manager', controllerManager(layout, addresses), api),
    make('kube-scheduler', [`--config=${setting('scheduler.json')}`, ...serving(layout, addresses)], api),
    make('kubelet', kubelet(layout, addresses), [...api, 'containerd']),
    make('kube-proxy', [`--config=${setting('proxy.json')}`], api),
    make('coredns', ['-conf', setting('Corefile')], api),
  ];
  const forwards = options.forwards.map((each) => `${addresses.node}:${each.port}=${each.target}`);
  return forwards.length > 0 ? [...components, make('forward', forwards)] : components;
}

/** Where each component says that it is healthy, asked from the host. etcd's health shows in the API server's. */
export function healthUrls(addresses: NodeAddresses, nodeName: string): Record<string, string> {
  const at = (scheme: string, port: number, path: string) => `${scheme}://${addresses.node}:${port}${path}`;
  return {
    'kube-apiserver': `${addresses.apiServerUrl}/readyz`,
    'kube-controller-manager': at('https', 10257, '/healthz'),
    'kube-scheduler': at('https', 10259, '/healthz'),
    kubelet: `${addresses.apiServerUrl}/api/v1/nodes/${nodeName}/proxy/healthz`,
    'kube-proxy': at('http', 10256, '/livez'),
    coredns: at('http', 8181, '/ready'),
  };
}

function etcd(layout: NodeLayout, unsafeNoFsync: boolean): string[] {
  return [
    `--data-dir=${layout.etcd}`,
    '--name=node',
    '--listen-client-urls=http://127.0.0.1:2379',
    '--advertise-client-urls=http://127.0.0.1:2379',
    '--listen-peer-urls=http://127.0.0.1:2380',
    '--initial-advertise-peer-urls=http://127.0.0.1:2380',
    '--initial-cluster=node=http://127.0.0.1:2380',
    '--log-level=warn',
    '--quota-backend-bytes=4294967296',
    ...(unsafeNoFsync ? ['--unsafe-no-fsync'] : []),
  ];
}

function containerd(layout: NodeLayout): Component {
  const command = ['/usr/bin/containerd', 'containerd', '--config', join(layout.settings, 'containerd.toml')];
  return { name: 'containerd', command, log: join(layout.logs, 'containerd.log'), after: [], probe: containerdSocket };
}

function apiServer(layout: NodeLayout, addresses: NodeAddresses): string[] {
  const pki = (file: string) => join(layout.pki, file);
  return [
    '--etcd-servers=http://127.0.0.1:2379',
    `--bind-address=${addresses.node}`,
    `--advertise-address=${addresses.node}`,
    '--secure-port=6443',
    `--service-cluster-ip-range=${addresses.services}`,
    `--tls-cert-file=${pki('apiserver.crt')}`,
    `--tls-private-key-file=${pki('apiserver.key')}`,
    `--client-ca-file=${pki('ca.crt')}`,
    `--kubelet-certificate-authority=${pki('ca.crt')}`,
    `--kubelet-client-certificate=${pki('kubelet-client.crt')}`,
    `--kubelet-client-key=${pki('kubelet-client.key')}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${pki('service-account.pub')}`,
    `--service-account-signing-key-file=${pki('service-account.key')}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    '--max-requests-inflight=1000',
    '--max-mutating-requests-inflight=500',
    '--profiling=false',
  ];
}

function controllerManager(layout: NodeLayout, addresses: NodeAddresses): string[] {
  const busy = ['deployment', 'replicaset', 'endpoint', 'service-endpoint', 'gc', 'job', 'namespace', 'statefulset'];
  return [
    `--kubeconfig=${join(layout.pki, 'controller-manager.kubeconfig')}`,
    `--root-ca-file=${join(layout.pki, 'ca.crt')}`,
    `--service-account-private-key-file=${join(layout.pki, 'service-account.key')}`,
    '--use-service-account-credentials=true',
    '--leader-elect=false',
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
    // A claim seen before its volume is looked at again only then (15 s by default).
    '--pvclaimbinder-sync-period=500ms',
    ...busy.map((each) => `--concurrent-${each}-syncs=20`),
    ...serving(layout, addresses),
  ];
}

function serving(layout: NodeLayout, addresses: NodeAddresses): string[] {
  return [
    `--bind-address=${addresses.node}`,
    `--tls-cert-file=${join(layout.pki, 'kubelet.crt')}`,
    `--tls-private-key-file=${join(layout.pki, 'kubelet.key')}`,
  ];
}

function kubelet(layout: NodeLayout, addresses: NodeAddresses): string[] {
  return [
    `--config=${join(layout.settings, 'kubelet.json')}`,
    `--kubeconfig=${join(layout.pki, 'node.kubeconfig')}`,
    `--root-dir=${layout.kubelet}`,
    `--hostname-override=${layout.name}`,
    `--node-ip=${addresses.node}`,
  ];
}
