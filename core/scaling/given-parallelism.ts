/**
 * Parallelism that vertices were given beside the spec that people apply: by the autoscaler, or by hand while it is active. It outlasts
 * the next apply of a file that knows nothing of it (docs/decisions/0011-…). With it goes how many slots the job takes (0016-…).
 */
import { whyNotInPlace } from '../plan/in-place.ts';
import type { FlinkJob } from '../schema/flink-job.ts';
import type { VertexParallelism } from '../rescale/vertex-parallelism.ts';
import { mostOf, slotsOf } from './given-bounds.ts';
import { decidedMemory, keptMemory, raisedMemory, withMemoryGiven, withMemorySaid } from './given-memory.ts';
import { hasSameParallelism, slotsNeeded } from '../spec/task-managers.ts';

/** What one vertex was given, or the job of slots, or each TaskManager of memory. */
export interface Given {
  readonly to: number;
  /** What the applied spec says of it; absent: nothing. */
  readonly over?: number;
  /** Of memory: what a recovery has raised it to. */
  readonly least?: number;
}

/** By the ids of the vertices; under `slots`, of the job's slots; under `memory`, bytes of a TaskManager. */
export type GivenParallelism = Readonly<Record<string, Given>>;

/** No vertex has such an id. */
const slotsKey = 'slots';
const memoryKey = 'memory';

/** A spec as the job has it, and what of its parallelism was given. */
export interface GivenSpec {
  readonly spec: FlinkJob;
  readonly given: GivenParallelism;
  /** What runs, where that may be another. */
  readonly runs?: FlinkJob;
}

/** The spec as somebody applied it: without what was given since. */
export function asApplied({ spec, given: all }: GivenSpec): FlinkJob {
  const { [memoryKey]: memory, ...given } = all;
  const named = Object.keys(given).length === 0 ? spec : withNamed(spec, saidOf(spec, given));
  return memory ? withMemorySaid(named, memory) : named;
}

/** The most that a vertex may keep of what it was given. */
type Bound = (spec: FlinkJob, before: FlinkJob, id: string) => number;

/**
 * What an applied spec comes to. A vertex keeps what it was given as long as the spec says of it what it said before; where it says
 * something else now, somebody has changed their mind, and that counts. The slots stay as long as it says nothing else of any.
 */
export function applied(spec: FlinkJob, before: GivenSpec, bound: Bound = mostOf): GivenSpec {
  const said = namedIn(spec);
  const isSaidAsBefore = hasSameParallelism(asApplied(before).spec.job, spec.spec.job);
  const isKept = ([id, { over }]: [string, Given]) => said[id] === over && (id !== slotsKey || isSaidAsBefore);
  const { [memoryKey]: _memory, ...vertices } = before.given;
  const kept = canBeHad(spec) ? Object.entries(vertices).filter(isKept) : [];
  const mostOfOne = (id: string) => (id === slotsKey ? slotsOf(spec) : bound(spec, before.spec, id));
  const bounded = kept.map(([id, one]): [string, Given] => [id, { ...one, to: Math.min(one.to, mostOfOne(id)) }]);
  const still = Object.fromEntries(bounded);
  const memory = keptMemory(spec, before, before.given[memoryKey]);
  return withGivenMemory({ spec: withGiven(spec, said, still), given: still }, memory);
}

/**
 * What a scaling by hand comes to: `spec` is the job's own with other parallelism. While the autoscaler is active it counts as given,
 * like the autoscaler's own; else it is what the spec says from now on.
 */
export function scaledByHand(spec: FlinkJob, { spec: was, given: all }: GivenSpec): GivenSpec {
  const { [memoryKey]: memory, ...given } = all;
  const scaled = parallelismByHand(spec, { spec: was, given });
  return memory ? { ...scaled, given: { ...scaled.given, [memoryKey]: memory } } : scaled;
}

function parallelismByHand(spec: FlinkJob, before: GivenSpec): GivenSpec {
  const isActive = spec.spec.autoscaler?.mode === 'active';
  const said = saidOf(before.spec, before.given);
  const now = verticesIn(spec);
  const isGiven = ([id, to]: [string, number]) => (isActive ? said[id] !== to : before.given[id]?.to === to);
  const given = Object.entries(now).filter(isGiven);
  const byVertex = Object.fromEntries(given.map(([id, to]) => [id, givenOver(to, said[id])]));
  if (before.given[slotsKey] === undefined) return { spec, given: byVertex };
  const slots = slotsByHand(spec, before.spec);
  return withSlots(withNamed(spec, { ...now, ...slotsIn(said) }), said, { given: byVertex, slots });
}

/** What a decision asks for. */
export interface DecidedParallelism {
  /** Of every vertex that the job has: what was given to others is forgotten. */
  readonly wanted: VertexParallelism;
  /** What they have: only what differs is given, so that the others go on following the job. */
  readonly now: VertexParallelism;
  /** That the job takes with it; absent: the widest vertex decides. */
  readonly slots?: number;
  /** Of each TaskManager; absent: as they are. */
  readonly memoryBytes?: number;
}

/** What a decision of the autoscaler comes to. */
export function scaledByDecision(before: GivenSpec, { memoryBytes, ...decided }: DecidedParallelism): GivenSpec {
  const { [memoryKey]: memory, ...given } = before.given;
  const scaled = parallelismByDecision({ spec: before.spec, given }, decided);
  return withGivenMemory(scaled, memoryBytes === undefined ? memory : decidedMemory(before.spec, memory, memoryBytes));
}

/** What a recovery with more memory comes to. @param spec the one that it brings the job back with */
export function raisedByRecovery(spec: FlinkJob, before: GivenSpec): GivenParallelism {
  const memory = raisedMemory(spec, before.spec, before.given[memoryKey]);
  return memory ? { ...before.given, [memoryKey]: memory } : before.given;
}

/** What is given once memory that was raised has found no room: of memory what was given before the raise, of the rest what is by now. */
export function givenWithoutRaise(given: GivenParallelism, before: GivenParallelism): GivenParallelism {
  const { [memoryKey]: _raised, ...others } = given;
  const memory = before[memoryKey];
  return memory ? { ...others, [memoryKey]: memory } : others;
}

function withGivenMemory({ spec, given }: GivenSpec, memory: Given | undefined): GivenSpec {
  if (memory === undefined) return { spec, given };
  return { spec: withMemoryGiven(spec, memory), given: { ...given, [memoryKey]: memory } };
}

function parallelismByDecision(before: GivenSpec, { wanted, now, slots }: DecidedParallelism): GivenSpec {
  const said = saidOf(before.spec, before.given);
  const kept = Object.entries(before.given).filter(([id]) => id in wanted);
  const changed = Object.entries(wanted).filter(([id, to]) => now[id] !== to);
  const given = {
    ...Object.fromEntries(kept),
    ...Object.fromEntries(changed.map(([id, to]) => [id, givenOver(to, said[id])])),
  };
  return withSlots(withGiven(before.spec, said, given), said, { given, slots });
}

/** Slots are given only where they are others than the spec comes to by itself. */
function withSlots(
  spec: FlinkJob,
  said: VertexParallelism,
  { given, slots }: { readonly given: GivenParallelism; readonly slots: number | undefined },
): GivenSpec {
  if (slots === undefined || slots === slotsNeeded(spec.spec.job)) return { spec, given };
  const all = { ...given, [slotsKey]: givenOver(slots, said[slotsKey]) };
  return { spec: withNamed(spec, { ...namedIn(spec), [slotsKey]: slots }), given: all };
}

/** What was given, and as many more as vertices grow by; undefined where vertices follow a job of another size now. */
function slotsByHand(spec: FlinkJob, before: FlinkJob): number | undefined {
  const [from, to] = [verticesIn(before), verticesIn(spec)];
  const followsAnew = Object.keys(from).some((id) => !(id in to));
  const given = before.spec.job.slots;
  if (given === undefined || followsAnew || spec.spec.job.parallelism !== before.spec.job.parallelism) return undefined;
  const grown = Object.entries(to).map(([id, one]) => Math.max(0, one - (from[id] ?? 0)));
  const wanted = grown.reduce((sum, one) => sum + one, given);
  return Math.min(wanted, slotsOf(spec));
}

function givenOver(to: number, over: number | undefined): Given {
  return { to, ...(over !== undefined && { over }) };
}

/** Flink takes the parallelism of single vertices only where it could change it while they run. */
function canBeHad({ spec }: FlinkJob): boolean {
  return whyNotInPlace(spec.flink.configuration) === undefined;
}

function verticesIn({ spec }: FlinkJob): VertexParallelism {
  return spec.job.vertexParallelism ?? {};
}

/** With the slots among them. */
function namedIn(spec: FlinkJob): VertexParallelism {
  const { slots } = spec.spec.job;
  return { ...verticesIn(spec), ...(slots !== undefined && { [slotsKey]: slots }) };
}

function slotsIn({ [slotsKey]: slots }: VertexParallelism): VertexParallelism {
  return slots === undefined ? {} : { [slotsKey]: slots };
}

/** What the applied spec said of each vertex, and of the slots. */
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

function withNamed(spec: FlinkJob, { [slotsKey]: slots, ...named }: VertexParallelism): FlinkJob {
  const { vertexParallelism: _before, slots: _slots, ...job } = spec.spec.job;
  const kept = {
    ...(Object.keys(named).length > 0 && { vertexParallelism: named }),
    ...(slots !== undefined && { slots }),
  };
  return { ...spec, spec: { ...spec.spec, job: { ...job, ...kept } } };
}
