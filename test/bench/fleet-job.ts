/** A job of a fleet that only the benchmarks have: its names and spec, and the state of a workflow that says that it runs. */
import type { Generation } from '../../core/generation.ts';
import type { JobState, Revision } from '../../core/job-state.ts';
import { viewOf } from '../../core/job-view.ts';
import { flinkJobId, generationName, hashOf, submissionNumber } from '../../core/names.ts';
import { flinkJobSchema, type FlinkJob, type FlinkJobInput } from '../../core/schema/flink-job.ts';

/** Of the fleet alone: all that a benchmark leaves behind is found by it. */
export const fleetTenant = 'bench-fleet';

/** Of the fleet alone, too. */
export const fleetNamespace = 'drey-bench-fleet';

/** No node is called so: pods of the fleet stay without one, those that operations make, too. */
const nowhere = { spec: { nodeSelector: { 'drey.dev/bench': 'nowhere' } } };

export type RecoveryPolicy = 'never' | 'on-failure';

export interface FleetJobWish {
  /** Counts from 0. */
  readonly index: number;
  /** Four characters of [a-z0-9] that tell one run's uids from another's. */
  readonly run: string;
  readonly policy: RecoveryPolicy;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** A job that runs, as far as its workflow knows. */
export interface FleetJob {
  readonly generation: Generation;
  /** The name of its anchor and its Service. */
  readonly service: string;
  readonly flinkJobId: string;
  /** What its workflow is started with, as if it had continued as new. */
  readonly state: JobState;
}

/** The operation that would have brought it up. */
const firstOperation = 1;

export function fleetJob({ index, run, policy, createdAt }: FleetJobWish): FleetJob {
  const name = `fleet-${String(index).padStart(5, '0')}`;
  const spec = fleetSpec(name, policy);
  const revision = { number: 1, spec, specHash: hashOf('fleet', JSON.stringify(spec)) };
  // The first character of a uid is a letter; 36³ times 36 are more than any fleet has.
  const uid = `b${run.slice(0, 3)}${index.toString(36).padStart(4, '0')}`;
  const generation: Generation = {
    identity: { tenant: fleetTenant, name, uid, number: 1 },
    revision: 1,
    specHash: revision.specHash,
    spec,
    submission: submissionNumber(firstOperation, 0),
  };
  return {
    generation,
    service: generationName(generation.identity),
    flinkJobId: flinkJobId(generation.identity, generation.submission),
    state: runningState(generation, revision, createdAt),
  };
}

/** Without storage, so that what there is of it is as little as a job can have. */
function fleetSpec(name: string, policy: RecoveryPolicy): FlinkJob {
  const process = { resources: { requests: { cpu: '10m', memory: '1Gi' } }, podTemplate: nowhere };
  const written: FlinkJobInput = {
    apiVersion: 'drey.dev/v1',
    kind: 'FlinkJob',
    metadata: { name, tenant: fleetTenant },
    spec: {
      cluster: 'local',
      namespace: fleetNamespace,
      flink: { version: '2.3' },
      job: {
        jarUri: 'local:///opt/flink/examples/streaming/StateMachineExample.jar',
        entryClass: 'org.apache.flink.streaming.examples.statemachine.StateMachineExample',
      },
      jobManager: process,
      taskManager: process,
      recovery: { policy },
    },
  };
  return flinkJobSchema.parse(written);
}

/** The records of it wait to be written: the workflow brings them to PostgreSQL itself. */
function runningState(generation: Generation, revision: Revision, createdAt: string): JobState {
  const { uid, tenant, name } = generation.identity;
  const state: JobState = {
    uid,
    tenant,
    name,
    createdAt,
    phase: 'RUNNING',
    revision,
    generations: [generation],
    lastRun: revision,
    lastGeneration: 1,
    lastOperation: firstOperation,
    jobSeq: 1,
    eventSeq: 0,
    queue: [],
    answered: [],
    askedCluster: true,
    unwritten: [],
  };
  const { spec, specHash } = revision;
  const row = {
    kind: 'revision',
    uid,
    revision: 1,
    spec,
    specHash,
    acceptedBy: 'bench',
    acceptedAt: createdAt,
  } as const;
  return { ...state, unwritten: [row, { kind: 'job', uid, seq: 1, job: viewOf(state, createdAt) }] };
}
