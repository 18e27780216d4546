/**
 * A Flink job as a flow of records, in steps of a few seconds. What it takes to be so:
 *
 * - Records are a fluid; what is in network buffers is so little that it is left out. Whoever cannot take more holds up
 *   all that leads to it at once.
 * - A subtask's time is busy (working), blocked (backpressured) or idle, and nothing else. All subtasks of a vertex
 *   slow each other down as `capacity.ts` says; some run on faster machines than others, by chance, anew at each start.
 * - The most loaded subtask sets its vertex's pace. Of a source, each subtask has a pace of its own, for its partitions.
 * - After a start, subtasks begin at three fifths of their speed.
 * - A rescale is a stop with savepoint and a start: nothing is read twice. A failure gives back what was read since the
 *   last checkpoint, one of which completes each minute.
 */
import { sharesOf, subtaskRate, vertexRate } from './capacity.ts';
import { arriving, flowGraph, solveFlow } from './flow.ts';
import { isSource, type JobModel, type VertexModel } from './job-model.ts';
import type { Topic } from './partitions.ts';
import type { Random } from './random.ts';

/** One vertex as it runs, with what it did in the last step. */
export interface RunningVertex {
  readonly model: VertexModel;
  readonly topic: Topic | undefined;
  parallelism: number;
  shares: Float64Array;
  speeds: Float64Array;
  /** Records per second that it takes in all. */
  rate: number;
  /** Per subtask, the part of the step that was spent working, and blocked. */
  busy: Float64Array;
  blocked: Float64Array;
  /** Of sources, per subtask: what waits for it in its partitions. */
  available: Float64Array;
  /** Records in the last step. */
  recordsIn: number;
  recordsOut: number;
  /** Of windows: what is kept until the window ends, and what is on its way out. */
  kept: number;
  leaving: number;
  /** Both as the last checkpoint has them. */
  safe: { kept: number; leaving: number };
}

export interface Plant {
  readonly vertices: readonly RunningVertex[];
  readonly running: boolean;
  /** Starts all subtasks; @param parallelism in the job's order. */
  start(parallelism: readonly number[]): void;
  /** Stops it; a failure gives records back to the sources, a stop with savepoint does not. */
  stop(how: 'savepoint' | 'failure'): void;
  /** @param costs per vertex, how much dearer a record is now than the model says. */
  step(costs: Float64Array): void;
}

/** From this part of an outside limit on, all subtasks wait for what is outside: Flink counts that as busy. */
const atLimit = 0.999;
const coldSpeed = 0.6;
const checkpointSeconds = 60;
/** How much machines differ: the standard deviation of a subtask's speed. */
const speedDeviation = 0.03;

export function createPlant(job: JobModel, topics: readonly Topic[], random: Random, stepSeconds: number): Plant {
  const graph = flowGraph(job);
  const sources = job.vertices.filter(isSource);
  const vertices = job.vertices.map((model) => idleVertex(model, topics[sources.indexOf(model)]));
  const outShares = job.vertices.map(({ id }) =>
    job.vertices
      .flatMap(({ inputs }) => inputs.filter(({ from }) => from === id))
      .reduce((sum, { share = 1 }) => sum + share, 0),
  );
  const wishes = new Float64Array(graph.origins.length);
  const limits = new Float64Array(vertices.length);
  /** Records that a subtask of usual speed takes in the step. */
  const pace = new Float64Array(vertices.length);
  let running = false;
  let ranSeconds = 0;
  let windowClock = 0;

  const step = (costs: Float64Array) => {
    ranSeconds += stepSeconds;
    windowClock += stepSeconds;
    const warm = coldSpeed + (1 - coldSpeed) * Math.min(1, ranSeconds / Math.max(job.warmUpSeconds, stepSeconds));
    vertices.forEach((vertex, at) => {
      vertex.blocked.fill(0);
      pace[at] = (warm * stepSeconds) / (costs[at] ?? 1);
      const outside = (vertex.model.externalLimit ?? Infinity) * stepSeconds;
      limits[at] = vertex.topic ? Infinity : Math.min(outside, vertex.rate * (pace[at] ?? 0));
      pace[at] = subtaskRate(vertex.model, vertex.parallelism) * (pace[at] ?? 0);
    });
    graph.origins.forEach((vertex, at) => {
      wishes[at] = wishOf(vertices[vertex] as RunningVertex, pace[vertex] ?? 0);
    });
    graph.origins.forEach((vertex, at) => blockWhileEmitting(vertices[vertex] as RunningVertex, vertex, at));
    const { passed, full } = solveFlow(graph, wishes, limits);
    graph.origins.forEach((vertex, at) => letGo(vertices[vertex] as RunningVertex, pace[vertex] ?? 0, passed[at] ?? 1));
    vertices.forEach((vertex, at) => {
      if (!vertex.topic) take(vertex, arriving(graph, at, wishes, passed), pace[at] ?? 0);
      if (vertex.recordsIn >= atLimit * (vertex.model.externalLimit ?? Infinity) * stepSeconds) vertex.busy.fill(1);
      emit(vertex, outShares[at] ?? 0);
      if (full.some((other) => graph.downstream[at]?.[other])) vertex.blocked.fill(1);
      boundBlocked(vertex);
    });
    if (ranSeconds % checkpointSeconds === 0) vertices.forEach(checkpoint);
  };

  /** A window puts out and works in one thread: while it puts out, it takes nothing. */
  const blockWhileEmitting = (vertex: RunningVertex, index: number, origin: number) => {
    if (vertex.topic || vertex.leaving === 0) return;
    let atOnce = Infinity;
    graph.reach[origin]?.forEach((part, other) => {
      if (part > 0) atOnce = Math.min(atOnce, (limits[other] ?? 0) / part);
    });
    const blocked = Math.min(1, vertex.leaving / atOnce);
    limits[index] = (limits[index] ?? 0) * (1 - blocked);
    vertex.blocked.fill(blocked);
  };

  /** What a vertex puts out of what it took: now, or, of a window, when it ends. */
  const emit = (vertex: RunningVertex, outputs: number) => {
    const { windowSeconds, selectivity = 1 } = vertex.model;
    if (windowSeconds === undefined) {
      vertex.recordsOut = vertex.recordsIn * selectivity * outputs;
      return;
    }
    vertex.kept += vertex.recordsIn * selectivity;
    if (windowClock % windowSeconds !== 0) return;
    vertex.leaving += vertex.kept;
    vertex.kept = 0;
  };

  return {
    vertices,
    get running() {
      return running;
    },
    start: (parallelism) => {
      running = true;
      ranSeconds = 0;
      vertices.forEach((vertex, at) => place(vertex, parallelism[at] ?? 1, random));
    },
    stop: (how) => {
      running = false;
      vertices.forEach(how === 'failure' ? giveBack : checkpoint);
    },
    step,
  };
}

function idleVertex(model: VertexModel, topic: Topic | undefined): RunningVertex {
  const none = new Float64Array(0);
  const work = { parallelism: 0, rate: 0, shares: none, speeds: none, busy: none, blocked: none, available: none };
  return { model, topic, ...work, recordsIn: 0, recordsOut: 0, kept: 0, leaving: 0, safe: { kept: 0, leaving: 0 } };
}

/** Deploys a vertex's subtasks, each on a machine of its own speed. */
function place(vertex: RunningVertex, parallelism: number, random: Random): void {
  vertex.parallelism = parallelism;
  vertex.shares = sharesOf(vertex.model, parallelism);
  vertex.speeds = new Float64Array(parallelism).map(() =>
    Math.min(1.1, Math.max(0.85, 1 + speedDeviation * random.gaussian())),
  );
  vertex.rate = vertexRate(vertex.model, parallelism, vertex.shares, vertex.speeds);
  vertex.busy = new Float64Array(parallelism);
  vertex.blocked = new Float64Array(parallelism);
  vertex.available = new Float64Array(vertex.topic ? parallelism : 0);
}

/** Nobody is blocked while working. */
function boundBlocked({ blocked, busy }: RunningVertex): void {
  for (let subtask = 0; subtask < blocked.length; subtask += 1) {
    blocked[subtask] = Math.max(0, Math.min(blocked[subtask] ?? 0, 1 - (busy[subtask] ?? 0)));
  }
}

function checkpoint({ topic, safe, kept, leaving }: RunningVertex): void {
  topic?.checkpoint();
  Object.assign(safe, { kept, leaving });
}

function giveBack(vertex: RunningVertex): void {
  vertex.topic?.giveBack();
  Object.assign(vertex, vertex.safe);
}

/** What an origin would let go in the step: a source what it can read, a window what is on its way out. */
function wishOf(vertex: RunningVertex, pace: number): number {
  const { topic, available, speeds } = vertex;
  if (!topic) return vertex.leaving;
  seeAvailable(vertex, topic);
  let wish = 0;
  for (let reader = 0; reader < available.length; reader += 1) {
    wish += Math.min(available[reader] ?? 0, pace * (speeds[reader] ?? 1));
  }
  return wish;
}

/** What waits for each subtask of a source: partitions go round them; without partitions, all read from one queue. */
function seeAvailable({ available, model, speeds }: RunningVertex, { waiting }: Topic): void {
  if (model.partitions === undefined) {
    let together = 0;
    for (let reader = 0; reader < speeds.length; reader += 1) together += speeds[reader] ?? 1;
    for (let reader = 0; reader < speeds.length; reader += 1) {
      available[reader] = ((waiting[0] ?? 0) * (speeds[reader] ?? 1)) / together;
    }
    return;
  }
  available.fill(0);
  for (let partition = 0; partition < waiting.length; partition += 1) {
    const reader = partition % available.length;
    available[reader] = (available[reader] ?? 0) + (waiting[partition] ?? 0);
  }
}

/** An origin lets go the part of its wish that gets through. */
function letGo(vertex: RunningVertex, pace: number, passed: number): void {
  if (!vertex.topic) {
    vertex.recordsOut = vertex.leaving * passed;
    vertex.leaving -= vertex.recordsOut;
    if (vertex.leaving < 1e-9) vertex.leaving = 0;
    return;
  }
  const { available, speeds, busy, topic, model } = vertex;
  vertex.recordsIn = 0;
  for (let reader = 0; reader < available.length; reader += 1) {
    const able = pace * (speeds[reader] ?? 1);
    const there = available[reader] ?? 0;
    const read = Math.min(there, able) * passed;
    vertex.recordsIn += read;
    busy[reader] = able > 0 ? read / able : 0;
    // From here on, the part of it that is read.
    available[reader] = there > 0 ? Math.min(1, read / there) : 0;
  }
  const all = topic.waiting[0] ?? 0;
  if (model.partitions === undefined) available.fill(all > 0 ? Math.min(1, vertex.recordsIn / all) : 0);
  topic.read(available);
}

/** A vertex works on what reaches it, each subtask on its share. */
function take(vertex: RunningVertex, records: number, pace: number): void {
  const { busy, shares, speeds } = vertex;
  vertex.recordsIn = records;
  for (let subtask = 0; subtask < busy.length; subtask += 1) {
    busy[subtask] = Math.min(1, (records * (shares[subtask] ?? 0)) / (pace * (speeds[subtask] ?? 1)));
  }
}
