/**
 * Parallelism that vertices were given beside the spec that people apply: by the autoscaler, or by hand while it is active. It outlasts
 * the next apply of a file that knows nothing of it (docs/decisions/0011-…).
 */
import { whyNotInPlace } from '../plan/in-place.ts';
import type { FlinkJob } from '../schema/flink-job.ts';
import type { VertexParallelism } from '../rescale/vertex-parallelism.ts';

/** What one vertex was given. */
export interface Given {
  readonly to: number;
  /** What the applied spec says of it; absent: nothing. */
  readonly over?: number;
}

/** By the ids of the vertices. */
export type GivenParallelism = Readonly<Record<string, Given>>;

/** A spec as the job has it, and what of its parallelism was given. */
export interface GivenSpec {
  readonly spec: FlinkJob;
  readonly given: GivenParallelism;
}

/** The spec as somebody applied it: without what was given since. */
export function asApplied({ spec, given }: GivenSpec): FlinkJob {
  return Object.keys(given).length === 0 ? spec : withNamed(spec, saidOf(spec, given));
}

/**
 * What an applied spec comes to. A vertex keeps what it was given as long as the spec says of it what it said before; where it says
 * something else now, somebody has changed their mind, and that counts.
 */
export function applied(spec: FlinkJob, given: GivenParallelism): GivenSpec {
  const said = namedIn(spec);
  const kept = Object.entries(given).filter(([id, { over }]) => said[id] === over && canBeHad(spec));
  const bounded = kept.map(([id, one]): [string, Given] => [id, { ...one, to: Math.min(one.to, slotsOf(spec)) }]);
  const still = Object.fromEntries(bounded);
  return { spec: withGiven(spec, said, still), given: still };
}

/**
 * What a scaling by hand comes to: `spec` is the job's own with other parallelism. While the autoscaler is active it counts as given,
 * like the autoscaler's own; else it is what the spec says from now on.
 */
export function scaledByHand(spec: FlinkJob, before: GivenSpec): GivenSpec {
  const isActive = spec.spec.autoscaler?.mode === 'active';
  const said = saidOf(before.spec, before.given);
  const now = namedIn(spec);
  const isGiven = ([id, to]: [string, number]) => (isActive ? said[id] !== to : before.given[id]?.to === to);
  const given = Object.entries(now).filter(isGiven);
  return { spec, given: Object.fromEntries(given.map(([id, to]) => [id, givenOver(to, said[id])])) };
}

/**
 * What a decision of the autoscaler comes to.
 * @param wanted of every vertex that the job has: what was given to others is forgotten.
 * @param now what they have: only what differs is given, so that the others go on following the job.
 */
export function scaledByDecision(before: GivenSpec, wanted: VertexParallelism, now: VertexParallelism): GivenSpec {
  const said = saidOf(before.spec, before.given);
  const kept = Object.entries(before.given).filter(([id]) => id in wanted);
  const changed = Object.entries(wanted).filter(([id, to]) => now[id] !== to);
  const given = {
    ...Object.fromEntries(kept),
    ...Object.fromEntries(changed.map(([id, to]) => [id, givenOver(to, said[id])])),
  };
  return { spec: withGiven(before.spec, said, given), given };
}

function givenOver(to: number, over: number | undefined): Given {
  return { to, ...(over !== undefined && { over }) };
}

/** Flink takes the parallelism of single vertices only where it could change it while they run. */
function canBeHad({ spec }: FlinkJob): boolean {
  return whyNotInPlace(spec.flink.configuration) === undefined;
}

/** Whoever counts the TaskManagers bounds what runs on them. */
function slotsOf({ spec: { taskManager } }: FlinkJob): number {
  return taskManager.replicas === undefined ? Infinity : taskManager.replicas * taskManager.slots;
}

function namedIn({ spec }: FlinkJob): VertexParallelism {
  return spec.job.vertexParallelism ?? {};
}

/** What the applied spec said of each vertex. */
function saidOf(spec: FlinkJob, given: GivenParallelism): VertexParallelism {
  const all = Object.entries(namedIn(spec)).flatMap(([id, now]): [string, number][] => {
    const said = given[id] ? given[id].over : now;
    return said === undefined ? [] : [[id, said]];
  });
  return Object.fromEntries(all);
}

function withGiven(spec: FlinkJob, said: VertexParallelism, given: GivenParallelism): FlinkJob {
  const to = Object.entries(given).map(([id, one]) => [id, one.to] as const);
  return withNamed(spec, { ...said, ...Object.fromEntries(to) });
}

function withNamed(spec: FlinkJob, named: VertexParallelism): FlinkJob {
  const { vertexParallelism: _before, ...job } = spec.spec.job;
  const kept = Object.keys(named).length === 0 ? {} : { vertexParallelism: named };
  return { ...spec, spec: { ...spec.spec, job: { ...job, ...kept } } };
}
