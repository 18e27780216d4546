/** What Drey does with a Kubernetes API server. */
import type { Readable } from 'node:stream';
import type { AppliedObject, Kind, ObjectOf, Stored } from './kinds.ts';

/** Which objects a list or watch is about: by label selector, by name, or by another field. */
export interface Selection {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly name?: string | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for the answer; 10 s unless said otherwise. */
  readonly timeoutMs?: number | undefined;
}

interface ApplyOptions extends CallOptions {
  /** Who owns the fields; `drey` unless said otherwise. */
  readonly fieldManager?: string | undefined;
  /** Whether to take fields that others own; true unless said otherwise. */
  readonly force?: boolean | undefined;
  /** Let the server check and admit the object without storing it. */
  readonly dryRun?: boolean | undefined;
}

interface DeleteOptions extends CallOptions {
  /** Only the object with this uid is deleted; another one under its name is left alone (a conflict). */
  readonly uidPrecondition?: string | undefined;
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan' | undefined;
  readonly gracePeriodSeconds?: number | undefined;
}

export interface ChangeOptions extends CallOptions {
  /** Only this version is changed (else a conflict). */
  readonly resourceVersion?: string | undefined;
  /** Only the object with this uid is changed (else a conflict). */
  readonly uid?: string | undefined;
}

export interface WatchOptions {
  readonly signal?: AbortSignal | undefined;
  /** The wait's end. */
  readonly timeoutMs: number;
  /** `decide` is asked again after this time without events, since it may look at the clock; 1 s unless said otherwise. */
  readonly evaluateEveryMs?: number | undefined;
  /** How long the server may not answer; 20 s unless said otherwise. */
  readonly patienceMs?: number;
}

export interface LogOptions extends CallOptions {
  readonly tailLines?: number | undefined;
  /** The log of the container's run before this one. */
  readonly previous?: boolean | undefined;
  readonly limitBytes?: number | undefined;
  /** Only lines since then: ISO 8601. */
  readonly sinceTime?: string | undefined;
  readonly timestamps?: boolean | undefined;
}

/** The object that events are about. */
export interface InvolvedObject {
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly uid?: string | undefined;
}

/** A request to any path of the API server, for what has no typed function: Flink through the service proxy. */
export interface RawRequest extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly body?: string | Uint8Array | undefined;
  readonly contentType?: string | undefined;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Who is told of the objects of a selection as they change. */
export interface Follower<K extends Kind> {
  /** All there are: at first, and whenever the thread was lost. */
  replaced(items: readonly ObjectOf<K>[]): void;
  /** One is new, or has changed. */
  changed(object: ObjectOf<K>): void;
  /** One has gone; as it was last. */
  deleted(object: ObjectOf<K>): void;
}

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** How long the server may not answer; absent: for ever. */
  readonly patienceMs?: number;
}

/** Every function raises `KubernetesError` where the server refuses or does not answer. */
export interface KubernetesClient {
  /** The API server's URL. */
  readonly server: string;
  /** Server-side apply: makes the object or changes the fields that are given. Answers what is stored. */
  apply<T extends AppliedObject>(object: T, options?: ApplyOptions): Promise<Stored<T>>;
  /** One object, or undefined where there is none. */
  get<K extends Kind>(
    kind: K,
    namespace: string,
    name: string,
    options?: CallOptions,
  ): Promise<ObjectOf<K> | undefined>;
  /** All objects of a selection; in all namespaces where `namespace` is empty. */
  list<K extends Kind>(
    kind: K,
    namespace: string,
    selection?: Selection,
    options?: CallOptions,
  ): Promise<ObjectOf<K>[]>;
  /** Asks for an object's end. Answers false where there is none. */
  delete(kind: Kind, namespace: string, name: string, options?: DeleteOptions): Promise<boolean>;
  /** Sets the replicas of a Deployment, or how many pods of a Job may run (0 ends them). Answers what is stored. */
  scale<K extends 'Deployment' | 'Job'>(
    kind: K,
    namespace: string,
    name: string,
    replicas: number,
    options?: ChangeOptions,
  ): Promise<ObjectOf<K>>;
  /** JSON merge patch: null removes a key, and a list takes the place of the one that is there. Answers what is stored. */
  merge<K extends Kind>(
    kind: K,
    namespace: string,
    name: string,
    change: { readonly data?: object; readonly spec?: object },
    options?: ChangeOptions,
  ): Promise<ObjectOf<K>>;
  /** Sets annotations (null removes one) and leaves the others. Answers what is stored. */
  annotate<K extends Kind>(
    kind: K,
    namespace: string,
    name: string,
    annotations: Readonly<Record<string, string | null>>,
    options?: ChangeOptions,
  ): Promise<ObjectOf<K>>;
  /** Sets keys of a ConfigMap's data (null removes one) and leaves the others. Answers what is stored. */
  changeData(
    namespace: string,
    name: string,
    data: Readonly<Record<string, string | null>>,
    options?: ChangeOptions,
  ): Promise<ObjectOf<'ConfigMap'>>;
  /**
   * Watches a selection and asks `decide` about all its objects, at first and after every change. Resolves with the
   * first answer that is not undefined.
   * @throws WaitTimedOut when `timeoutMs` have passed; the signal's reason when it is aborted; what `decide` throws;
   * KubernetesError where the server refuses, or has not answered for as long as it may (shorter silence and restarts are waited out).
   */
  watchUntil<K extends Kind, R>(
    kind: K,
    namespace: string,
    selection: Selection,
    decide: (objects: readonly ObjectOf<K>[]) => R | undefined | Promise<R | undefined>,
    options: WatchOptions,
  ): Promise<R>;
  /**
   * Follows a selection (in all namespaces where `namespace` is empty) until the signal. Silence and restarts are waited out.
   * @throws KubernetesError where the server refuses, or has not answered for as long as it may.
   */
  follow<K extends Kind>(
    kind: K,
    namespace: string,
    selection: Selection,
    follower: Follower<K>,
    options: FollowOptions,
  ): Promise<void>;
  /** A container's log as text; empty where the container has not run. */
  podLog(namespace: string, pod: string, container: string, options?: LogOptions): Promise<string>;
  /** A container's log as it grows. The stream ends with the container, and is closed by `destroy()` or the signal. */
  followLog(namespace: string, pod: string, container: string, options?: LogOptions): Promise<Readable>;
  /** Events about an object, or about all of a namespace, oldest first. */
  events(namespace: string, involved?: InvolvedObject, options?: CallOptions): Promise<ObjectOf<'Event'>[]>;
  /** Any request; resolves whatever the status. */
  raw(request: RawRequest): Promise<RawAnswer>;
  /** Closes idle connections. */
  close(): void;
}
