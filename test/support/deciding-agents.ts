/** Agents that decide first, on readings and anchors that a test makes up: what they tell, what they write, what the next one finds. */
import { jest } from '@jest/globals';
import { Autoscaling, type AutoscalingPorts } from '../../activities/observe/autoscaling.ts';
import { ClusterView } from '../../activities/observe/cluster-view.ts';
import type { Follower, KubernetesClient } from '../../clients/kubernetes/client.ts';
import type { Kind } from '../../clients/kubernetes/kinds.ts';
import { autoscalerMemoryKey, type AutoscalerNote, type AutoscalerSignal } from '../../core/autoscaler/signal.ts';
import type { Generation } from '../../core/generation.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { generationName } from '../../core/names.ts';
import type { SharedQuota } from '../../core/scaling/quota-room.ts';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { jobOf, minute, samplesOf, type Load } from '../core/autoscaler/jobs.ts';
import { smallSpec, someGeneration } from './state-fixture.ts';

export type Autoscaler = FlinkJobInput['spec']['autoscaler'];

export const tooMuch: Load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 200 };
export const little: Load = { rate: 100, busy: { source: 0.05, work: 0.1 } };
export const enough: Load = { rate: 700, busy: { source: 0.2, work: 0.8 } };

/** An agent, of which there may be several one after another. */
export interface Agent {
  readonly autoscaling: Autoscaling;
  readonly view: ClusterView;
  /** Of ConfigMaps. */
  readonly watch: Follower<'ConfigMap'>;
  readonly podWatch: Follower<'Pod'>;
}

export const anchors = new Map<string, ReturnType<typeof stored>>();
let version = 1;
export const signals: AutoscalerSignal[] = [];
export const writes: { readonly name: string; readonly note: AutoscalerNote }[] = [];
export const failures: unknown[] = [];
export const told: string[] = [];
/** What is left of quotas, as the agent was told last. */
export const quotas: SharedQuota[] = [];
/** What does not work now. */
export const away = { temporal: false, writes: false };

/** Begins anew, with a clock that tests put on. */
export function beginAnew(): void {
  jest.useFakeTimers();
  anchors.clear();
  for (const list of [signals, writes, failures, told, quotas]) list.length = 0;
  Object.assign(away, { temporal: false, writes: false });
}

export function generationOf(autoscaler: Autoscaler, change: Partial<Generation> = {}): Generation {
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

const ports: AutoscalingPorts = {
  quotas: () => quotas,
  tell: async (signal) => {
    if (away.temporal) throw new Error('away');
    signals.push(signal);
  },
  write: async ({ identity }, { uid, resourceVersion }, text) => {
    const anchor = anchors.get(generationName(identity));
    if (away.writes) throw new Error('refused');
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

export async function agent(): Promise<Agent> {
  const followers = new Map<Kind, Follower<Kind>>();
  const kubernetes = {
    follow: async (kind: Kind, _namespace: string, _selection: unknown, follower: Follower<Kind>) => {
      followers.set(kind, follower);
    },
  } as unknown as KubernetesClient;
  const view = new ClusterView('local', () => undefined);
  await view.follow(kubernetes, 'x', new AbortController().signal);
  const watch = followers.get('ConfigMap') as unknown as Follower<'ConfigMap'>;
  const podWatch = followers.get('Pod') as unknown as Follower<'Pod'>;
  const made = { autoscaling: new Autoscaling(view, ports), view, watch, podWatch };
  watched(made);
  return made;
}

/** The watch has caught up. */
export function watched({ watch }: Agent): void {
  watch.replaced([...anchors.values()].map((one) => structuredClone(one) as never));
}

export function put(generation: Generation, notes?: Readonly<Record<string, string>>, note?: AutoscalerNote): void {
  anchors.set(generationName(generation.identity), stored(generation, notes, note));
}

/** Measures each half minute from one minute to another. */
export async function measured(
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
