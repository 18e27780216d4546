/** The observer on objects that a test puts into its view, and a JobManager that says what the test wants. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { AttemptFence } from '../../activities/observe/attempt-fence.ts';
import { ClusterView } from '../../activities/observe/cluster-view.ts';
import { Observer, type ObserverPorts } from '../../activities/observe/observer.ts';
import type { FlinkClient, JobSummary } from '../../clients/flink/client.ts';
import type { Follower, KubernetesClient } from '../../clients/kubernetes/client.ts';
import type { Kind } from '../../clients/kubernetes/kinds.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { renderGeneration } from '../../core/manifests/generation.ts';
import { annotations } from '../../core/names.ts';
import type { JobFact } from '../../core/observation/job-seen.ts';
import { unheardEveryMs } from '../../core/observation/coalescing.ts';
import type { Standstill } from '../../core/observation/observation.ts';
import type { JobObservedSignal } from '../../core/observation/signal.ts';
import { marksOf } from '../../activities/cluster/marks.ts';
import { runningJob } from '../support/running-job.ts';
import { smallSpec, someGeneration } from '../support/state-fixture.ts';

const generation = someGeneration(2);
const objects = renderGeneration({ generation, anchorUid: 'u', defaultImage: 'flink:2.3' });
const notes = {
  [annotations.ran]: '1',
  [annotations.submission]: '1',
  [annotations.applied]: JSON.stringify(marksOf(objects)),
};
const made = renderAnchor(generation, 4);
const anchor = { ...made, metadata: { ...made.metadata, annotations: { ...made.metadata.annotations, ...notes } } };

const running = runningJob(generation);

let followers: Map<Kind, Follower<Kind>>;
let jobs: () => Promise<JobSummary[]>;
let signals: JobObservedSignal[];
let isKnown: boolean;
let toldDigests: string[];
let failures: unknown[];
/** How often the JobManager was asked. */
let asked: { jobs: number; failures: number };
let observer: Observer;
let seq: number;
/** What Temporal says of the attempt. */
let isCurrent: () => Promise<boolean>;
/** What measuring has found. */
let standstill: Standstill | undefined;
/** What was shown of jobs, past their workflows. */
let facts: JobFact[];
/** How many jobs each observer says that it looks after. */
const observedBy = new Map<object, number>();

/** The watches of a real client, of which the test says what they see. */
const kubernetes = {
  follow: async (kind: Kind, _namespace: string, _selection: unknown, follower: Follower<Kind>) => {
    followers.set(kind, follower);
  },
} as unknown as KubernetesClient;

const ports: ObserverPorts = {
  flink: () =>
    ({
      jobs: () => ((asked.jobs += 1), jobs()),
      exceptions: async () => void (asked.failures += 1),
      checkpoints: noAnswer,
      checkpointConfig: noAnswer,
      failureCause: noAnswer,
    }) as unknown as FlinkClient,
  pointers: noAnswer,
  signal: async (_workflow, signal) => {
    signals.push(signal);
    return isKnown;
  },
  noteTold: async (_generation, digest) => void toldDigests.push(digest),
  seen: (fact) => void facts.push(fact),
  failed: (error) => void failures.push(error),
  counters: {
    asked: () => undefined,
    signalled: () => undefined,
    observed: (by, count) => void observedBy.set(by, count),
    ended: (by) => void observedBy.delete(by),
  },
};

async function noAnswer(): Promise<undefined> {}

const stored = (object: object) => structuredClone(object) as never;

beforeEach(async () => {
  jest.useFakeTimers();
  [signals, toldDigests, failures, isKnown, seq] = [[], [], [], true, 0];
  jobs = async () => [running];
  asked = { jobs: 0, failures: 0 };
  isCurrent = async () => true;
  standstill = undefined;
  facts = [];
  observedBy.clear();
  await restarted();
  followers.get('Service')?.replaced(objects.filter(({ kind }) => kind === 'Service').map(stored));
});
afterEach(() => void jest.useRealTimers());

function nextOrder(elapsedMs: number) {
  return { attemptMs: 1, seq: (seq += 1), elapsedMs };
}

/** Begins anew, with all listed but the Services. */
async function restarted(): Promise<void> {
  followers = new Map();
  const seen: { observer?: Observer } = {};
  const view = new ClusterView('local', (name) => seen.observer?.changed(name));
  observer = new Observer(view, ports, {
    nextOrder,
    beganAtMs: performance.now(),
    fence: new AttemptFence(() => isCurrent()),
    standstill: () => standstill,
    slots: () => ({ total: 2, free: 1 }),
  });
  seen.observer = observer;
  await view.follow(kubernetes, 'x', new AbortController().signal);
  for (const kind of ['ConfigMap', 'Pod', 'Deployment', 'Job'] as const) {
    const own = [anchor, ...objects].filter((object) => object.kind === kind);
    followers.get(kind)?.replaced(own.map(stored));
  }
  followers.get('Node')?.replaced([]);
}

const own = ['ConfigMap', 'Pod', 'Deployment', 'Job', 'Service'] as const;

/** As each hour: a new view, of which nothing is listed yet. */
async function listedAnew(): Promise<void> {
  const view = new ClusterView('local', (name) => observer.changed(name));
  observer.relisted(view);
  await view.follow(kubernetes, 'x', new AbortController().signal);
}

async function pass(ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 200) {
    observer.tick();
    await jest.advanceTimersByTimeAsync(200);
  }
}

describe('an observer', () => {
  test('says nothing of a job that is well', async () => {
    await pass(60_000);
    expect(signals).toEqual([]);
    expect(observer.summary()).toMatchObject({ watched: 1, waiting: 0 });
  });

  test('shows what it has seen at each look, past the workflow', async () => {
    await pass(5_000);
    const { looks } = observer.summary();
    expect(looks).toBeGreaterThan(1);
    expect(facts.map(({ seq: number }) => number)).toEqual(Array.from({ length: looks }, (_, index) => index + 1));
    expect(facts[0]).toMatchObject({ submission: 1, seen: { generation: 2, state: 'RUNNING', slots: { free: 1 } } });
  });

  test('tells once how a candidate is that is well, for whoever decides about it', async () => {
    const beside = renderAnchor({ ...generation, candidate: true }, 5);
    const metadata = { ...beside.metadata, annotations: { ...beside.metadata.annotations, ...notes } };
    followers.get('ConfigMap')?.changed(stored({ ...beside, metadata }));
    await pass(60_000);
    expect(signals).toMatchObject([{ observation: { generation: 2, job: { state: 'RUNNING' } } }]);
    expect(signals[0]?.finding).toBeUndefined();
    expect(facts).toEqual([]);
  });

  test('has jobs measured by the revision that their anchors say', async () => {
    await pass(2_000);
    const next = renderAnchor({ ...generation, revision: 9, spec: smallSpec({ autoscaler: { mode: 'active' } }) }, 5);
    const metadata = { ...next.metadata, annotations: { ...next.metadata.annotations, ...notes } };
    followers.get('ConfigMap')?.changed(stored({ ...next, metadata }));
    await pass(2_000);
    expect(observer.running()).toMatchObject([{ revision: 9, spec: { spec: { autoscaler: { mode: 'active' } } } }]);
  });

  test('tells once what is wrong, and notes on the anchor that it did', async () => {
    jobs = async () => [{ ...running, state: 'FAILED', tasks: { FAILED: 2 } }];
    await pass(60_000);
    expect(signals).toMatchObject([{ observation: { job: { state: 'FAILED' } }, finding: { reason: 'JOB_FAILED' } }]);
    expect(toldDigests).toEqual(['', expect.stringMatching(/^[0-9a-f]{16}$/)]);
  });

  test('tells that all is well where the one before it was about to tell something', async () => {
    const beingTold = { ...anchor.metadata.annotations, [annotations.told]: '' };
    const noted = { ...anchor.metadata, annotations: beingTold };
    followers.get('ConfigMap')?.changed(stored({ ...anchor, metadata: noted }));
    await pass(5_000);
    expect(signals).toHaveLength(1);
    expect(signals[0]?.finding).toBeUndefined();
  });

  test('misses nothing that it has never seen, until its watches have caught up', async () => {
    await restarted();
    followers.get('Service')?.replaced([]);
    await pass(30_000);
    expect(signals).toEqual([]);
    await pass(60_000);
    expect(signals).toMatchObject([{ finding: { reason: 'OBJECTS_DELETED' } }]);
  });

  test('misses at once what it has seen', async () => {
    await pass(1_000);
    followers.get('Service')?.replaced([]);
    await pass(2_000);
    expect(signals).toMatchObject([{ finding: { reason: 'OBJECTS_DELETED' } }]);
  });

  test('takes copies in another namespace for nothing of the job', async () => {
    const copies = [anchor, ...objects].map((object) => ({
      ...object,
      metadata: { ...object.metadata, namespace: 'copied' },
    }));
    for (const copy of copies) followers.get(copy.kind as Kind)?.changed(stored(copy));
    await pass(5_000);
    for (const copy of copies) followers.get(copy.kind as Kind)?.deleted(stored(copy));
    await pass(10_000);
    expect(signals).toEqual([]);
    expect(observer.summary().watched).toBe(1);
  });

  test('leaves alone what a control plane made that calls the cluster otherwise', async () => {
    const spec = smallSpec({ cluster: 'elsewhere' });
    const other = renderAnchor({ ...generation, spec }, 4);
    const metadata = { ...other.metadata, annotations: { ...other.metadata.annotations, ...notes } };
    followers.get('ConfigMap')?.changed(stored({ ...other, metadata }));
    jobs = async () => [{ ...running, state: 'FAILED', tasks: { FAILED: 2 } }];
    await pass(30_000);
    expect([signals, toldDigests]).toEqual([[], []]);
    expect(observer.summary().watched).toBe(0);
  });

  test('goes on where it was when all is listed anew', async () => {
    await pass(5_000);
    followers.get('ConfigMap')?.deleted(stored(anchor));
    await pass(1_000);
    await listedAnew();
    for (const kind of own) followers.get(kind)?.replaced([]);
    await pass(10_000);
    // A node that is lost seems to be there until all nodes are listed.
    expect(signals).toEqual([]);
    followers.get('Node')?.replaced([]);
    await pass(10_000);
    expect(signals).toMatchObject([{ finding: { reason: 'OBJECTS_DELETED' } }]);
  });

  test('says nothing of a look that ends while all is listed anew: what is not listed yet seems to be missing', async () => {
    await pass(5_000);
    const before = facts.length;
    const answers: ((found: JobSummary[]) => void)[] = [];
    jobs = () => new Promise((resolve) => void answers.push(resolve));
    await pass(15_000);
    await listedAnew();
    followers.get('ConfigMap')?.replaced([stored(anchor)]);
    jobs = async () => [running];
    expect(answers).toHaveLength(1);
    answers[0]?.([running]);
    await pass(5_000);
    expect([facts.length - before, signals]).toEqual([0, []]);
    for (const kind of own)
      followers.get(kind)?.replaced([anchor, ...objects].filter((one) => one.kind === kind).map(stored));
    followers.get('Node')?.replaced([]);
    await pass(15_000);
    expect(facts.length).toBeGreaterThan(before);
    expect(signals).toEqual([]);
  });

  test('says of how many jobs it looks after, until it ends', async () => {
    await pass(1_000);
    expect([...observedBy.values()]).toEqual([1]);
    observer.end();
    expect([...observedBy.values()]).toEqual([]);
  });

  test('tells what has been changed by somebody else', async () => {
    await pass(5_000);
    const service = objects.find(({ kind }) => kind === 'Service');
    followers.get('Service')?.changed(stored({ ...service, spec: { selector: { app: 'other' }, ports: [] } }));
    await pass(5_000);
    expect(signals).toMatchObject([{ finding: { reason: 'OBJECTS_CHANGED', action: 'report' } }]);
  });

  test('tells of a job whose anchor somebody has deleted', async () => {
    await pass(5_000);
    followers.get('ConfigMap')?.deleted(stored(anchor));
    await pass(10_000);
    expect(signals).toMatchObject([
      { finding: { reason: 'OBJECTS_DELETED', action: 'restartCluster', standing: 'ended' } },
    ]);
    expect(observer.summary().watched).toBe(0);
  });

  test('tells nothing of a generation that an operation asks to stop', async () => {
    await pass(5_000);
    const stopping = { ...anchor.metadata.annotations, [annotations.stopping]: '1/abc' };
    followers.get('ConfigMap')?.changed(stored({ ...anchor, metadata: { ...anchor.metadata, annotations: stopping } }));
    await pass(1_000);
    followers.get('ConfigMap')?.deleted(stored(anchor));
    await pass(10_000);
    expect(signals).toEqual([]);
  });

  test('notes nothing of what no workflow has heard: one that is made later is told', async () => {
    isKnown = false;
    jobs = async () => [{ ...running, state: 'FAILED', tasks: { FAILED: 2 } }];
    await pass(30_000);
    expect(signals).toHaveLength(1);
    expect(toldDigests).toEqual(['']);
    isKnown = true;
    await pass(unheardEveryMs);
    expect(signals).toHaveLength(2);
    expect(signals[1]).toMatchObject({ finding: { reason: 'JOB_FAILED' } });
    expect(toldDigests.at(-1)).toMatch(/^[0-9a-f]{16}$/);
    await pass(2 * unheardEveryMs);
    expect(signals).toHaveLength(2);
  });

  test('lets a job be that is well again before any workflow has heard of it', async () => {
    isKnown = false;
    jobs = async () => [{ ...running, state: 'FAILED', tasks: { FAILED: 2 } }];
    await pass(30_000);
    jobs = async () => [running];
    isKnown = true;
    await pass(2 * unheardEveryMs);
    expect(signals).toHaveLength(1);
    expect(observer.summary().waiting).toBe(0);
  });

  test('tells of a job that stands still, and that it moves again', async () => {
    standstill = { vertex: 'Source', windowMs: 150_000, recordsOut: 0, backpressure: 0.99 };
    await pass(20_000);
    expect(signals).toMatchObject([
      { observation: { standstill }, finding: { reason: 'STANDSTILL', action: 'report' } },
    ]);
    standstill = undefined;
    await pass(20_000);
    expect(signals).toHaveLength(2);
    expect(signals[1]?.finding).toBeUndefined();
  });

  test('neither tells nor writes anything once another attempt counts', async () => {
    isCurrent = async () => false;
    jobs = async () => [{ ...running, state: 'FAILED', tasks: { FAILED: 2 } }];
    await pass(30_000);
    expect([signals, toldDigests]).toEqual([[], []]);
  });

  test('writes nothing more when another attempt counts since it began to tell', async () => {
    jobs = async () => [{ ...running, state: 'FAILED', tasks: { FAILED: 2 } }];
    const stands = new Promise<boolean>((resolve) => void setTimeout(() => resolve(true), 30_000));
    jest.spyOn(ports, 'signal').mockImplementationOnce(async (_workflow, signal) => {
      isCurrent = async () => false;
      signals.push(signal);
      return stands;
    });
    await pass(60_000);
    expect(signals).toHaveLength(1);
    expect(toldDigests).toEqual(['']);
  });

  test('waits while nobody can say whether its attempt counts', async () => {
    isCurrent = () => Promise.reject(new Error('Temporal is away'));
    jobs = async () => [{ ...running, state: 'FAILED', tasks: { FAILED: 2 } }];
    await pass(10_000);
    expect([signals, toldDigests]).toEqual([[], []]);
    isCurrent = async () => true;
    await pass(5_000);
    expect(signals).toHaveLength(1);
  });

  test.each([
    ['has ended', { ...running, state: 'FAILED', tasks: { FAILED: 2 } }, 0],
    ['is well', running, 0],
    ['has been down for long', { ...running, tasks: { SCHEDULED: 2 } }, 180_000],
  ] as const)('asks little of a job that %s', async (_title, job, afterMs) => {
    jobs = async () => [job];
    await pass(60_000 + afterMs);
    asked = { jobs: 0, failures: 0 };
    await pass(300_000);
    expect(asked.jobs).toBeLessThanOrEqual(31);
    expect(asked.failures).toBeLessThanOrEqual(job.state === 'FAILED' || job === running ? 10 : 31);
  });

  test('asks at once when Kubernetes has told something', async () => {
    await pass(60_000);
    asked = { jobs: 0, failures: 0 };
    followers.get('ConfigMap')?.changed(stored(anchor));
    await pass(1_000);
    expect(asked.jobs).toBeGreaterThan(0);
  });

  test('goes on with the others when it fails with one', async () => {
    jobs = () => Promise.reject(new Error('not understood'));
    await pass(5_000);
    expect(failures.length).toBeGreaterThan(0);
    jobs = async () => [{ ...running, state: 'FAILED', tasks: { FAILED: 2 } }];
    await pass(30_000);
    expect(signals).toMatchObject([{ finding: { reason: 'JOB_FAILED' } }]);
  });
});
