/** What a simulated Flink job is made of: its vertices, what their work costs, and how they are connected. */

export interface VertexModel {
  readonly id: string;
  /** How records reach it; none for a source. */
  readonly inputs: readonly InputModel[];
  /** Records per second that one subtask takes when it is alone and undisturbed. */
  readonly rate: number;
  /** How much subtasks wait for each other (the Universal Scalability Law's σ); 0 scales in proportion. */
  readonly contention?: number;
  /** How much subtasks talk to each other (its κ); above 0, more subtasks may do less in all. */
  readonly coherence?: number;
  /** Records per second that something outside (a database, an API) takes from all subtasks together. */
  readonly externalLimit?: number;
  /** Records out for each record in; 1 unless given. */
  readonly selectivity?: number;
  /** A window: what is made of its input leaves it in one burst, this often. */
  readonly windowSeconds?: number;
  /** Partitions of the topic behind a source; without it, every subtask can read everything. */
  readonly partitions?: number;
  /** How uneven the source's partitions are: the weight of the k-th is k^-skew. */
  readonly partitionSkew?: number;
  /** Share of the records that belong to one single key; the rest is spread over all key groups. */
  readonly hotKeyShare?: number;
  /** Key groups; 128 unless given, as in Flink. */
  readonly maxParallelism?: number;
  /** All in one group unless given: slots are counted per group. */
  readonly slotSharingGroup?: string;
}

export interface InputModel {
  readonly from: string;
  /** How records are dealt out to the subtasks: by key group, in turn, or one to one. */
  readonly shipping: 'hash' | 'rebalance' | 'forward';
  /** Part of what `from` puts out that goes this way (a side output, a split); 1 unless given. */
  readonly share?: number;
}

export interface JobModel {
  /** In topological order: a vertex stands after its inputs. */
  readonly vertices: readonly VertexModel[];
  /** Seconds without processing that a rescale costs before state is moved. */
  readonly pauseSeconds: number;
  /** Seconds until new slots are there; the job runs on meanwhile. */
  readonly provisionSeconds: number;
  readonly stateGigabytes: number;
  /** What is alive on all heaps together, spread over the TaskManagers. */
  readonly heapGigabytes?: number;
  /** Seconds after a start until just-in-time compilation and caches are back at full speed. */
  readonly warmUpSeconds: number;
}

/** Seconds to write, move and read a gigabyte of state, the job's subtasks doing so in parallel. */
const secondsPerGigabyte = 1.5;

/** How long a rescale stops processing, in seconds, chance aside. */
export function rescalePause(job: JobModel): number {
  return job.pauseSeconds + job.stateGigabytes * secondsPerGigabyte;
}

export const isSource = (vertex: VertexModel): boolean => vertex.inputs.length === 0;

export const maxParallelismOf = (vertex: VertexModel): number => vertex.maxParallelism ?? 128;

/** Slots that a job takes: in each slot sharing group as many as its widest vertex has subtasks. */
export function slotsOf(vertices: readonly VertexModel[], parallelism: readonly number[]): number {
  const widest = new Map<string, number>();
  vertices.forEach(({ slotSharingGroup = 'default' }, at) => {
    widest.set(slotSharingGroup, Math.max(widest.get(slotSharingGroup) ?? 0, parallelism[at] ?? 0));
  });
  return [...widest.values()].reduce((sum, slots) => sum + slots, 0);
}
