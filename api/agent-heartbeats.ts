/** What agents say of themselves: to this process, and through PostgreSQL to every other one of the API. */
import { heardAgents, noteHeartbeat } from '../clients/postgres/agents.ts';
import { isPostgresAway } from '../clients/postgres/away.ts';
import type { Postgres } from '../clients/postgres/connect.ts';
import {
  newestCount,
  silenceMsMax,
  type AgentHeard,
  type AgentTraces,
  type Heartbeat,
  type UnknownJobs,
} from '../core/agents.ts';
import { createCache, type Cache } from './cache.ts';

/** What was heard, and when it was read, by this process's steady clock. */
interface Heard {
  readonly atMs: number;
  readonly agents: readonly AgentHeard[];
}

interface HeardHere {
  readonly seenAtMs: number;
  readonly observedAtMs?: number;
  /** As old as it was when it was heard. */
  readonly unknown?: UnknownJobs;
}

/** Of an agent that never comes back nothing needs to be known for longer. */
const forgottenMs = 3_600_000;

export class AgentHeartbeats {
  private readonly postgres: Postgres;
  private readonly here = new Map<string, Map<string, HeardHere>>();
  /** Undefined while PostgreSQL is away. */
  private readonly kept: Cache<Heard | undefined>;
  /** When this process last could not know what others had heard: its start is such a moment. */
  private deafAtMs = performance.now();

  constructor(postgres: Postgres) {
    this.postgres = postgres;
    this.kept = createCache({ load: (cluster) => readKept(postgres, cluster), freshMs: 1_000, staleMs: 0 });
  }

  /** Takes in what an agent says. While PostgreSQL is away only this process knows. */
  async note(cluster: string, heartbeat: Heartbeat): Promise<void> {
    this.noteHere(cluster, heartbeat);
    await noteHeartbeat(this.postgres, cluster, heartbeat).catch((error: unknown) => {
      if (!isPostgresAway(error)) throw error;
    });
  }

  /** What was heard of a cluster's agents, by whichever process of the API. */
  async of(cluster: string): Promise<Pick<AgentTraces, 'heard' | 'isSure'>> {
    const kept = await this.kept.get(cluster);
    const nowMs = performance.now();
    if (!kept) this.deafAtMs = nowMs;
    const ofOthers = (kept?.agents ?? []).map((one) => aged(one, nowMs - (kept?.atMs ?? nowMs)));
    const isSure = nowMs - this.deafAtMs > silenceMsMax;
    return { heard: [...this.heardHere(cluster, nowMs), ...ofOthers].reduce(withNewest, []), isSure };
  }

  private noteHere(cluster: string, { agent, observes, unknown }: Heartbeat): void {
    const nowMs = performance.now();
    const agents = this.here.get(cluster) ?? new Map<string, HeardHere>();
    for (const [name, { seenAtMs }] of agents) if (nowMs - seenAtMs > forgottenMs) agents.delete(name);
    const { observedAtMs: before } = agents.get(agent) ?? {};
    const observedAtMs = observes ? nowMs : before;
    agents.set(agent, {
      seenAtMs: nowMs,
      ...(observedAtMs !== undefined && { observedAtMs }),
      ...(unknown && { unknown }),
    });
    this.here.set(cluster, agents);
  }

  private heardHere(cluster: string, nowMs: number): AgentHeard[] {
    return [...(this.here.get(cluster) ?? [])].map(([agent, { seenAtMs, observedAtMs, unknown }]) => ({
      agent,
      silentMs: nowMs - seenAtMs,
      ...(observedAtMs !== undefined && { unobservedMs: nowMs - observedAtMs }),
      ...(unknown && { unknown: older(unknown, nowMs - seenAtMs) }),
    }));
  }
}

async function readKept(postgres: Postgres, cluster: string): Promise<Heard | undefined> {
  try {
    const agents = await heardAgents(postgres, cluster);
    return { atMs: performance.now(), agents };
  } catch (error) {
    if (isPostgresAway(error)) return undefined;
    throw error;
  }
}

function aged({ agent, silentMs, unobservedMs, unknown }: AgentHeard, ms: number): AgentHeard {
  return {
    agent,
    silentMs: silentMs + ms,
    ...(unobservedMs !== undefined && { unobservedMs: unobservedMs + ms }),
    ...(unknown && { unknown: older(unknown, ms) }),
  };
}

function older(unknown: UnknownJobs, ms: number): UnknownJobs {
  return { ...unknown, ageMs: unknown.ageMs + ms };
}

/** Of each agent the newest of what was heard. */
function withNewest(all: readonly AgentHeard[], one: AgentHeard): AgentHeard[] {
  const known = all.find(({ agent }) => agent === one.agent);
  const unobserved = [known?.unobservedMs, one.unobservedMs].filter((ms) => ms !== undefined);
  const unknown = newestCount(known ? [known, one] : [one]);
  const newest = {
    agent: one.agent,
    silentMs: Math.min(known?.silentMs ?? one.silentMs, one.silentMs),
    ...(unobserved.length > 0 && { unobservedMs: Math.min(...unobserved) }),
    ...(unknown && { unknown }),
  };
  return [...all.filter((other) => other !== known), newest];
}
