/** Remembers what was read for a moment, and for longer while its source is away. */

export interface CacheOptions<V> {
  readonly load: (key: string) => Promise<V>;
  /** How long an answer is used without asking again. */
  readonly freshMs: number;
  /** How long it is used when asking again fails. */
  readonly staleMs: number;
  /** Whether to keep an answer; all are unless told. */
  readonly keep?: (value: V) => boolean;
  readonly entriesMax?: number;
  readonly now?: () => number;
}

export interface Cache<V> {
  get(key: string): Promise<V>;
  /** Asks the source whatever is remembered. */
  refresh(key: string): Promise<V>;
}

interface Entry<V> {
  readonly value: V;
  readonly readAt: number;
  freshUntil: number;
}

/** After a failed load the old answer is used for so long before the source is asked again: it may be slow to fail. */
const pauseAfterFailureMs = 1_000;

/** Makes an empty cache. Callers who ask for one key at once share one load. */
export function createCache<V>(options: CacheOptions<V>): Cache<V> {
  const now = options.now ?? Date.now;
  const entries = new Map<string, Entry<V>>();
  const loading = new Map<string, Promise<V>>();

  const load = async (key: string): Promise<V> => {
    try {
      const value = await options.load(key);
      entries.delete(key);
      if (options.keep?.(value) ?? true)
        entries.set(key, { value, readAt: now(), freshUntil: now() + options.freshMs });
      if (entries.size > (options.entriesMax ?? 10_000)) dropOldest(entries);
      return value;
    } finally {
      loading.delete(key);
    }
  };
  const refresh = (key: string): Promise<V> => {
    const started = loading.get(key) ?? load(key);
    loading.set(key, started);
    return started;
  };
  const get = async (key: string): Promise<V> => {
    const entry = entries.get(key);
    if (entry && now() < entry.freshUntil) return entry.value;
    try {
      return await refresh(key);
    } catch (error) {
      if (!entry || now() > entry.readAt + options.staleMs) throw error;
      entry.freshUntil = now() + pauseAfterFailureMs;
      return entry.value;
    }
  };
  return { get, refresh };
}

function dropOldest(entries: Map<string, unknown>): void {
  const oldest = entries.keys().next();
  if (!oldest.done) entries.delete(oldest.value);
}
