/** What an agent's activities work with: one Kubernetes cluster, and the Flink clusters in it. */
import type { FlinkClient } from '../../clients/flink/client.ts';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import type { Generation } from '../../core/generation.ts';
import type { FlinkVersion } from '../../core/schema/flink-job.ts';

export interface ClusterDependencies {
  readonly kubernetes: KubernetesClient;
  /** The REST interface of a generation's Flink cluster, by its own Service. */
  flink(generation: Generation): FlinkClient;
  /**
   * The same of the JobManager that leads, where others stand by: Flink 2.3 has these submit to the leader by a host name that they may not
   * be able to resolve (FLINK-38109), and a jar lies with the one that it was uploaded to.
   */
  leader(generation: Generation): Promise<FlinkClient>;
  /** The image for specs that name none. */
  defaultImage(version: FlinkVersion): string;
  /** The storage tool, a jar of a few KB, as base64. */
  readonly storageTool: string;
  /** The job that primes a Flink cluster, a jar of a few KB. */
  readonly primeJob: Uint8Array;
}

/** What every activity about one generation is given. */
export interface GenerationInput {
  readonly generation: Generation;
}

/** What an activity that waits is given. */
export interface WaitInput extends GenerationInput {
  /** Longest wait of one attempt, in milliseconds. */
  readonly waitMs: number;
}
