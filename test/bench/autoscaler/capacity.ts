/** How fast a vertex's subtasks are, and who of them gets how much. */
import { isSource, maxParallelismOf, type VertexModel } from './job-model.ts';

/**
 * Records per second of one subtask among `parallelism` of them: Gunther's Universal Scalability Law,
 * C(p) = λp / (1 + σ(p−1) + κp(p−1)), shared out evenly.
 */
export function subtaskRate(vertex: VertexModel, parallelism: number): number {
  const { rate, contention = 0, coherence = 0 } = vertex;
  return rate / (1 + contention * (parallelism - 1) + coherence * parallelism * (parallelism - 1));
}

/**
 * The part of the vertex's records that each subtask gets. Key groups go to subtasks in contiguous ranges, as Flink
 * deals them out (group × parallelism ÷ max parallelism, floored); source partitions go round the subtasks.
 */
export function sharesOf(vertex: VertexModel, parallelism: number): Float64Array {
  if (isSource(vertex)) return partitionShares(vertex, parallelism);
  if (vertex.inputs.some(({ shipping }) => shipping === 'hash')) return keyShares(vertex, parallelism);
  return new Float64Array(parallelism).fill(1 / parallelism);
}

function keyShares(vertex: VertexModel, parallelism: number): Float64Array {
  const groups = maxParallelismOf(vertex);
  const hot = vertex.hotKeyShare ?? 0;
  const shares = new Float64Array(parallelism);
  for (let group = 0; group < groups; group += 1) {
    const subtask = Math.floor((group * parallelism) / groups);
    shares[subtask] = (shares[subtask] ?? 0) + (1 - hot) / groups;
  }
  shares[hotSubtask(groups, parallelism)] = (shares[hotSubtask(groups, parallelism)] ?? 0) + hot;
  return shares;
}

/** The hot key lies in the group in the middle, wherever that goes. */
function hotSubtask(groups: number, parallelism: number): number {
  return Math.floor((Math.floor(groups / 2) * parallelism) / groups);
}

function partitionShares(source: VertexModel, parallelism: number): Float64Array {
  if (source.partitions === undefined) return new Float64Array(parallelism).fill(1 / parallelism);
  const shares = new Float64Array(parallelism);
  partitionWeights(source).forEach((weight, partition) => {
    shares[partition % parallelism] = (shares[partition % parallelism] ?? 0) + weight;
  });
  return shares;
}

/** The part of a source's records that each of its partitions holds; one for a source without partitions. */
export function partitionWeights(source: VertexModel): Float64Array {
  const skew = source.partitionSkew ?? 0;
  const weights = Float64Array.from({ length: source.partitions ?? 1 }, (_, partition) => (partition + 1) ** -skew);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * Records per second that the vertex takes in all before its most loaded subtask is busy all the time: a full subtask
 * holds up the whole exchange, so the rest waits for it. An outside limit is left out.
 * @param speeds how fast each subtask is beside its fellows (1 is as the model says).
 */
export function vertexRate(vertex: VertexModel, parallelism: number, shares: Float64Array, speeds?: Float64Array) {
  const each = subtaskRate(vertex, parallelism);
  let rate = Infinity;
  shares.forEach((share, subtask) => {
    if (share > 0) rate = Math.min(rate, (each * (speeds?.[subtask] ?? 1)) / share);
  });
  return rate;
}
