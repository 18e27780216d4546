/** The part of a spec that failures are explained with; a `JobSpec` has it all. */
export interface JobFacts {
  readonly flink: { readonly version: string; readonly image?: string | undefined };
  readonly job: {
    readonly jarUri: string;
    readonly entryClass?: string | undefined;
    readonly parallelism: number;
  };
  readonly taskManager: { readonly slots: number; readonly replicas?: number | undefined };
}

/** The image in words. */
export function imageOf(facts: JobFacts): string {
  return facts.flink.image === undefined ? "the cluster's default image" : `image ${facts.flink.image}`;
}
