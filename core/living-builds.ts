/** Which builds of the worker are there, by who asked for work when. */
import { pollMsMax } from './agents.ts';

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

/** What Temporal knows of the worker's task queue. */
export interface WorkerQueue {
  readonly pollers: readonly Poller[];
  /** The build that is given what is new; absent: none was made current yet. */
  readonly currentBuild?: string;
}

/** Why nobody takes up what is new; undefined where somebody does. Known to a minute: so long a worker may not have asked. */
export function missingWorker({ pollers, currentBuild }: WorkerQueue, nowMs: number): string | undefined {
  const asking = pollers.filter(({ askedAtMs }) => nowMs - askedAtMs < pollMsMax);
  if (asking.length === 0) return 'no worker asks Temporal for work: changes wait until one is started';
  if (asking.some(({ buildId }) => buildId === currentBuild)) return undefined;
  if (currentBuild === undefined) return 'no build of the worker is current: start one with DREY_MAKE_CURRENT=true';
  // An older build that is there has had its turn: `true` would leave it as it is.
  return 'no worker of the current build is left: start one, or one of another build with DREY_MAKE_CURRENT=force';
}
