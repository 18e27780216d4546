/** The observer with a thousand jobs whose nodes die and come back: each job is told, and Temporal is not flooded. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { AttemptFence } from '../../activities/observe/attempt-fence.ts';
import { ClusterView } from '../../activities/observe/cluster-view.ts';
import { Observer, type ObserverPorts } from '../../activities/observe/observer.ts';
import type { FlinkClient, JobSummary } from '../../clients/flink/client.ts';
import type { Follower, KubernetesClient } from '../../clients/kubernetes/client.ts';
import type { Kind } from '../../clients/kubernetes/kinds.ts';
import type { Generation } from '../../core/generation.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { renderGeneration } from '../../core/manifests/generation.ts';
import { annotations, generationName, labels } from '../../core/names.ts';
import { requestsInAll } from '../../core/observation/pace.ts';
import { runningJob } from '../support/running-job.ts';
import { someGeneration } from '../support/state-fixture.ts';

const count = 1_000;
const nodes = ['node-0', 'node-1', 'node-2', 'node-3'] as const;
const generations = Array.from({ length: count }, (_, at) =>
  someGeneration(1, { identity: { tenant: 'default', name: `job-${at}`, uid: 'abcdefgh', number: 1 } }),
);
const indexOf = ({ identity }: Generation) => Number(identity.name.slice('job-'.length));
/** A quarter of the jobs have their TaskManager there. */
const nodeOf = (at: number) => nodes[at % nodes.length] ?? '';
const isOn = (node: string) => (at: number) => nodeOf(at) === node;

/** What was told of a job, and when. */
interface Told {
  readonly job: number;
  readonly atMs: number;
  readonly state: string;
  readonly reason: string | undefined;
}

let followers: Map<Kind, Follower<Kind>>;
let told: Told[];
let observer: Observer;
/** How the JobManager of each job lists it. */
let summaries: JobSummary[];
/** How often JobManagers were asked how their jobs are. */
let asked: number;
/** When any request was sent to any of them. */
let requestsAtMs: number[];
/** When the JobManager of the job was asked last, by its number. */
let askedAtMs: Map<number, number>;

const stored = (object: object) => structuredClone(object) as never;

/** As it stands in the API server. */
function inVersion<One extends object>(object: One, resourceVersion = '1'): One {
  return { ...object, metadata: { ...('metadata' in object && (object.metadata as object)), resourceVersion } };
}

function anchorOf(generation: Generation) {
  const made = renderAnchor(generation, 1);
  const notes = { [annotations.ran]: '1', [annotations.submission]: '1', [annotations.applied]: '{}' };
  return { ...made, metadata: { ...made.metadata, annotations: { ...made.metadata.annotations, ...notes } } };
}

function podOf(generation: Generation, component: 'jobmanager' | 'taskmanager') {
  const { name, uid, number } = generation.identity;
  const ownLabels = { [labels.job]: name, [labels.uid]: uid, [labels.generation]: String(number) };
  const metadata = {
    name: `${generationName(generation.identity)}-${component}-0`,
    namespace: 'flink',
    labels: { ...ownLabels, [labels.component]: component },
  };
  // A JobManager's node is another one, and lives on.
  const nodeName = component === 'taskmanager' ? nodeOf(indexOf(generation)) : 'node-of-job-managers';
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  return { kind: 'Pod', metadata, spec: { nodeName }, status };
}

function objectsOf(generation: Generation): readonly { readonly kind: string }[] {
  const rendered = renderGeneration({ generation, anchorUid: 'u', defaultImage: 'flink:2.3' });
  return [anchorOf(generation), ...rendered, podOf(generation, 'jobmanager'), podOf(generation, 'taskmanager')];
}

function allObjects(): readonly { readonly kind: string }[] {
  return generations.flatMap(objectsOf).map((object) => inVersion(object));
}

function nodeIs(name: string, ready: 'True' | 'Unknown'): void {
  const lastTransitionTime = new Date().toISOString();
  const node = { metadata: { name }, status: { conditions: [{ type: 'Ready', status: ready, lastTransitionTime }] } };
  followers.get('Node')?.changed(stored(node));
}

async function noAnswer(): Promise<undefined> {}

async function counted(): Promise<undefined> {
  requestsAtMs.push(performance.now());
}

async function listed(job: number): Promise<readonly (JobSummary | undefined)[]> {
  asked += 1;
  askedAtMs.set(job, performance.now());
  await counted();
  return [summaries[job]];
}

const ports: ObserverPorts = {
  flink: (generation) =>
    ({
      jobs: () => listed(indexOf(generation)),
      exceptions: counted,
      checkpoints: counted,
      checkpointConfig: counted,
      failureCause: counted,
    }) as unknown as FlinkClient,
  pointers: noAnswer,
  signal: async (workflow, { observation, finding }) => {
    const job = Number(/job-(\d+)$/.exec(workflow)?.[1]);
    told.push({ job, atMs: performance.now(), state: observation.job.state, reason: finding?.reason });
    return true;
  },
  noteTold: async () => undefined,
  failed: (error) => {
    throw error;
  },
  counters: { asked: () => undefined, signalled: () => undefined, observed: () => undefined, ended: () => undefined },
};

beforeEach(async () => {
  jest.useFakeTimers();
  [followers, told, summaries, asked] = [new Map(), [], generations.map(runningJob), 0];
  [requestsAtMs, askedAtMs] = [[], new Map()];
  const follow = async (kind: Kind, _all: string, _of: unknown, one: Follower<Kind>) => void followers.set(kind, one);
  const seen: { observer?: Observer; seq: number } = { seq: 0 };
  const view = new ClusterView('local', (name) => seen.observer?.changed(name));
  observer = new Observer(view, ports, {
    nextOrder: (elapsedMs) => ({ attemptMs: 1, seq: (seen.seq += 1), elapsedMs }),
    beganAtMs: performance.now(),
    fence: new AttemptFence(async () => true),
  });
  seen.observer = observer;
  await view.follow({ follow } as unknown as KubernetesClient, 'x', new AbortController().signal);
  const all = allObjects();
  for (const kind of ['ConfigMap', 'Pod', 'Deployment', 'Job', 'Service', 'Node'] as const)
    followers.get(kind)?.replaced(all.filter((object) => object.kind === kind).map(stored));
});
afterEach(() => void jest.useRealTimers());

async function pass(ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 200) {
    observer.tick();
    await jest.advanceTimersByTimeAsync(200);
  }
}

/** The jobs of which `which` is so are listed otherwise from now on. */
function become(which: (at: number) => boolean, change: Partial<JobSummary>): void {
  summaries = summaries.map((one, at) => (which(at) ? { ...one, ...change } : one));
}

/** What was told last of each job that was told anything. */
const lastTold = () => new Map(told.map((one) => [one.job, one]));

/** The most signals within any such time. */
function most(withinMs: number): number {
  return Math.max(...told.map(({ atMs }, at) => told.slice(at).filter((one) => one.atMs < atMs + withinMs).length));
}

const down = { tasks: { SCHEDULED: 2 } };
const up = { state: 'RUNNING', tasks: { RUNNING: 2 } } as const;

test('a node dies, and another: each job that is struck is told of within a minute, the others are left alone', async () => {
  await pass(20_000);
  expect(told).toEqual([]);
  expect(observer.summary().watched).toBe(count);
  // Kubernetes tells of the node first, then Flink of the tasks, and of some jobs that they have failed.
  nodeIs('node-1', 'Unknown');
  await pass(5_000);
  become(isOn('node-1'), down);
  nodeIs('node-2', 'Unknown');
  await pass(5_000);
  become(isOn('node-2'), down);
  const hasFailed = (at: number) => isOn('node-1')(at) && at % 8 === 1;
  become(hasFailed, { state: 'FAILED', tasks: { FAILED: 2 } });
  await pass(60_000);
  const struck = generations.map(indexOf).filter((at) => isOn('node-1')(at) || isOn('node-2')(at));
  expect([...lastTold().keys()].toSorted((a, b) => a - b)).toEqual(struck);
  expect([...lastTold().values()].filter(({ state }) => state === 'FAILED')).toHaveLength(count / 8);
  // Both come back, and what has not failed runs again.
  for (const node of ['node-1', 'node-2'] as const) nodeIs(node, 'True');
  become((at) => struck.includes(at) && !hasFailed(at), up);
  await pass(60_000);
  const ill = [...lastTold().values()].filter(({ reason }) => reason !== undefined);
  expect(ill.every(({ job, state }) => hasFailed(job) && state === 'FAILED')).toBe(true);
  expect(ill).toHaveLength(count / 8);
  expect(observer.summary().waiting).toBe(0);
  // Its node, its tasks, its failure, and that all is well: no more than these of any job.
  const ofEach = struck.map((at) => told.filter(({ job }) => job === at).length);
  expect(Math.max(...ofEach)).toBeLessThanOrEqual(4);
  expect(told.length).toBeLessThanOrEqual(3 * struck.length);
  // 100 at once after a rest, and 20 a second from then on.
  expect(most(1_000)).toBeLessThanOrEqual(100 + 20);
  expect(most(20_000)).toBeLessThanOrEqual(100 + 20 * 20);
}, 120_000);

/** The most requests within any such time. */
function mostRequests(withinMs: number): number {
  let from = 0;
  return Math.max(
    ...requestsAtMs.map((atMs, at) => {
      while ((requestsAtMs[from] ?? 0) <= atMs - withinMs) from += 1;
      return at - from + 1;
    }),
  );
}

test('begins with no more requests than at any time, though it asks each JobManager for everything', async () => {
  await pass(30_000);
  expect(asked).toBeGreaterThan(count);
  expect(mostRequests(1_000)).toBeLessThanOrEqual(requestsInAll.burst + requestsInAll.perSecond);
  expect(mostRequests(10_000)).toBeLessThanOrEqual(requestsInAll.burst + 10 * requestsInAll.perSecond);
});

test('is hurried by nothing that is listed again as it was: what has changed is looked at before', async () => {
  await pass(60_000);
  const pods = allObjects().filter(({ kind }) => kind === 'Pod');
  followers.get('Pod')?.replaced(pods.map(stored));
  const [last] = generations.slice(-1);
  if (!last) throw new Error('there is none');
  followers.get('Pod')?.changed(stored(inVersion(podOf(last, 'taskmanager'), '2')));
  const changedAtMs = performance.now();
  await pass(1_000);
  expect(askedAtMs.get(count - 1)).toBeGreaterThanOrEqual(changedAtMs);
});

test('asks nobody any more once it has ended, though most of them wait in line', async () => {
  await pass(400);
  observer.end();
  const before = asked;
  expect(before).toBeLessThan(count);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(asked).toBe(before);
});

test('waits for nothing any more where it ends while all is listed anew, and an anchor had gone', async () => {
  await pass(60_000);
  followers.get('ConfigMap')?.deleted(stored(generations.map(anchorOf)[0] ?? {}));
  await pass(1_000);
  observer.relisted(new ClusterView('local', () => undefined));
  await pass(10_000);
  observer.end();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(jest.getTimerCount()).toBe(0);
});
