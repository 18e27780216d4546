/** A job's state for tests, with what a test says about it. */
import type { Generation } from '../../core/generation.ts';
import type { JobState, QueuedOperation } from '../../core/job-state.ts';
import { queuedOperation } from '../../core/job-changes.ts';
import type { OperationKind } from '../../core/operation-kinds.ts';
import type { CompletedSavepoint } from '../../core/savepoint.ts';
import { flinkJobSchema, type FlinkJob, type FlinkJobInput } from '../../core/schema/flink-job.ts';

export const someTime = '2026-01-02T03:04:05.000Z';

/** A spec as people write the smallest one. */
export function smallSpec(change: Partial<FlinkJobInput['spec']> = {}): FlinkJob {
  return flinkJobSchema.parse({
    apiVersion: 'drey.dev/v1',
    kind: 'FlinkJob',
    metadata: { name: 'orders' },
    spec: {
      cluster: 'local',
      namespace: 'flink',
      flink: { version: '2.3' },
      job: { jarUri: 'local:///opt/job.jar' },
      ...change,
    },
  });
}

export function someGeneration(number: number, change: Partial<Generation> = {}): Generation {
  return {
    identity: { tenant: 'default', name: 'orders', uid: 'abcdefgh', number },
    revision: 1,
    specHash: 'h1',
    spec: smallSpec(),
    submission: 1,
    ...change,
  };
}

export function someOperation(number: number, kind: OperationKind = 'deploy'): QueuedOperation {
  const workflowId = `job/default/orders/${number}-${kind}`;
  return queuedOperation(kind, { number, requestedBy: 'ada', reason: 'asked', now: someTime, revision: 1, workflowId });
}

export function someState(change: Partial<JobState> = {}): JobState {
  return {
    uid: 'abcdefgh',
    tenant: 'default',
    name: 'orders',
    createdAt: someTime,
    phase: 'RUNNING',
    revision: { number: 3, spec: smallSpec(), specHash: 'h3' },
    generations: [someGeneration(2, { revision: 3 })],
    lastGeneration: 2,
    lastOperation: 4,
    jobSeq: 9,
    eventSeq: 0,
    queue: [],
    answered: [],
    askedCluster: true,
    unwritten: [],
    ...change,
  };
}

/** A savepoint that a user asked for; operation `number` took it. */
export function someSavepoint(number: number, change: Partial<CompletedSavepoint> = {}): CompletedSavepoint {
  return {
    number,
    state: 'completed',
    origin: 'user',
    format: 'native',
    requestedBy: 'ada',
    takenAt: someTime,
    path: `file:/flink-state/savepoints/abcdefgh/taken-${number}/savepoint-abc-1`,
    sizeBytes: 2048,
    flinkVersion: '2.3',
    revision: 1,
    generation: 2,
    flinkJobId: 'f00d',
    ...change,
  };
}
