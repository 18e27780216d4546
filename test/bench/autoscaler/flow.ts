/** How records run through a job's graph in one step of time, and who holds them up. */
import { isSource, type JobModel } from './job-model.ts';

/** The fixed part of a job's flow: who gets how much of what anybody puts out. */
export interface FlowGraph {
  /** Vertices where records begin: sources, and windows, which put out what they kept. */
  readonly origins: readonly number[];
  /** For each origin, records that reach each vertex for one that the origin lets go. */
  readonly reach: readonly Float64Array[];
  /** For each vertex, whether each other lies downstream of it without a window in between. */
  readonly downstream: readonly (readonly boolean[])[];
}

/** The graph of a job. A source lets go what it reads, a window what it puts out. */
export function flowGraph(job: JobModel): FlowGraph {
  const isOrigin = job.vertices.map((vertex) => isSource(vertex) || vertex.windowSeconds !== undefined);
  const origins = isOrigin.flatMap((yes, at) => (yes ? [at] : []));
  const reach = origins.map((origin) => {
    const window = job.vertices[origin]?.windowSeconds !== undefined;
    return spread(job, origin, isOrigin, window ? 1 : (job.vertices[origin]?.selectivity ?? 1));
  });
  const downstream = job.vertices.map((_, at) => [...spread(job, at, isOrigin, 1)].map((part) => part > 0));
  return { origins, reach, downstream };
}

function spread(job: JobModel, origin: number, isOrigin: readonly boolean[], emitted: number): Float64Array {
  const reached = new Float64Array(job.vertices.length);
  job.vertices.forEach(({ inputs }, at) => {
    for (const { from, share = 1 } of inputs) {
      const before = job.vertices.findIndex(({ id }) => id === from);
      const passes = isOrigin[before] ? 0 : (reached[before] ?? 0) * (job.vertices[before]?.selectivity ?? 1);
      reached[at] = (reached[at] ?? 0) + share * (before === origin ? emitted : passes);
    }
  });
  return reached;
}

export interface Flow {
  /** For each origin, the part of its wish that it may let go. */
  readonly passed: Float64Array;
  /** Vertices that could not take what was meant for them. */
  readonly full: readonly number[];
}

/**
 * What gets through: where a vertex cannot take everything, all that leads to it is held back in proportion, and what
 * is held back there is missing everywhere else (Flink's backpressure blocks a task's outputs together).
 * @param wishes records that each origin would let go.
 * @param limits records that each vertex can take.
 */
export function solveFlow(graph: FlowGraph, wishes: Float64Array, limits: Float64Array): Flow {
  const passed = new Float64Array(graph.origins.length).fill(1);
  const full = new Set<number>();
  // Each pass settles at least one vertex for good, as nothing ever grows.
  for (let pass = 0; pass <= limits.length; pass += 1) {
    let held = false;
    for (let vertex = 0; vertex < limits.length; vertex += 1) {
      const demand = arriving(graph, vertex, wishes, passed);
      const limit = limits[vertex] ?? 0;
      if (demand <= limit * (1 + 1e-12)) continue;
      held = true;
      full.add(vertex);
      holdBack(graph, vertex, passed, limit / demand);
    }
    if (!held) break;
  }
  return { passed, full: [...full] };
}

/** Records that reach a vertex when each origin lets go this part of its wish. */
export function arriving(graph: FlowGraph, vertex: number, wishes: Float64Array, passed: Float64Array): number {
  let records = 0;
  for (let at = 0; at < graph.origins.length; at += 1) {
    records += (wishes[at] ?? 0) * (passed[at] ?? 0) * (graph.reach[at]?.[vertex] ?? 0);
  }
  return records;
}

/** All whose records reach the vertex let go only this part of what they did. */
function holdBack({ reach }: FlowGraph, vertex: number, passed: Float64Array, part: number): void {
  for (let at = 0; at < passed.length; at += 1) {
    if ((reach[at]?.[vertex] ?? 0) > 0) passed[at] = (passed[at] ?? 0) * part;
  }
}
