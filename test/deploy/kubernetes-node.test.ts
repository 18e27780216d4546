import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Resolver } from 'node:dns/promises';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { applyObject, ask, askApi } from '../../deploy/dev/kubernetes/api.ts';
import { addressesOf, pauseImage } from '../../deploy/dev/kubernetes/layout.ts';
import { initPid, nodeProcesses } from '../../deploy/dev/kubernetes/namespace.ts';
import { startNode, stopNode, type RunningNode } from '../../deploy/dev/kubernetes/node.ts';
import { localVolume, volumeFolder } from '../../deploy/dev/kubernetes/volumes.ts';
import { waitUntil } from '../../deploy/dev/process.ts';

const drey = resolve('.drey');
mkdirSync(drey, { recursive: true });
const options = {
  instance: 'node-test',
  index: 9,
  stateDir: mkdtempSync(join(drey, 'node-test-')),
  cacheDir: join(drey, 'cache'),
  unsafeNoFsync: true,
};
const pods = '/api/v1/namespaces/probe/pods';
let node: RunningNode;

beforeAll(async () => {
  node = await startNode(options);
  await applyObject(node, '/api/v1/namespaces/probe', restrictedNamespace());
}, 900_000);

afterAll(() => stopNode(options, { purge: true }));

test('a restricted pod runs with a claim on durable storage', async () => {
  const wish = { namespace: 'probe', name: 'data', size: '1Gi' };
  const [volume, claim] = localVolume(node, wish);
  await applyObject(node, '/api/v1/persistentvolumes/probe-data', volume);
  await applyObject(node, '/api/v1/namespaces/probe/persistentvolumeclaims/data', claim);
  await applyObject(node, `${pods}/quiet`, pod());
  await podIsReady(0);
  expect(statSync(volumeFolder(node, wish))).toMatchObject({ uid: 9999, gid: 9999 });
});

test('a pod that asks for more than restricted is refused', async () => {
  const { securityContext: _, ...spec } = pod().spec;
  const bold = { ...pod(), metadata: { namespace: 'probe', name: 'bold' }, spec };
  await expect(applyObject(node, `${pods}/bold`, bold)).rejects.toThrow('violates PodSecurity');
});

test('names resolve, and Services answer on this machine', async () => {
  const resolver = new Resolver();
  resolver.setServers([node.nodeAddress]);
  const [address] = await resolver.resolve4('kubernetes.default.svc.cluster.local');
  expect(address).toBe(addressesOf(options.index).firstService);
  expect((await ask(node, `https://${address}/version`)).body).toContain('v1.34.4');
});

test.each(['etcd', 'kube-apiserver', 'containerd', 'kubelet', 'kube-proxy', 'coredns'])(
  '%s comes back alone after kill -9',
  async (name) => {
    const before = nodeProcesses(node);
    process.kill(before.find((each) => each.name === name)?.pid ?? 0, 'SIGKILL');
    await startNode(options);
    const known = new Set(before.map((each) => each.pid));
    const anew = nodeProcesses(node).filter((each) => !known.has(each.pid));
    expect(anew.map((each) => each.name)).toEqual([name]);
  },
);

test('after init was killed, a start brings the pods back', async () => {
  const killed = initPid(node) ?? 0;
  process.kill(killed, 'SIGKILL');
  // On a busy machine it lives for a moment more.
  await waitUntil(async () => initPid(node) !== killed, { what: 'init to be gone', timeoutMs: 30_000, stepMs: 10 });
  await startNode(options);
  expect(initPid(node)).not.toBe(killed);
  await podIsReady(1);
});

test('a stop leaves nothing behind', async () => {
  await stopNode(options);
  expect(existsSync(`/sys/class/net/${addressesOf(options.index).hostInterface}`)).toBe(false);
  expect(readdirSync('/sys/fs/cgroup').flatMap((name) => cgroupsIn(name))).not.toContain('drey-node-test');
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(options.stateDir);
  expect(processesNaming(options.stateDir)).toEqual([]);
});

async function podIsReady(restarts: number): Promise<void> {
  const look = async () => {
    const { status } = JSON.parse((await askApi(node, `${pods}/quiet`)).body) as PodObject;
    const [container] = status.containerStatuses ?? [];
    return container?.ready === true && container.restartCount === restarts;
  };
  await waitUntil(look, { what: `the pod to be ready after ${restarts} restarts`, timeoutMs: 300_000 });
}

interface PodObject {
  readonly status: { readonly containerStatuses?: readonly { ready: boolean; restartCount: number }[] };
}

function restrictedNamespace(): object {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'probe', labels } };
}

function pod() {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'probe', name: 'quiet' },
    spec: {
      securityContext: { runAsNonRoot: true, runAsUser: 9999, seccompProfile: { type: 'RuntimeDefault' } },
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
      containers: [
        {
          name: 'quiet',
          image: pauseImage,
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
}

function cgroupsIn(hierarchy: string): string[] {
  const folder = join('/sys/fs/cgroup', hierarchy);
  return statSync(folder).isDirectory() ? [hierarchy, ...readdirSync(folder)] : [];
}

function processesNaming(path: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => commandLine(pid).includes(path));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
