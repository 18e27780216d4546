/** Whether a node works, judged from outside as its users see it. */
import { join } from 'node:path';
import { z } from 'zod';
import { waitUntil, type WaitOptions } from '../process.ts';
import { applyObject, ask, askApi } from './api.ts';
import { healthUrls } from './components.ts';
import { addressesOf, containerdSocket, layoutOf, type NodeIdentity } from './layout.ts';
import { initPid, missingComponents, nodeProcesses, runInNode, startTimeOf } from './namespace.ts';

const startLimit = 300_000;

/** Waits until every component says that it is healthy and the node takes pods. */
export async function awaitClusterReady(identity: NodeIdentity): Promise<void> {
  const urls = Object.entries(healthUrls(addressesOf(identity.index), layoutOf(identity).name));
  await awaitHealthy(identity, 'kube-apiserver', urls.find(([name]) => name === 'kube-apiserver')?.[1] ?? '');
  await ensureNamePermissions(identity);
  await Promise.all(urls.map(([name, url]) => awaitHealthy(identity, name, url)));
  await waitUntil(async () => allRun(identity), waitOptions(identity, 'every component to run', 'init'));
  await waitUntil(() => nodeIsReady(identity), waitOptions(identity, 'the node to be Ready', 'kubelet'));
}

/** Waits until the container runtime answers. */
export async function awaitContainerd(identity: NodeIdentity): Promise<void> {
  await waitUntil(
    async () => runInNode(identity, '-m', ['ctr', '-a', containerdSocket, 'version'], { timeoutMs: 5000 }),
    waitOptions(identity, 'containerd to answer', 'containerd'),
  );
}

async function awaitHealthy(identity: NodeIdentity, name: string, url: string): Promise<void> {
  const look = async () => {
    const answer = await ask(identity, url);
    if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}: ${answer.body.slice(0, 2000)}`);
    return true;
  };
  await waitUntil(look, waitOptions(identity, `${name} to be healthy`, name));
}

function allRun(identity: NodeIdentity): boolean {
  const missing = missingComponents(identity);
  if (missing.length > 0) throw new Error(`these do not run: ${missing.join(', ')}; each has a log beside init's`);
  return true;
}

/** A node that was stopped is still recorded as Ready: only what this kubelet has said itself counts. */
async function nodeIsReady(identity: NodeIdentity): Promise<boolean> {
  const { name } = layoutOf(identity);
  const kubelet = nodeProcesses(identity).find((each) => each.name === 'kubelet');
  const since = kubelet && startTimeOf(kubelet.pid);
  if (since === undefined) throw new Error('kubelet does not run');
  const node = await readNode(identity, name);
  const ready = node.status?.conditions?.find((each) => each.type === 'Ready');
  if (ready?.status !== 'True') throw new Error(`the node is not ready: ${ready?.message ?? 'it has not said why'}`);
  const blocked = node.spec?.taints?.map((taint) => taint.key) ?? [];
  if (blocked.length > 0) throw new Error(`the node is tainted: ${blocked.join(', ')}`);
  // Heartbeats are written in whole seconds.
  if (Date.parse(ready.lastHeartbeatTime) + 1000 < since) throw new Error('kubelet has not reported since it started');
  return true;
}

const condition = z.object({
  type: z.string(),
  status: z.string(),
  message: z.string().optional(),
  lastHeartbeatTime: z.string(),
});

const nodeObject = z.object({
  spec: z.object({ taints: z.array(z.object({ key: z.string() })).optional() }).optional(),
  status: z.object({ conditions: z.array(condition).optional() }).optional(),
});

async function readNode(identity: NodeIdentity, name: string): Promise<z.infer<typeof nodeObject>> {
  const path = `/api/v1/nodes/${name}`;
  const answer = await askApi(identity, path);
  if (answer.status !== 200) throw new Error(`${path} answers ${answer.status}: ${answer.body}`);
  return nodeObject.parse(JSON.parse(answer.body));
}

/** What CoreDNS may read. Kubernetes makes the roles of its own components itself. */
async function ensureNamePermissions(identity: NodeIdentity): Promise<void> {
  const group = 'rbac.authorization.k8s.io';
  const apiVersion = `${group}/v1`;
  const name = 'drey:coredns';
  const metadata = { name };
  const verbs = ['list', 'watch'];
  const rules = [
    { apiGroups: [''], resources: ['services', 'namespaces'], verbs },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs },
  ];
  await applyObject(identity, `/apis/${apiVersion}/clusterroles/${name}`, {
    apiVersion,
    kind: 'ClusterRole',
    metadata,
    rules,
  });
  await applyObject(identity, `/apis/${apiVersion}/clusterrolebindings/${name}`, {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: { apiGroup: group, kind: 'ClusterRole', name },
    subjects: [{ apiGroup: group, kind: 'User', name }],
  });
}

function waitOptions(identity: NodeIdentity, what: string, component: string): WaitOptions {
  const giveUp = () =>
    initPid(identity) === undefined
      ? 'the node has ended; start it again, and read init.log if it ends again'
      : undefined;
  const logFile = join(layoutOf(identity).logs, `${component}.log`);
  return { what, timeoutMs: startLimit, stepMs: 50, logFile, giveUp };
}
