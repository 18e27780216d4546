/** Names made before the things they name: every Kubernetes object, Flink job id and workflow id of a job comes from here. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** Who a job is: its names for people, and the random uid made when it was created and never reused. */
export interface JobIdentity {
  readonly tenant: string;
  readonly name: string;
  /** 8 characters of [a-z0-9], the first a letter. */
  readonly uid: string;
}

/** One set of Kubernetes objects that runs one revision of a job. `number` counts from 1 and is never used twice for a uid. */
export interface GenerationIdentity extends JobIdentity {
  readonly number: number;
}

/** SHA-256 of the parts joined by `/`, as lower-case hex. The parts are names and numbers, which never hold a slash. */
export function hashOf(...parts: readonly (string | number)[]): string {
  return bytesToHex(sha256(utf8ToBytes(parts.join('/'))));
}

/**
 * The Flink job id of one submission: 32 hex digits. A retried submission keeps its number and so finds the job that
 * the first try made; a decision to submit again takes the next number.
 */
export function flinkJobId(generation: GenerationIdentity, submission: number): string {
  return hashOf('flink-job', generation.uid, generation.number, submission).slice(0, 32);
}

/** The id of the tiny job with which a generation's Flink cluster is primed: one per generation. */
export function primeJobId(generation: GenerationIdentity): string {
  return hashOf('prime-job', generation.uid, generation.number).slice(0, 32);
}

/**
 * The number of an operation's submission of the job: it grows with the operations, whichever generation they submit to, so
 * the newest of two submissions is known even where the operation that made it was lost.
 * @param attempt 0 for what the operation is there for, 1 for the one with which it rolls back.
 */
export function submissionNumber(operation: number, attempt: 0 | 1): number {
  return operation * 2 + attempt;
}

/**
 * The trigger id of the savepoint with which an operation stops a submission: a repeated request finds its own savepoint.
 * `uid` is that of the job whose operation it is: a new job of that name counts its operations anew.
 */
export function savepointTriggerId(
  uid: string,
  operation: number,
  generation: GenerationIdentity,
  submission: number,
): string {
  return hashOf('savepoint', uid, operation, generation.uid, generation.number, submission).slice(0, 32);
}

/** The name that all objects of a generation start with: at most 40 + 1 + 8 + 1 + 5 characters, so suffixes fit into 63. */
export function generationName(generation: GenerationIdentity): string {
  return `${generation.name}-${generation.uid}-${generation.number}`;
}

/** Names of a generation's objects. The anchor owns the others; `service` is what TaskManagers and the agent use. */
export function generationNames(generation: GenerationIdentity) {
  const base = generationName(generation);
  return {
    anchor: base,
    service: base,
    configMap: `${base}-config`,
    jobManager: `${base}-jm`,
    taskManager: `${base}-tm`,
    serviceAccount: base,
    storagePod: `${base}-st`,
    /** Flink's `kubernetes.cluster-id`: its high-availability ConfigMaps begin with it. */
    clusterId: base,
  } as const;
}

/** The ConfigMap in which Flink's high availability keeps a part: a Flink job's id, or `cluster` for the leaders. */
export function highAvailabilityMapName(generation: GenerationIdentity, part: string): string {
  return `${generationNames(generation).clusterId}-${part}-config-map`;
}

/** The one with the pointers to the checkpoints of a submission's job. */
export function pointerMapName(generation: GenerationIdentity, submission: number): string {
  return highAvailabilityMapName(generation, flinkJobId(generation, submission));
}

/** The Service and Ingress for people: one per job, moved to the active generation. */
export function stableServiceName(job: Pick<JobIdentity, 'name'>): string {
  return `${job.name}-flink`;
}

/** Label keys that every object of ours carries. */
export const labels = {
  managedBy: 'app.kubernetes.io/managed-by',
  tenant: 'drey.dev/tenant',
  job: 'drey.dev/job',
  uid: 'drey.dev/uid',
  generation: 'drey.dev/generation',
  component: 'drey.dev/component',
  /** Which part of a cluster's jobs it belongs to, for observers that share them. */
  part: 'drey.dev/part',
} as const;

/** The label value of `app.kubernetes.io/managed-by`, and our field manager for server-side apply. */
export const managerName = 'drey';

/** Annotation keys on the anchor: what a new entity or agent must know of a generation that it did not make. */
export const annotations = {
  revision: 'drey.dev/revision',
  specHash: 'drey.dev/spec-hash',
  /** Number of the newest submission to this generation; written before the job is submitted. */
  submission: 'drey.dev/submission',
  /** From where that submission starts; empty: from nothing. Written with it. */
  restoreFrom: 'drey.dev/restore-from',
  operation: 'drey.dev/operation',
  /** The submission all of whose tasks were seen to run: before, it cannot have completed a checkpoint. */
  ran: 'drey.dev/ran',
  /** Since when it has run, as the agent saw that first; ISO 8601, by its clock. */
  ranSince: 'drey.dev/ran-since',
  /** The submission that was seen to complete a checkpoint: where its storage has none later, somebody has taken it away. */
  checkpointed: 'drey.dev/checkpointed',
  /** `<submission>/<trigger id>` of a stop with savepoint, written before it is asked for. */
  stopping: 'drey.dev/stopping',
  /** What the JobManager told of its job, as JSON, written before a stop ends its pods: only it knew that. */
  lastWords: 'drey.dev/last-words',
  /** The digest of what the job was told of this generation last: an observer that begins anew tells only what differs. */
  told: 'drey.dev/told',
  /** Marks of its objects, as JSON: by them a change by somebody else is noticed. */
  applied: 'drey.dev/applied',
  /** Number of the operation that changes the running job: until that is over, it is not what its spec says. */
  rescaling: 'drey.dev/rescaling',
  /** Key of somebody who asks for a decision of the autoscaler now: the agent answers each once, with the window that it has. */
  autoscalerAsked: 'drey.dev/autoscaler-asked',
} as const;

/** The labels of a generation's objects, and the selector that finds them. */
export function generationLabels(generation: GenerationIdentity): Record<string, string> {
  return {
    [labels.managedBy]: managerName,
    [labels.tenant]: generation.tenant,
    [labels.job]: generation.name,
    [labels.uid]: generation.uid,
    [labels.generation]: String(generation.number),
  };
}

/** Into how many parts a cluster's jobs are divided: at most so many observers can share them. */
export const partsOfCluster = 16;

/** The part that a job belongs to, by its uid: 0 to 15. */
export function partOf({ uid }: Pick<JobIdentity, 'uid'>): number {
  return Number.parseInt(hashOf('part', uid).slice(0, 8), 16) % partsOfCluster;
}

/** The workflow id of a job's entity. */
export function jobWorkflowId(job: Pick<JobIdentity, 'tenant' | 'name'>): string {
  return `job/${job.tenant}/${job.name}`;
}

/** The workflow id of an operation, a child of the job's entity. */
export function operationWorkflowId(job: Pick<JobIdentity, 'tenant' | 'name'>, number: number, kind: string): string {
  return `${jobWorkflowId(job)}/${number}-${kind}`;
}

/** The workflow id of a job's autoscaler. */
export function autoscalerWorkflowId(job: Pick<JobIdentity, 'tenant' | 'name'>): string {
  return `autoscaler/${job.tenant}/${job.name}`;
}

/** The task queue on which a Kubernetes cluster's agents work. */
export function clusterTaskQueue(cluster: string): string {
  return `cluster-${cluster}`;
}

/** The task queue on which its agents wait to be the one that observes a shard of it. */
export function observerTaskQueue(cluster: string): string {
  return `${clusterTaskQueue(cluster)}-observer`;
}

/** The workflow id of a Kubernetes cluster. */
export function clusterWorkflowId(cluster: string): string {
  return `cluster/${cluster}`;
}

/** The task queue of the control plane's workflows and record-keeping activities. */
export const controlTaskQueue = 'drey';

/** Search attributes by which agents, too, find the workflows of jobs. */
export const searchAttributes = { cluster: 'DreyCluster', phase: 'DreyPhase' } as const;

/** The trigger id of the savepoint that an operation takes while the job runs on. */
export function ownSavepointTriggerId(uid: string, operation: number): string {
  return hashOf('own-savepoint', uid, operation).slice(0, 32);
}

/** Where that goes: each operation has its own folder, so that one whose answer was lost is found there. */
export function ownSavepointDirectory(root: string, uid: string, operation: number): string {
  return `${root.replace(/\/+$/, '')}/${uid}/taken-${operation}`;
}

/** Where the savepoint goes that stops a submission: its own folder, so that one whose answer was lost is found there. */
export function savepointDirectory(root: string, { uid, number }: GenerationIdentity, submission: number): string {
  return `${root.replace(/\/+$/, '')}/${uid}/stop-${number}-${submission}`;
}
