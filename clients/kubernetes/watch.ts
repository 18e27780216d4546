/** Watching a selection of objects until something can be said about them. */
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Follower, FollowOptions, Selection, WatchOptions } from './client.ts';
import { refusal, type Connection } from './connection.ts';
import { KubernetesError, WaitTimedOut } from './errors.ts';
import { resourcePath, type Kind, type ObjectOf } from './kinds.ts';
import { parseAs } from './parse.ts';
import { listAll, selectionQuery, tidied } from './objects.ts';

/** How long the server keeps one watch open. Short, so that a connection that died silently is noticed. */
const watchSeconds = 30;

/** First and longest pause before a new try when the server does not answer. */
const pauseMs = { first: 100, longest: 2000 };

/** A restart of the API server takes less; after that another agent may reach one that does not answer this one. */
const patienceMsUnlessSaid = 20_000;

/** An error comes as a Status object, with the status that a refusal would have had. */
type WatchEvent<K extends Kind> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: ObjectOf<K> }
  | { readonly type: 'ERROR'; readonly object: { readonly code?: number } };

/** What is watched, and where. */
export interface Watched<K extends Kind> {
  readonly kind: K;
  readonly namespace: string;
  readonly selection: Selection;
}

/** From where a watch goes on, for whom, and how long. */
interface Thread<K extends Kind> {
  readonly resourceVersion: string;
  readonly follower: Follower<K>;
  readonly signal: AbortSignal;
}

/** See `KubernetesClient.watchUntil`. */
export async function watchUntil<K extends Kind, R>(
  connection: Connection,
  watched: Watched<K>,
  decide: (objects: readonly ObjectOf<K>[]) => R | undefined | Promise<R | undefined>,
  { signal, timeoutMs, evaluateEveryMs = 1000, patienceMs = patienceMsUnlessSaid }: WatchOptions,
): Promise<R> {
  signal?.throwIfAborted();
  const bell = new Bell();
  const ended = new AbortController();
  const onAbort = () => ended.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  ended.signal.addEventListener('abort', () => bell.ring(), { once: true });
  const timer = setTimeout(() => ended.abort(timedOut(watched, timeoutMs)), timeoutMs);
  const view = new View<K>(() => bell.ring());
  const following = follow(connection, watched, view, { signal: ended.signal, patienceMs }).catch((error: unknown) =>
    ended.abort(error),
  );
  try {
    for (;;) {
      await bell.wait(evaluateEveryMs);
      ended.signal.throwIfAborted();
      const answer = view.listed ? await decide(view.objects()) : undefined;
      if (answer !== undefined) return answer;
    }
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    ended.abort();
    await following;
  }
}

/** Keeps the follower true until the signal: lists, watches from there, and lists anew when the thread is lost. */
export async function follow<K extends Kind>(
  connection: Connection,
  watched: Watched<K>,
  follower: Follower<K>,
  { signal, patienceMs = Infinity }: FollowOptions,
): Promise<void> {
  let pause = pauseMs.first;
  let awaySinceMs: number | undefined;
  while (!signal.aborted) {
    try {
      const { items, resourceVersion } = await listAll(connection, watched.kind, watched.namespace, watched.selection, {
        signal,
      });
      follower.replaced(items);
      pause = pauseMs.first;
      awaySinceMs = undefined;
      await watchFrom(connection, watched, { resourceVersion, follower, signal });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof KubernetesError) || !error.retryable) throw error;
      awaySinceMs ??= performance.now();
      if (performance.now() - awaySinceMs > patienceMs) throw error;
      await sleep(Math.max(pause, (error.retryAfterSeconds ?? 0) * 1000), undefined, { signal }).catch(() => undefined);
      pause = Math.min(pause * 2, pauseMs.longest);
    }
  }
}

/** Follows from a version on, one server-side watch after the other, until one fails. */
async function watchFrom<K extends Kind>(
  connection: Connection,
  { kind, namespace, selection }: Watched<K>,
  { resourceVersion, follower, signal }: Thread<K>,
): Promise<void> {
  let version = resourceVersion;
  while (!signal.aborted) {
    const query = selectionQuery(selection, {
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(watchSeconds),
      resourceVersion: version,
    });
    const openedAt = Date.now();
    const path = `${resourcePath(kind, namespace)}?${query.toString()}`;
    const stream = await connection.stream({ method: 'GET', path, signal });
    for await (const line of lines(stream)) version = take(parseAs<WatchEvent<K>>(line), kind, follower);
    // One that the server ends at once would otherwise be asked for again without a pause.
    if (Date.now() - openedAt < 1000) throw new KubernetesError(0, 'WatchClosed', 'the watch was closed at once');
  }
}

/** The lines of a watch, until the server ends it. */
async function* lines(stream: Readable): AsyncGenerator<string> {
  // The server ends each watch by itself; a little later than that, silence means that the connection is dead.
  const timer = setTimeout(() => stream.destroy(new Error('the watch was silent')), (watchSeconds + 5) * 1000);
  stream.setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of stream) {
      const pieces = `${rest}${String(chunk)}`.split('\n');
      rest = pieces.pop() ?? '';
      yield* pieces.filter((piece) => piece !== '');
    }
  } catch (error) {
    throw new KubernetesError(0, 'WatchBroken', 'the watch broke off', { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Hands an event on, and answers the version from which a new watch goes on. */
function take<K extends Kind>({ type, object }: WatchEvent<K>, kind: K, follower: Follower<K>): string {
  if (type === 'ERROR') throw refusal(object.code ?? 500, JSON.stringify(object));
  if (type === 'DELETED') follower.deleted(object);
  else if (type !== 'BOOKMARK') follower.changed(tidied({ ...object, kind }));
  return object.metadata.resourceVersion;
}

/** The objects as last seen. */
class View<K extends Kind> implements Follower<K> {
  listed = false;
  readonly #objects = new Map<string, ObjectOf<K>>();
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  objects(): readonly ObjectOf<K>[] {
    return [...this.#objects.values()];
  }

  replaced(items: readonly ObjectOf<K>[]): void {
    this.#objects.clear();
    for (const item of items) this.#objects.set(item.metadata.uid, item);
    this.listed = true;
    this.#changed();
  }

  changed(object: ObjectOf<K>): void {
    this.#objects.set(object.metadata.uid, object);
    this.#changed();
  }

  deleted({ metadata }: ObjectOf<K>): void {
    this.#objects.delete(metadata.uid);
    this.#changed();
  }
}

/** Wakes one waiter; a ring while nobody waits is kept. */
class Bell {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Waits for a ring, at most so long. */
  async wait(timeoutMs: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#rung = false;
    this.#wake = undefined;
  }
}

function timedOut({ kind, namespace, selection }: Watched<Kind>, timeoutMs: number): WaitTimedOut {
  const which = selection.name ?? selection.labelSelector ?? selection.fieldSelector ?? 'all';
  return new WaitTimedOut(`waited ${timeoutMs} ms for ${kind} ${namespace}/${which}`);
}
