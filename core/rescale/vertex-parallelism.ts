/** Which parallelism each vertex of a running job gets when the job's own changes. */
import type { Failure } from '../failure.ts';

export interface VertexSeen {
  readonly id: string;
  readonly name: string;
  /** What its state can be divided into. */
  readonly maxParallelism: number;
}

/** How many subtasks Flink may run of each vertex, by its id. */
export type Requirements = Readonly<Record<string, { readonly lower: number; readonly upper: number }>>;

/** The parallelism of each vertex, by its id. */
export type VertexParallelism = Readonly<Record<string, number>>;

export interface ParallelismWish {
  /** The job's parallelism as its running spec says it. */
  readonly from: number;
  readonly to: number;
  /** Vertices known from before to keep theirs. */
  readonly fixed: readonly string[];
  /** Whether those are all: what Flink was asked for may be anything between the job's parallelism and another, and tells nothing. */
  readonly isUnsettled?: boolean;
  /** Vertices that the spec names: as it has been, and as it shall be. */
  readonly named?: { readonly from: VertexParallelism; readonly to: VertexParallelism };
}

export type ParallelismDecision =
  | {
      readonly parallelism: VertexParallelism;
      /** The vertices that keep theirs: to be known the next time, when their number may tell nothing. */
      readonly fixed: readonly string[];
    }
  | { readonly refused: Failure };

/**
 * A vertex that the spec names has what it says. Another one follows the job's parallelism where it has had it so far;
 * another number was fixed by the program. Of one that can only ever have one subtask, Flink says so itself. From
 * parallelism 1 the rest cannot be told apart: all follow.
 */
export function decideParallelism(
  vertices: readonly VertexSeen[],
  now: Requirements,
  { from, to, fixed, isUnsettled = false, named = { from: {}, to: {} } }: ParallelismWish,
): ParallelismDecision {
  // One that was named before has gone with an upgrade of the program, and was passed over since.
  const isNew = (id: string) => named.from[id] !== named.to[id];
  const unknown = Object.keys(named.to).find((id) => isNew(id) && !vertices.some((one) => one.id === id));
  if (unknown !== undefined) return { refused: noSuchVertex(unknown, vertices) };
  const upperOf = ({ id }: VertexSeen) => now[id]?.upper ?? from;
  // What the spec named until now and does not any more follows again.
  const hasFollowed = (one: VertexSeen) => (isUnsettled || upperOf(one) === from) && !fixed.includes(one.id);
  const follows = (one: VertexSeen) =>
    one.maxParallelism !== 1 && !(one.id in named.to) && (one.id in named.from || hasFollowed(one));
  const wantedOf = (one: VertexSeen) => named.to[one.id] ?? (follows(one) ? to : upperOf(one));
  const bounded = vertices.some(({ maxParallelism }) => maxParallelism !== 1)
    ? vertices.filter((one) => follows(one) || one.id in named.to)
    : vertices;
  const wish = (one: VertexSeen) => named.to[one.id] ?? to;
  const tooLow = bounded.find((one) => one.maxParallelism < wish(one));
  if (tooLow) return { refused: tooHigh(tooLow, wish(tooLow)) };
  return {
    parallelism: Object.fromEntries(vertices.map((one) => [one.id, wantedOf(one)])),
    fixed: vertices.filter((one) => !follows(one) && !(one.id in named.to)).map(({ id }) => id),
  };
}

/** What is asked of Flink for it: fewer subtasks are better than none while slots are missing. */
export function requirementsFor(parallelism: VertexParallelism): Requirements {
  return Object.fromEntries(Object.entries(parallelism).map(([id, upper]) => [id, { lower: 1, upper }]));
}

/** What a starting job is asked for where its spec names vertices. One that the program does not have is passed over, as Flink does. */
export function requirementsWith(
  now: Requirements,
  named: VertexParallelism,
): { readonly requirements: Requirements; readonly differ: boolean } {
  const wanted = Object.entries(named).filter(([id]) => id in now);
  const changed = wanted.map(([id, upper]) => [id, { lower: 1, upper }] as const);
  return {
    requirements: { ...now, ...Object.fromEntries(changed) },
    differ: wanted.some(([id, upper]) => now[id]?.upper !== upper),
  };
}

/** What is awaited once Flink has been asked for it. */
export function parallelismOf(requirements: Requirements): VertexParallelism {
  return Object.fromEntries(Object.entries(requirements).map(([id, { upper }]) => [id, upper]));
}

function tooHigh({ name, maxParallelism }: VertexSeen, wanted: number): Failure {
  return {
    code: 'PARALLELISM_TOO_HIGH',
    message: `The state of "${name}" is divided into ${maxParallelism} parts, so its parallelism cannot be ${wanted}. The job runs on as it was.`,
    cure: `Use at most ${maxParallelism}. The limit is the job's maximum parallelism (pipeline.max-parallelism, or setMaxParallelism in the program), and cannot be changed for state that exists.`,
  };
}

function noSuchVertex(id: string, vertices: readonly VertexSeen[]): Failure {
  return {
    code: 'NO_SUCH_VERTEX',
    message: `The job has no vertex ${id}. The job runs on as it was.`,
    cure: `Name one that it has: ${vertices.map((one) => `${one.id} (${one.name})`).join(', ')}.`,
  };
}
