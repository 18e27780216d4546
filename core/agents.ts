/** Whether a cluster's agents are there, by what was heard of them. */

/** What an agent says of itself. */
export interface Heartbeat {
  /** Tells the agents of one cluster apart. */
  readonly agent: string;
  /** Whether it is the one, or one of those, that observe the cluster's jobs now. */
  readonly observes: boolean;
  /** Absent until it has compared all jobs. */
  readonly unknown?: UnknownJobs;
}

/** Jobs whose objects are in the cluster and which no workflow knows: nobody looks after them. */
export interface UnknownJobs {
  readonly count: number;
  /** The first few, each as `<tenant>/<name>`. */
  readonly jobs: readonly string[];
  /** Since they were counted, in milliseconds. */
  readonly ageMs: number;
}

/** How many are named: more help nobody, and heartbeats stay small. */
export const unknownJobsNamed = 20;

/** What a token may see of them: one of a single tenant only its own, of those that are named. `*`: all. */
export function unknownJobsFor(unknown: UnknownJobs, tenant: string): UnknownJobs {
  if (tenant === '*') return unknown;
  const jobs = unknown.jobs.filter((job) => job.startsWith(`${tenant}/`));
  return { ...unknown, jobs, count: jobs.length };
}

/** What was heard of an agent. Ages in milliseconds, each counted by one clock alone. */
export interface AgentHeard {
  readonly agent: string;
  /** Since it last said something. */
  readonly silentMs: number;
  /** Since it last said that it observes; absent: it never did. */
  readonly unobservedMs?: number;
  readonly unknown?: UnknownJobs;
}

/** All that is known of a cluster's agents. */
export interface AgentTraces {
  readonly heard: readonly AgentHeard[];
  /** Whether an agent that is there was surely heard. Not so just after a start, or while PostgreSQL is away. */
  readonly isSure: boolean;
  /** Since one of them last asked Temporal for work; absent: none did in the last minutes. */
  readonly pollMs?: number;
}

export interface AgentPresence {
  readonly isThere: boolean;
  /** Since anything was heard of one. */
  readonly silentMs?: number;
  /** Since one of them last observed the jobs; absent where that is not known. */
  readonly unobservedMs?: number;
  /** How many are there now; absent where they do not say so. */
  readonly count?: number;
  /** As it was counted last, by whichever of them. */
  readonly unknown?: UnknownJobs;
}

/** An agent says every so often that it is there. */
export const heartbeatEveryMs = 3_000;

/** One that said nothing for so long is gone: with a second for the way of it, and one for what is remembered of it, in 15 s. */
export const silenceMsMax = 12_000;

/** A worker asks Temporal at least once a minute, for each question is held so long; some seconds for the way. */
export const pollMsMax = 70_000;

/** Silent for so long, agents may be there that were never told where the API is. */
const forgottenMs = 600_000;

/** Whether what was heard says all: else it is worth asking Temporal who asks it for work. */
export function saysAll({ heard, isSure }: Pick<AgentTraces, 'heard' | 'isSure'>): boolean {
  const silentMs = least(heard.map((one) => one.silentMs)) ?? Infinity;
  return silentMs < silenceMsMax || (isSure && silentMs < forgottenMs);
}

/** What is known of a cluster's agents, from all their traces. */
export function agentPresence({ heard, isSure, pollMs }: AgentTraces): AgentPresence {
  const silentMs = least(heard.map((one) => one.silentMs));
  const unobservedMs = least(heard.flatMap((one) => one.unobservedMs ?? []));
  const count = heard.filter((one) => one.silentMs < silenceMsMax).length;
  const polls = pollMs !== undefined && pollMs < pollMsMax;
  const doTell = silentMs !== undefined && silentMs < forgottenMs;
  const isThere = count > 0 || (polls && !saysAll({ heard, isSure }));
  const unknown = newestCount(heard);
  const lastMs = least([silentMs, pollMs].filter((ms) => ms !== undefined));
  return {
    isThere,
    ...(lastMs !== undefined && { silentMs: lastMs }),
    ...(doTell && { count, ...(unobservedMs !== undefined && { unobservedMs }) }),
    ...(unknown && { unknown }),
  };
}

/** Of what agents have counted, that which was counted last. */
export function newestCount(counted: readonly Pick<AgentHeard, 'unknown'>[]): UnknownJobs | undefined {
  const all = counted.flatMap(({ unknown }) => unknown ?? []);
  return all.toSorted((one, other) => one.ageMs - other.ageMs)[0];
}

/**
 * Since when nobody looks at a cluster's jobs, in milliseconds before now; undefined while somebody does, or where it is not known.
 */
export function unseenMs({ isThere, silentMs, unobservedMs }: AgentPresence): number | undefined {
  if (unobservedMs !== undefined) return unobservedMs < silenceMsMax ? undefined : unobservedMs;
  return isThere ? undefined : silentMs;
}

function least(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : Math.min(...numbers);
}
