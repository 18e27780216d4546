/** What Kubernetes has of each generation in a shard, kept true by watches. */
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import type { PodSeen } from '../../core/diagnosis/pod-seen.ts';
import { isAutoscaled } from '../../core/autoscaler-agent/autoscaled.ts';
import { autoscalerMemoryKey } from '../../core/autoscaler/signal.ts';
import type { Generation } from '../../core/generation.ts';
import { annotations, generationName, labels, managerName, partsOfCluster } from '../../core/names.ts';
import { objectLabel, readMarks, type Marks, type ObjectNow } from '../../core/observation/drift.ts';
import { readAnchor } from '../cluster/read-anchor.ts';
import { NodesView } from './nodes-view.ts';
import { slimObject, slimPod } from './slim.ts';

const kinds = ['ConfigMap', 'Pod', 'Deployment', 'Job', 'Service'] as const;
/**
 * Another agent may reach an API server that does not answer this one: it gets its turn after so long. Where there is none, that costs an action of Temporal
 * each time.
 */
const patienceMs = 120_000;

type WatchedKind = (typeof kinds)[number];
type WatchedObject = ObjectOf<WatchedKind>;

/** What an anchor says, of itself and of its generation. */
export interface SeenAnchor {
  readonly isLeaving: boolean;
  readonly notes: Readonly<Record<string, string>>;
  readonly marks: Marks;
  /** Absent where it is of another cluster's name; and where it is not understood: the next operation of the job says so, with the cure. */
  readonly generation?: Generation;
  /** What an autoscaler remembers, as it is written there; absent where none decides on the job, or nothing was written. */
  readonly autoscaler?: string | undefined;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** One generation and what there is of it, by kind and name. */
export interface SeenGeneration {
  readonly anchor?: SeenAnchor | undefined;
  /** Objects that were seen at some time, by kind and name. */
  readonly known: ReadonlySet<string>;
  readonly pods: ReadonlyMap<string, PodSeen>;
  readonly objects: ReadonlyMap<string, ObjectNow>;
}

interface Entry {
  anchor?: SeenAnchor | undefined;
  readonly known: Set<string>;
  readonly pods: Map<string, PodSeen>;
  readonly objects: Map<string, ObjectNow>;
  /** In which version each was seen last, by kind and name. */
  readonly versions: Map<string, string | undefined>;
}

export class ClusterView {
  readonly nodes: NodesView;
  private readonly entries = new Map<string, Entry>();
  private readonly listed = new Set<WatchedKind>();
  private readonly cluster: string;
  private readonly onChange: (name: string) => void;

  /**
   * @param cluster its name: what another control plane has made here names another cluster, and is not understood
   * @param onChange is told the name of a generation whenever anything of it has changed.
   */
  constructor(cluster: string, onChange: (name: string) => void) {
    this.cluster = cluster;
    this.onChange = onChange;
    this.nodes = new NodesView((node) => this.nodeChanged(node));
  }

  /** Whether all there is has been seen once, nodes among it. */
  get isComplete(): boolean {
    return this.listed.size === kinds.length && this.nodes.isComplete;
  }

  names(): Iterable<string> {
    return this.entries.keys();
  }

  get(name: string): SeenGeneration | undefined {
    return this.entries.get(name);
  }

  /** Other generations of the same job. */
  siblings(name: string): readonly SeenGeneration[] {
    const job = name.slice(0, name.lastIndexOf('-') + 1);
    return [...this.entries].flatMap(([other, entry]) => (other !== name && other.startsWith(job) ? [entry] : []));
  }

  /** Follows the shard until the signal. @throws KubernetesError where the server refuses, or has not answered for two minutes. */
  async follow(kubernetes: KubernetesClient, labelSelector: string, signal: AbortSignal): Promise<void> {
    const options = { signal, patienceMs };
    const own = kinds.map((kind) => kubernetes.follow(kind, '', { labelSelector }, this.followerOf(kind), options));
    await Promise.all([...own, this.nodes.follow(kubernetes, options)]);
  }

  private nodeChanged(node: string): void {
    for (const [name, { pods }] of this.entries)
      if ([...pods.values()].some(({ spec }) => spec?.nodeName === node)) this.onChange(name);
  }

  private followerOf(kind: WatchedKind) {
    return {
      replaced: (items: readonly WatchedObject[]) => this.replace(kind, items),
      changed: (object: WatchedObject) => this.put(kind, object, true),
      deleted: (object: WatchedObject) => this.drop(generationOf(object), kind, labelOf(kind, object)),
    };
  }

  private replace(kind: WatchedKind, items: readonly WatchedObject[]): void {
    const there = new Set(items.map((item) => `${generationOf(item)}/${labelOf(kind, item)}`));
    for (const [name, { pods, objects }] of this.entries) {
      const known = [...(kind === 'Pod' ? pods : objects).keys()].filter((label) => label.startsWith(`${kind} `));
      for (const label of known) if (!there.has(`${name}/${label}`)) this.drop(name, kind, label);
    }
    // What is listed first is no news, nor what is listed again as it was: nobody is hurried by it.
    for (const item of items) this.put(kind, item, this.listed.has(kind) && this.isOther(kind, item));
    this.listed.add(kind);
  }

  private isOther(kind: WatchedKind, object: WatchedObject): boolean {
    const { resourceVersion } = object.metadata;
    const known = this.entries.get(generationOf(object) ?? '')?.versions.get(labelOf(kind, object));
    return resourceVersion === undefined || resourceVersion !== known;
  }

  private put(kind: WatchedKind, object: WatchedObject, isNews: boolean): void {
    const name = generationOf(object);
    if (name === undefined) return;
    const entry = this.entries.get(name) ?? newEntry();
    this.entries.set(name, entry);
    const label = labelOf(kind, object);
    entry.versions.set(label, object.metadata.resourceVersion);
    if (kind !== 'Pod') entry.known.add(label);
    if (isPod(kind, object)) entry.pods.set(label, slimPod(object));
    else if (kind !== 'Pod') entry.objects.set(label, slimObject(kind, object));
    if (isAnchor(kind, object)) entry.anchor = seenAnchor(object, this.cluster);
    if (isNews) this.onChange(name);
  }

  private drop(name: string | undefined, kind: WatchedKind, label: string): void {
    const entry = name === undefined ? undefined : this.entries.get(name);
    if (!entry || name === undefined) return;
    (kind === 'Pod' ? entry.pods : entry.objects).delete(label);
    entry.versions.delete(label);
    // The anchor has the name of its generation.
    if (label === `ConfigMap ${name.slice(name.indexOf('/') + 1)}`) entry.anchor = undefined;
    if (entry.objects.size + entry.pods.size === 0) this.entries.delete(name);
    this.onChange(name);
  }
}

function newEntry(): Entry {
  return { known: new Set(), pods: new Map(), objects: new Map(), versions: new Map() };
}

/** The selector of all objects of a shard's jobs. */
export function shardSelector(shard: number, shards: number): string {
  const own = `${labels.managedBy}=${managerName}`;
  if (shards === 1) return own;
  const parts = Array.from({ length: partsOfCluster }, (_, part) => part).filter((part) => part % shards === shard);
  return `${own},${labels.part} in (${parts.join(',')})`;
}

function seenAnchor(anchor: ObjectOf<'ConfigMap'>, cluster: string): SeenAnchor {
  const notes = anchor.metadata.annotations ?? {};
  const seen = {
    isLeaving: anchor.metadata.deletionTimestamp !== undefined,
    notes,
    marks: readMarks(notes[annotations.applied]),
    uid: anchor.metadata.uid,
    resourceVersion: anchor.metadata.resourceVersion,
  };
  try {
    const generation = readAnchor(anchor);
    if (generation.spec.spec.cluster !== cluster || !isItsOwn(anchor, generation)) return seen;
    const autoscaler = isAutoscaled(generation) ? anchor.data?.[autoscalerMemoryKey] : undefined;
    return { ...seen, generation, ...(autoscaler !== undefined && { autoscaler }) };
  } catch {
    return seen;
  }
}

/** A copy in another namespace, such as of a backup, says nothing of the job whose anchor it was; nor what others have written. */
function isItsOwn({ metadata }: ObjectOf<'ConfigMap'>, { identity, spec }: Generation): boolean {
  const isOfTenant = metadata.labels?.[labels.tenant] === identity.tenant;
  return isOfTenant && metadata.name === generationName(identity) && metadata.namespace === spec.spec.namespace;
}

function isPod(kind: WatchedKind, _object: WatchedObject): _object is ObjectOf<'Pod'> {
  return kind === 'Pod';
}

function isAnchor(kind: WatchedKind, object: WatchedObject): object is ObjectOf<'ConfigMap'> {
  return kind === 'ConfigMap' && object.metadata.labels?.[labels.component] === 'anchor';
}

/** Its namespace and name: a copy of a job's objects in another namespace is no part of it. */
function generationOf({ metadata }: WatchedObject): string | undefined {
  const { [labels.job]: job, [labels.uid]: uid, [labels.generation]: generation } = metadata.labels ?? {};
  return job && uid && generation ? `${metadata.namespace}/${job}-${uid}-${generation}` : undefined;
}

function labelOf(kind: WatchedKind, { metadata }: WatchedObject): string {
  return objectLabel({ kind, metadata });
}
