/** What Flink's configuration is made from, and what it is. */
import type { GenerationIdentity } from '../names.ts';
import type { FlinkJob } from '../schema/flink-job.ts';

/** Flink options by their full key, as in a flat `config.yaml`. */
export type Settings = Readonly<Record<string, string>>;

export interface ConfigurationInput {
  readonly job: FlinkJob;
  readonly generation: GenerationIdentity;
  /** Name of the generation's Service. */
  readonly service: string;
  /** Begins the names of Flink's high-availability ConfigMaps. */
  readonly clusterId: string;
}
