/** What a step says that waits for an agent of its cluster, for as long as that takes. */
import type { Failure } from './failure.ts';
import type { OperationKind } from './operation-kinds.ts';
import { redact } from './redact.ts';
import { shorten } from './spec/problem.ts';

/** For how long no agent may take up what an operation asks, in milliseconds, until its step says so. */
export const agentAwaitedMs = 15_000;

export interface AwaitingStep {
  readonly cluster: string;
  /** ISO 8601. */
  readonly noticedAt: string;
  /** Of the operation. */
  readonly kind: OperationKind;
  /** Name of the job. */
  readonly name: string;
}

/** A removal can be ended without the cluster, and says how. */
export function awaitedAgent({ cluster, noticedAt, kind, name }: AwaitingStep): string {
  const waits = `no agent of cluster ${cluster} had taken it up by ${noticedAt}: it waits for one (see drey get clusters)`;
  return kind === 'remove'
    ? `${waits}, or for drey delete job ${name} --forget, which leaves all in the cluster`
    : waits;
}

/** The type of the error of an activity that the cluster's API server did not answer now. */
export const unansweredType = 'KubernetesUnanswered';

/** Characters of what was said last. */
const lastSaidMax = 200;

/** No agent did what it was asked to. @param lastSaid by the cluster's API server, where an agent reached that in vain */
export function clusterSilent(lastSaid?: string): Failure {
  const last = lastSaid === undefined ? '' : ` Kubernetes last said: ${shorten(redact(lastSaid), lastSaidMax)}`;
  return {
    code: 'CLUSTER_SILENT',
    message: `The cluster's agent did not carry out a step within its time.${last}`,
    cure: 'See whether the agent runs and reaches its cluster (`drey get clusters`), then ask for it again.',
  };
}
