/** Records with everything filled in; tests say only what they are about. */
import type { Savepoint } from '../../clients/drey/shapes.ts';
import type { CandidateView, JobView } from '../../core/job.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { someSavepoint } from './state-fixture.ts';
import { flinkJobSchema, type FlinkJob, type FlinkJobInput } from '../../core/schema/flink-job.ts';

const time = '2026-01-01T00:00:00.000Z';

/** A spec as people write it; `overrides` replaces members of `spec`. */
export function specInput(name = 'counts', overrides: Partial<FlinkJobInput['spec']> = {}): FlinkJobInput {
  return {
    apiVersion: 'drey.dev/v1',
    kind: 'FlinkJob',
    metadata: { name },
    spec: {
      cluster: 'local',
      namespace: 'flink',
      flink: { version: '2.3' },
      job: { jarUri: 'local:///opt/flink/usrlib/counts.jar' },
      jobManager: {},
      taskManager: {},
      storage: {},
      deadlines: {},
      ...overrides,
    },
  };
}

/** The same with defaults. */
export function jobSpec(name?: string, overrides?: Partial<FlinkJobInput['spec']>): FlinkJob {
  return flinkJobSchema.parse(specInput(name, overrides));
}

/** A running job. */
export function jobView(overrides: Partial<JobView> = {}): JobView {
  const name = overrides.name ?? 'counts';
  return {
    uid: 'a1b2c3d4',
    tenant: 'default',
    name,
    phase: 'RUNNING',
    revision: 1,
    spec: jobSpec(name),
    createdAt: time,
    updatedAt: time,
    ...overrides,
  };
}

/** A candidate that was started from there. */
export function candidateView(startedFrom: string): CandidateView {
  return { number: 3, revision: 2, flinkJobId: 'f00d', name: 'counts-a1b2c3d4-3', since: time, startedFrom };
}

/** A deploy under way. */
export function operationRecord(overrides: Partial<OperationRecord> = {}): OperationRecord {
  return {
    number: 1,
    kind: 'deploy',
    state: 'running',
    requestedBy: 'tester',
    reason: 'a new spec',
    requestedAt: time,
    steps: [],
    ...overrides,
  };
}

/** A savepoint as the API tells it. */
export function savepointView(overrides: Partial<Savepoint> = {}): Savepoint {
  return { ...someSavepoint(3), takenAt: time, pinned: false, ...overrides };
}
