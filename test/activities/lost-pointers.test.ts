/** The observer on a job with high availability whose pointers to checkpoints somebody deletes: what the job is told. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { ClusterView } from '../../activities/observe/cluster-view.ts';
import { Observer, type ObserverPorts } from '../../activities/observe/observer.ts';
import type { FlinkClient, JobSummary } from '../../clients/flink/client.ts';
import { FlinkUnreachable } from '../../clients/flink/errors.ts';
import type { Follower, KubernetesClient } from '../../clients/kubernetes/client.ts';
import { KubernetesError } from '../../clients/kubernetes/errors.ts';
import type { Kind } from '../../clients/kubernetes/kinds.ts';
import type { Generation } from '../../core/generation.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { renderGeneration } from '../../core/manifests/generation.ts';
import { annotations, pointerMapName } from '../../core/names.ts';
import type { JobObservedSignal } from '../../core/observation/signal.ts';
import { application, storage } from '../support/findings.ts';
import { runningJob } from '../support/running-job.ts';
import { smallSpec, someGeneration } from '../support/state-fixture.ts';

const generation = someGeneration(2, { spec: smallSpec({ ...application, ...storage }) });
const label = `ConfigMap ${pointerMapName(generation.identity, 1)}`;
const running = runningJob(generation);

let followers: Map<Kind, Follower<Kind>>;
let jobs: () => Promise<JobSummary[]>;
/** The uid of the ConfigMap, as the API server has it. */
let pointers: () => Promise<string | undefined>;
let read: number;
let signals: JobObservedSignal[];
let failures: unknown[];
let observer: Observer;

const ports: ObserverPorts = {
  flink: () =>
    ({
      jobs: () => jobs(),
      exceptions: noAnswer,
      checkpoints: noAnswer,
      checkpointConfig: noAnswer,
      failureCause: noAnswer,
    }) as unknown as FlinkClient,
  pointers: () => ((read += 1), pointers()),
  signal: async (_workflow, signal) => (signals.push(signal), true),
  noteTold: noAnswer,
  failed: (error) => void failures.push(error),
  counters: { asked: () => undefined, signalled: () => undefined, observed: () => undefined, ended: () => undefined },
};

async function noAnswer(): Promise<undefined> {}

function anchorOf(what: Generation) {
  const made = renderAnchor(what, 4);
  const notes = { [annotations.ran]: '1', [annotations.submission]: '1', [annotations.applied]: '{}' };
  return { ...made, metadata: { ...made.metadata, annotations: { ...made.metadata.annotations, ...notes } } };
}

const stored = (object: object) => structuredClone(object) as never;

beforeEach(async () => {
  jest.useFakeTimers();
  [signals, failures, read, jobs, pointers] = [[], [], 0, async () => [running], async () => 'first'];
  await observes(generation);
});
afterEach(() => {
  observer.end();
  jest.useRealTimers();
});

async function observes(what: Generation): Promise<void> {
  followers = new Map();
  const seen: { observer?: Observer; seq: number } = { seq: 0 };
  const view = new ClusterView('local', (name) => seen.observer?.changed(name));
  observer = new Observer(view, ports, {
    nextOrder: (elapsedMs) => ({ attemptMs: 1, seq: (seen.seq += 1), elapsedMs }),
    beganAtMs: performance.now(),
    fence: { assertCurrent: noAnswer },
  });
  seen.observer = observer;
  const follow = async (kind: Kind, _all: string, _of: unknown, one: Follower<Kind>) => void followers.set(kind, one);
  await view.follow({ follow } as unknown as KubernetesClient, 'x', new AbortController().signal);
  const all = [anchorOf(what), ...renderGeneration({ generation: what, anchorUid: 'u', defaultImage: 'flink:2.3' })];
  for (const kind of ['ConfigMap', 'Pod', 'Deployment', 'Job', 'Service', 'Node'] as const)
    followers.get(kind)?.replaced(all.filter((object) => object.kind === kind).map(stored));
}

async function pass(ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 200) {
    observer.tick();
    await jest.advanceTimersByTimeAsync(200);
  }
}

const silence = () => Promise.reject(new FlinkUnreachable('connection refused'));
const toldOnce = [
  { observation: { missing: [label] }, finding: { reason: 'OBJECTS_DELETED', action: 'restartCluster' } },
];

test('says nothing while they are there, and reads them seldom', async () => {
  await pass(120_000);
  expect([signals, failures]).toEqual([[], []]);
  expect(read).toBeLessThanOrEqual(5);
});

test('tells of a job that runs on without them within a minute, before a JobManager is started anew', async () => {
  await pass(20_000);
  pointers = noAnswer;
  await pass(60_000);
  expect(signals).toMatchObject(toldOnce);
  expect(signals[0]?.observation.job.state).toBe('RUNNING');
});

test('tells of it at once when they are gone with the JobManager: what takes over would run the job from its begin', async () => {
  await pass(60_000);
  [pointers, jobs] = [noAnswer, silence];
  followers.get('ConfigMap')?.changed(stored(anchorOf(generation)));
  await pass(2_000);
  expect(signals).toMatchObject(toldOnce);
});

test('tells of a job that runs again from its begin, since Flink has made them anew', async () => {
  await pass(60_000);
  jobs = silence;
  await pass(2_000);
  [pointers, jobs] = [async () => 'second', async () => [{ ...running, tasks: { SCHEDULED: 2 } }]];
  await pass(12_000);
  expect(signals.at(-1)).toMatchObject(toldOnce[0] ?? {});
});

test('says nothing of them once the job has ended: Flink takes them away then, and so goes its JobManager', async () => {
  await pass(60_000);
  [pointers, jobs] = [noAnswer, async () => [{ ...running, state: 'CANCELED', tasks: { CANCELED: 2 } }]];
  await pass(30_000);
  jobs = silence;
  await pass(5_000);
  expect(signals.map(({ finding }) => finding?.reason)).not.toContain('OBJECTS_DELETED');
  expect(signals[0]?.finding?.reason).toBe('CANCELED_OUTSIDE');
});

test('takes an API server that does not answer for no sign of anything', async () => {
  await pass(20_000);
  pointers = () => Promise.reject(new KubernetesError(0, 'NoAnswer', 'away'));
  await pass(120_000);
  expect([signals, failures]).toEqual([[], []]);
});

test('asks for none of a job without high availability', async () => {
  await observes({ ...generation, spec: smallSpec() });
  await pass(60_000);
  expect(read).toBe(0);
});
