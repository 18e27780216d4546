/** Which builds of the worker are there, by who asked for work when. */

/** One process that asks a task queue for work. */
export interface Poller {
  readonly buildId?: string | null | undefined;
  /** When it last asked, by Temporal's clock, in milliseconds. */
  readonly askedAtMs: number;
}

/** How long one may not have asked: twice the 60 s for which Temporal holds a question. */
const silentMs = 120_000;

/**
 * The builds with a worker. What is newest is as good as now: whoever wants to know asks for work itself, and its own clock may be
 * minutes off Temporal's.
 */
export function livingBuilds(pollers: readonly Poller[]): ReadonlySet<string> {
  const newestMs = Math.max(...pollers.map(({ askedAtMs }) => askedAtMs));
  const recent = pollers.filter(({ askedAtMs }) => newestMs - askedAtMs < silentMs);
  return new Set(recent.flatMap(({ buildId }) => buildId ?? []));
}
