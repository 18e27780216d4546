/** Deciding first, on readings and anchors that a test makes up: what is told, what is written, what the next agent finds. */
import { decide } from '../../core/autoscaler/decide.ts';
import type { AutoscalerInput } from '../../core/autoscaler/decision.ts';
import { roomOf, type SharedQuota } from '../../core/scaling/quota-room.ts';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Autoscaling, type AutoscalingPorts } from '../../activities/observe/autoscaling.ts';
import { ClusterView } from '../../activities/observe/cluster-view.ts';
import type { Follower, KubernetesClient } from '../../clients/kubernetes/client.ts';
import type { Kind } from '../../clients/kubernetes/kinds.ts';
import { emptyMemory, type EngineMemory } from '../../core/autoscaler/memory.ts';
import { autoscalerMemoryKey, type AutoscalerNote, type AutoscalerSignal } from '../../core/autoscaler/signal.ts';
import type { Generation } from '../../core/generation.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { annotations, generationName } from '../../core/names.ts';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { jobOf, minute, samplesOf, type Load } from '../core/autoscaler/jobs.ts';
import { smallSpec, someGeneration } from '../support/state-fixture.ts';

type Autoscaler = FlinkJobInput['spec']['autoscaler'];

const tooMuch: Load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 200 };
const little: Load = { rate: 100, busy: { source: 0.05, work: 0.1 } };
const enough: Load = { rate: 700, busy: { source: 0.2, work: 0.8 } };

/** An agent, of which there may be several one after another. */
interface Agent {
  readonly autoscaling: Autoscaling;
  readonly view: ClusterView;
  /** Of ConfigMaps. */
  readonly watch: Follower<'ConfigMap'>;
}

let anchors: Map<string, ReturnType<typeof stored>>;
let version: number;
let signals: AutoscalerSignal[];
let writes: { readonly name: string; readonly note: AutoscalerNote }[];
let failures: unknown[];
let told: string[];
let temporalIsAway: boolean;

beforeEach(() => {
  jest.useFakeTimers();
  [anchors, version, signals, writes, failures, told, temporalIsAway] = [new Map(), 1, [], [], [], [], false];
});
afterEach(() => void jest.useRealTimers());

function generationOf(autoscaler: Autoscaler, change: Partial<Generation> = {}): Generation {
  return someGeneration(2, { spec: smallSpec({ autoscaler }), ...change });
}

function stored(generation: Generation, notes: Readonly<Record<string, string>> = {}, note?: AutoscalerNote) {
  const made = renderAnchor(generation, 4);
  version += 1;
  const uid = `uid-${generationName(generation.identity)}`;
  const noted = { ...made.metadata.annotations, ...notes };
  const data = { ...made.data, ...(note && { [autoscalerMemoryKey]: JSON.stringify(note) }) };
  return { ...made, data, metadata: { ...made.metadata, annotations: noted, uid, resourceVersion: String(version) } };
}

let quotas: readonly SharedQuota[] = [];
const ports: AutoscalingPorts = {
  quotas: () => quotas,
  tell: async (signal) => {
    if (temporalIsAway) throw new Error('away');
    signals.push(signal);
  },
  write: async ({ identity }, { uid, resourceVersion }, text) => {
    const anchor = anchors.get(generationName(identity));
    if (!anchor || anchor.metadata.uid !== uid || anchor.metadata.resourceVersion !== resourceVersion)
      throw new Error('conflict');
    version += 1;
    const metadata = { ...anchor.metadata, resourceVersion: String(version) };
    anchors.set(generationName(identity), {
      ...anchor,
      metadata,
      data: { ...anchor.data, [autoscalerMemoryKey]: text },
    });
    writes.push({ name: generationName(identity), note: JSON.parse(text) as AutoscalerNote });
  },
  failed: (error) => void failures.push(error),
  counters: { decided: () => undefined, told: (outcome) => void told.push(outcome), wrote: () => undefined },
};

async function agent(): Promise<Agent> {
  const followers = new Map<Kind, Follower<Kind>>();
  const kubernetes = {
    follow: async (kind: Kind, _namespace: string, _selection: unknown, follower: Follower<Kind>) => {
      followers.set(kind, follower);
    },
  } as unknown as KubernetesClient;
  const view = new ClusterView('local', () => undefined);
  await view.follow(kubernetes, 'x', new AbortController().signal);
  const watch = followers.get('ConfigMap') as unknown as Follower<'ConfigMap'>;
  const made = { autoscaling: new Autoscaling(view, ports), view, watch };
  watched(made);
  return made;
}

/** The watch has caught up. */
function watched({ watch }: Agent): void {
  watch.replaced([...anchors.values()].map((one) => structuredClone(one) as never));
}

function put(generation: Generation, notes?: Readonly<Record<string, string>>, note?: AutoscalerNote): void {
  anchors.set(generationName(generation.identity), stored(generation, notes, note));
}

/** Measures each half minute from one minute to another. */
async function measured(
  one: Agent,
  generation: Generation,
  load: Load,
  { from = 0, to, isWatching = true }: { readonly from?: number; readonly to: number; readonly isWatching?: boolean },
): Promise<void> {
  for (const sample of samplesOf(load, to * minute, minute / 2).filter(({ atMs }) => atMs >= from * minute)) {
    one.autoscaling.saw(generation, { job: jobOf(4), sample });
    await jest.advanceTimersByTimeAsync(minute / 2);
    if (isWatching) watched(one);
  }
}

describe('a job whose load is too much', () => {
  test('is told once, by a window as the engine takes it', async () => {
    const generation = generationOf({ mode: 'active' }, { submission: 7, revision: 3 });
    put(generation);
    await measured(await agent(), generation, tooMuch, { to: 10 });
    expect(signals).toMatchObject([
      {
        uid: 'abcdefgh',
        generation: 2,
        submission: 7,
        revision: 3,
        found: { action: 'scale' },
        input: { policy: { mode: 'active' }, job: { taskManagers: { slots: 1, cpuCores: 1 } } },
      },
    ]);
    expect(writes.at(-1)?.note.lastTold).toMatch(/-scale-/);
    expect(failures).toEqual([]);
  });

  test('is told again where nothing has come of it, ever more seldom', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    await measured(await agent(), generation, { ...tooMuch, lagGrowth: 0, lag: 1_000_000 }, { to: 60 });
    const minutes = signals.map(({ input }) => input.nowMs / minute);
    const waits = minutes.slice(1).map((at, index) => at - (minutes[index] ?? 0));
    expect(waits.length).toBeGreaterThan(0);
    expect(waits).toEqual(waits.toSorted((one, other) => one - other));
    expect(waits.length).toBeLessThanOrEqual(4);
  });

  test('is told again by the next agent only after a while', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    await measured(await agent(), generation, tooMuch, { to: 6 });
    expect(signals).toHaveLength(1);
    await measured(await agent(), generation, tooMuch, { from: 7, to: 13 });
    expect(signals).toHaveLength(1);
  });

  test.each<[string, Autoscaler]>([
    ['held by a blackout', { mode: 'active', blackouts: [{ cron: '* * * * *', lasts: '1h' }] }],
    ['held by its maximum', { mode: 'active', max: 4 }],
    ['whose autoscaler is off', { mode: 'off' }],
    ['without an autoscaler', undefined],
  ])('and that is %s costs no signal', async (_, autoscaler) => {
    const generation = generationOf(autoscaler);
    put(generation);
    await measured(await agent(), generation, tooMuch, { to: 40 });
    expect(signals).toEqual([]);
  });

  test('and that is held by the quota of its tenant or its cluster costs no signal, until there is room again', async () => {
    const generation = generationOf({ mode: 'active' });
    const { identity, spec } = generation;
    const own = roomOf(spec.spec);
    const left = (slots: number): readonly SharedQuota[] => [
      { of: 'tenant', name: identity.tenant, limits: { slots: 40 }, taken: { ...own, slots: own.slots + 40 - slots } },
      { of: 'cluster', name: 'another', limits: { slots: 0 }, taken: own },
    ];
    put(generation);
    const one = await agent();
    quotas = left(4);
    await measured(one, generation, tooMuch, { to: 40 });
    expect(signals).toEqual([]);
    quotas = left(6);
    await measured(one, generation, tooMuch, { from: 41, to: 45 });
    quotas = [];
    expect(signals).toMatchObject([
      { found: { action: 'scale' }, input: { policy: { quotas: [{ of: 'tenant', slots: 6 }] } } },
    ]);
    expect(decide(signals[0]?.input as AutoscalerInput).parallelism).toMatchObject({ work: 6 });
  });

  test('with advice alone costs one signal', async () => {
    const generation = generationOf({ mode: 'advise' });
    put(generation);
    await measured(await agent(), generation, { ...tooMuch, lagGrowth: 0, lag: 1_000_000 }, { to: 120 });
    expect(signals).toMatchObject([{ found: { action: 'advise' } }]);
  });

  test.each<[string, Readonly<Record<string, string>>]>([['rescaled', { [annotations.rescaling]: '9' }]])(
    'is left alone while it is %s',
    async (_, notes) => {
      const generation = generationOf({ mode: 'active' });
      put(generation, notes);
      await measured(await agent(), generation, tooMuch, { to: 10 });
      expect(signals).toEqual([]);
    },
  );

  test('is left alone while another generation of it is there', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    put(generationOf({ mode: 'active' }, { identity: { ...generation.identity, number: 3 } }));
    await measured(await agent(), generation, tooMuch, { to: 10 });
    expect(signals).toEqual([]);
  });

  test('is told later where Temporal is away', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    const one = await agent();
    temporalIsAway = true;
    await measured(one, generation, tooMuch, { to: 8 });
    expect(told).toContain('failed');
    expect(writes.at(-1)?.note.lastTold).toBeUndefined();
    temporalIsAway = false;
    await measured(one, generation, tooMuch, { from: 9, to: 10 });
    expect(signals).toHaveLength(1);
  });
});

describe('a job that is as it should be', () => {
  test('costs no signal, and few writes', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    await measured(await agent(), generation, enough, { to: 60 });
    expect(signals).toEqual([]);
    expect(writes.length).toBeLessThanOrEqual(8);
  });

  test('answers who asks at once, and each once, whole or not', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation, { [annotations.autoscalerAsked]: 'ada-1' });
    const one = await agent();
    await measured(one, generation, enough, { to: 1 });
    const ask = async (asked: Agent) => {
      asked.autoscaling.tick([generation]);
      await jest.advanceTimersByTimeAsync(200);
      watched(asked);
    };
    await ask(one);
    await ask(one);
    expect(signals).toMatchObject([{ asked: 'ada-1', found: { action: 'none' } }]);
    const next = await agent();
    await measured(next, generation, enough, { from: 2, to: 3 });
    await ask(next);
    expect(signals).toHaveLength(1);
  });
});

const scaled: EngineMemory = {
  ...emptyMemory,
  jobScalings: [{ atMs: 5, decision: 'd', to: { work: 4 }, pauseMs: 90 }],
};

describe('what is remembered', () => {
  test('is written when a vertex begins to wait, and the next agent goes on from there', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    await measured(await agent(), generation, little, { to: 6 });
    const waiting = writes.at(-1)?.note.memory.delayedScaleDowns;
    expect(Object.keys(waiting ?? {})).toEqual(['source', 'work']);
    await measured(await agent(), generation, little, { from: 7, to: 18 });
    expect(writes.at(-1)?.note.memory.delayedScaleDowns['work']?.sinceMs).toBe(waiting?.['work']?.sinceMs);
  });

  test('is not what the anchor said before it was written there, while the watch is behind', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation, {}, { memory: emptyMemory });
    const one = await agent();
    await measured(one, generation, little, { to: 8, isWatching: false });
    const [first] = writes;
    // What was there before would have to be written over, and cannot be.
    expect(failures).toEqual([]);
    await measured(one, generation, little, { from: 9, to: 24 });
    expect(writes.length).toBeGreaterThan(1);
    const since = ({ note }: (typeof writes)[number]) => note.memory.delayedScaleDowns['work']?.sinceMs;
    expect(first && since(first)).toBeGreaterThan(0);
    expect(writes.map(since)).toEqual(writes.map(() => first && since(first)));
  });

  test('is what the workflow has written, once it has', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    const one = await agent();
    await measured(one, generation, enough, { to: 4 });
    put(generation, {}, { memory: scaled });
    watched(one);
    await measured(one, generation, enough, { from: 5, to: 20 });
    expect(writes.at(-1)?.note.memory.jobScalings).toMatchObject([{ decision: 'd', pauseMs: 90 }]);
  });

  test('is not written over what the workflow has written unseen', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    const one = await agent();
    put(generation, {}, { memory: scaled });
    one.autoscaling.saw(generation, { job: jobOf(4), sample: { atMs: 0, vertices: {} } });
    await jest.advanceTimersByTimeAsync(1_000);
    expect(failures).toEqual([new Error('conflict')]);
    expect(writes).toEqual([]);
  });

  test('nor by an answer before the next reading has taken it up', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation);
    const one = await agent();
    await measured(one, generation, enough, { to: 4 });
    put(generation, { [annotations.autoscalerAsked]: 'ada-1' }, { memory: scaled });
    watched(one);
    const ask = async () => {
      one.autoscaling.tick([generation]);
      await jest.advanceTimersByTimeAsync(200);
      watched(one);
    };
    await ask();
    expect(signals).toEqual([]);
    await measured(one, generation, enough, { from: 5, to: 5 });
    await ask();
    expect(signals).toMatchObject([{ asked: 'ada-1' }]);
    expect(writes.at(-1)?.note.memory.jobScalings).toMatchObject([{ decision: 'd', pauseMs: 90 }]);
  });

  test('goes with the job to its next generation', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation, {}, { memory: scaled });
    const one = await agent();
    await measured(one, generation, enough, { to: 3 });
    const next = generationOf({ mode: 'active' }, { identity: { ...generation.identity, number: 3 } });
    anchors.clear();
    put(next);
    watched(one);
    await measured(one, next, enough, { from: 4, to: 5 });
    expect(writes.at(-1)).toMatchObject({
      name: 'orders-abcdefgh-3',
      note: { memory: { jobScalings: [{ pauseMs: 90 }] } },
    });
  });

  test('is not what lies at a generation to which the job goes back, unless that knows of a later scaling', async () => {
    const generation = generationOf({ mode: 'active' });
    const back = generationOf({ mode: 'active' }, { identity: { ...generation.identity, number: 1 } });
    const knows = async (atMs: number) => {
      anchors.clear();
      put(generation, {}, { memory: scaled });
      const one = await agent();
      await measured(one, generation, enough, { to: 3 });
      anchors.clear();
      put(back, {}, { memory: { ...scaled, jobScalings: [{ atMs, decision: 'other', to: { work: 4 } }] } });
      watched(one);
      await measured(one, back, enough, { from: 4, to: 16 });
      return writes.at(-1)?.note.memory.jobScalings.map(({ decision }) => decision);
    };
    expect(await knows(4)).toEqual(['d']);
    expect(await knows(6)).toEqual(['other']);
  });

  test('is found by a new agent on the anchor of the generation before', async () => {
    const generation = generationOf({ mode: 'active' });
    put(generation, {}, { memory: scaled });
    const next = generationOf({ mode: 'active' }, { identity: { ...generation.identity, number: 3 } });
    put(next);
    await measured(await agent(), next, enough, { to: 1 });
    expect(writes.at(-1)).toMatchObject({
      name: 'orders-abcdefgh-3',
      note: { memory: { jobScalings: [{ pauseMs: 90 }] } },
    });
  });
});
