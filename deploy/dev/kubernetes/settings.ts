/** The configuration files of the node's components. JSON is YAML too, so most are plain objects. */
import { join } from 'node:path';
import { containerdSocket, pauseImage, type NodeAddresses, type NodeLayout } from './layout.ts';

/** File name to content, for the node's settings folder. */
export function settingFiles(layout: NodeLayout, addresses: NodeAddresses): Record<string, string> {
  return {
    'kubelet.json': json(kubelet(layout, addresses)),
    'proxy.json': json(proxy(layout, addresses)),
    'scheduler.json': json(scheduler(layout)),
    'containerd.toml': containerd(layout),
    'cni/10-drey.conflist': json(podNetwork(addresses)),
    Corefile: corefile(layout, addresses),
    'resolv.conf': `nameserver ${addresses.node}\n`,
  };
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function kubelet(layout: NodeLayout, addresses: NodeAddresses): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: addresses.node,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(layout.pki, 'ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: join(layout.pki, 'kubelet.crt'),
    tlsPrivateKeyFile: join(layout.pki, 'kubelet.key'),
    clusterDNS: [addresses.node],
    clusterDomain: 'cluster.local',
    resolvConf: join(layout.settings, 'resolv.conf'),
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    volumePluginDir: join(layout.kubelet, 'volume-plugins'),
    ...kubeletResources(layout),
    ...kubeletPace(),
  };
}

function kubeletResources(layout: NodeLayout): object {
  return {
    cgroupDriver: 'cgroupfs',
    cgroupRoot: layout.cgroup,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    failCgroupV1: false,
    localStorageCapacityIsolation: false,
    maxPods: 250,
    oomScoreAdj: 0,
    // Images are imported, not pulled: one that was collected could not come back.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
  };
}

function kubeletPace(): object {
  return {
    kubeAPIQPS: 500,
    kubeAPIBurst: 1000,
    eventRecordQPS: 100,
    eventBurst: 200,
    registryPullQPS: 0,
    serializeImagePulls: false,
    syncFrequency: '10s',
    nodeStatusUpdateFrequency: '5s',
    volumeStatsAggPeriod: '-1s',
  };
}

function proxy(layout: NodeLayout, addresses: NodeAddresses): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    bindAddress: addresses.node,
    healthzBindAddress: `${addresses.node}:10256`,
    metricsBindAddress: '127.0.0.1:10249',
    hostnameOverride: layout.name,
    clientConnection: { kubeconfig: join(layout.pki, 'proxy.kubeconfig'), qps: 100, burst: 200 },
    clusterCIDR: addresses.pods,
    mode: 'iptables',
    iptables: { minSyncPeriod: '50ms', syncPeriod: '30s' },
    // The limits are the whole machine's and cannot be set from a network namespace.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    oomScoreAdj: 0,
  };
}

function scheduler(layout: NodeLayout): object {
  return {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    leaderElection: { leaderElect: false },
    clientConnection: { kubeconfig: join(layout.pki, 'scheduler.kubeconfig'), qps: 500, burst: 1000 },
    podMaxBackoffSeconds: 3,
  };
}

/** Point-to-point links instead of a bridge: pods on one node then need no bridge netfilter module. */
function podNetwork(addresses: NodeAddresses): object {
  return {
    cniVersion: '0.4.0',
    name: 'drey',
    plugins: [
      {
        type: 'ptp',
        ipMasq: false,
        ipam: {
          type: 'host-local',
          dataDir: '/run/cni-addresses',
          ranges: [[{ subnet: addresses.pods }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
    ],
  };
}

function containerd(layout: NodeLayout): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  const unused = ['aufs', 'btrfs', 'devmapper', 'zfs', 'native'].map(
    (each) => `"io.containerd.snapshotter.v1.${each}"`,
  );
  return `version = 2
root = "${layout.containerd}"
state = "/run/containerd"
disabled_plugins = [${unused.join(', ')}, "io.containerd.internal.v1.opt", "io.containerd.tracing.processor.v1.otlp"]
[grpc]
address = "${containerdSocket}"
[${cri}]
sandbox_image = "${pauseImage}"
# Without CAP_SYS_RESOURCE nothing may lower its score, and runc would refuse to start.
restrict_oom_score_adj = true
[${cri}.cni]
bin_dir = "/usr/lib/cni"
conf_dir = "${join(layout.settings, 'cni')}"
[${cri}.containerd]
snapshotter = "overlayfs"
default_runtime_name = "runc"
[${cri}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[${cri}.containerd.runtimes.runc.options]
SystemdCgroup = false
`;
}

function corefile(layout: NodeLayout, addresses: NodeAddresses): string {
  return `.:53 {
  bind ${addresses.node}
  errors
  health ${addresses.node}:8080 {
    lameduck 0s
  }
  ready ${addresses.node}:8181
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${join(layout.pki, 'dns.kubeconfig')}
    pods disabled
    ttl 1
  }
}
`;
}
