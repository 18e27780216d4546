/** One generation in a made-up cluster: its anchor, its pods, its storage, and a Flink that answers as a test says. */
import { once } from 'node:events';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import type { ClusterDependencies } from '../../activities/cluster/dependencies.ts';
import type { FlinkClient } from '../../clients/flink/client.ts';
import { FlinkUnreachable } from '../../clients/flink/errors.ts';
import { renderAnchor, submissionNotes } from '../../core/manifests/anchor.ts';
import type { Generation } from '../../core/generation.ts';
import { mainContainerName } from '../../core/manifests/main-container.ts';
import { labels } from '../../core/names.ts';

/** What the storage tool answers about a point that it has found. */
export interface StoredAnswer {
  readonly path: string;
  readonly modified: number;
  readonly number?: number;
}

export interface MadeUpCluster {
  readonly generation: Generation;
  /** Noted on the anchor, beside the submission and from where it started; null: not noted. */
  readonly notes?: Readonly<Record<string, string | null>>;
  /** What Flink answers; what is absent here is not answered. */
  readonly flink?: Partial<FlinkClient>;
  /** Whether it has a JobManager's pod, which runs, though it may not answer. */
  readonly hasPods?: boolean;
  /** Whether that JobManager is still the first process that its Deployment has started. */
  readonly isFirst?: boolean;
  /** Whether its kubelet reaches that JobManager. */
  readonly isReady?: boolean;
  readonly checkpoint?: StoredAnswer;
  readonly savepoint?: StoredAnswer;
  /** In a folder of a savepoint that was asked for. */
  readonly taken?: StoredAnswer;
  /** Whether somebody has deleted all objects, its anchor too. */
  readonly isGone?: boolean;
  /** Whether its storage refuses to tell now. */
  readonly readsFail?: () => boolean;
}

async function silent(): Promise<never> {
  throw new FlinkUnreachable('nothing answers');
}

/** The cluster, and what was done to it, in order: `scaled`, `noted …`, `read …`. */
export function madeUpCluster(wish: MadeUpCluster) {
  const { generation } = wish;
  const done: string[] = [];
  const notes: Record<string, string | null> = { ...submissionNotes(generation), ...wish.notes };
  const anchor = () => {
    const made = renderAnchor(generation, 1);
    const annotations = Object.fromEntries(
      Object.entries({ ...made.metadata.annotations, ...notes }).filter(([, value]) => value !== null),
    );
    return { ...made, metadata: { ...made.metadata, uid: 'u', annotations } };
  };
  let podsRun = wish.hasPods ?? false;
  const readers = new Map<string, string>();
  /** Anchors of generations in whose name the storage is read, as they were applied. */
  const standIns = new Map<string, { readonly metadata: { readonly name: string } }>();
  const conditions = [{ type: 'Ready', status: wish.isReady ? 'True' : 'False' }];
  const restartCount = wish.isFirst ? 0 : 1;
  const containerStatuses = [{ name: mainContainerName, restartCount, state: { running: {} } }];
  const manager = { status: { phase: 'Running', conditions, containerStatuses } };
  const creationTimestamp = '2026-01-01T00:00:00Z';
  const kubernetes = {
    get: async (kind: string, _namespace: string, name: string) => {
      if (kind === 'Deployment' && wish.isFirst) return { metadata: { name, creationTimestamp } };
      if (kind !== 'ConfigMap') return undefined;
      const standIn = standIns.get(name);
      if (standIn) return { ...standIn, metadata: { ...standIn.metadata, uid: 'u' } };
      return name === anchor().metadata.name && !wish.isGone ? anchor() : undefined;
    },
    list: async (kind: string) => {
      const metadata = { name: 'manager', creationTimestamp, labels: { [labels.component]: 'jobmanager' } };
      return kind === 'Pod' && podsRun ? [{ ...manager, metadata }] : [];
    },
    apply: async (object: {
      kind: string;
      metadata: { name: string };
      spec?: { containers: { args?: string[] }[] };
    }) => {
      if (object.kind === 'ConfigMap') standIns.set(object.metadata.name, object);
      if (object.kind !== 'Pod') return object;
      const command = object.spec?.containers[0]?.args?.find((arg) => arg.startsWith('newest-')) ?? '';
      const isTaken = object.spec?.containers[0]?.args?.some((arg) => arg.includes('/taken-'));
      readers.set(object.metadata.name, isTaken ? 'taken' : command);
      done.push(`read ${command}`);
      return object;
    },
    annotate: async (_kind: string, _namespace: string, _name: string, changed: Record<string, string | null>) => {
      Object.assign(notes, changed);
      done.push(`noted ${Object.keys(changed).join(' ')}`);
    },
    scale: async () => {
      podsRun = false;
      if (done.at(-1) !== 'scaled') done.push('scaled');
    },
    watchUntil: async (
      _kind: string,
      _namespace: string,
      { name }: { name?: string },
      decide: (pods: object[]) => unknown,
      { signal }: { signal: AbortSignal },
    ) => {
      const decided = await decide(name === undefined ? [] : [{ metadata: { name }, status: { phase: 'Succeeded' } }]);
      // Nothing changes here any more.
      return decided ?? once(signal, 'abort').then(() => signal.throwIfAborted());
    },
    podLog: async (_namespace: string, pod: string) => {
      if (wish.readsFail?.()) return JSON.stringify({ error: { code: 'IO', message: 'access denied' } });
      const asked = readers.get(pod);
      const kept = asked === 'newest-checkpoint' ? wish.checkpoint : wish.savepoint;
      const found = asked === 'taken' ? wish.taken : kept;
      return JSON.stringify(found ? { found: true, ...found } : { found: false });
    },
    delete: async () => true,
  };
  const flink = new Proxy(wish.flink ?? {}, { get: (known, name) => Reflect.get(known, name) ?? silent });
  return {
    done,
    notes,
    dependencies: {
      kubernetes,
      flink: () => flink,
      leader: async () => flink,
      defaultImage: () => 'flink:2.3',
      storageTool: '',
    } as unknown as ClusterDependencies,
  };
}

/** Runs an activity's body where there is no worker. */
export function asActivity<T>(act: () => Promise<T>): Promise<T> {
  const info = { startToCloseTimeoutMs: 60_000 };
  const context = { info, heartbeat: () => undefined, cancellationSignal: new AbortController().signal };
  return asyncLocalStorage.run(context as unknown as Context, act);
}
