/** Asks a running job whether it can have another parallelism, before anything is touched for it. */
import type { FlinkClient, JobDetail } from '../../clients/flink/client.ts';
import { diagnoseJobFailure } from '../../core/diagnosis/job-failure.ts';
import type { Failure } from '../../core/failure.ts';
import type { FlinkJobState } from '../../core/flink/flink-job-state.ts';
import type { Generation } from '../../core/generation.ts';
import { flinkJobId, generationNames } from '../../core/names.ts';
import { isUnsettled } from '../../core/rescale/unsettled.ts';
import { decideParallelism, type Requirements, type VertexParallelism } from '../../core/rescale/vertex-parallelism.ts';
import { failed, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import type { ClusterDependencies, WaitInput } from './dependencies.ts';
import { stopSavepoint, type AwaitedJob } from './ended-outside.ts';
import { supervise } from './supervise.ts';

export interface CheckRescaleInput extends WaitInput {
  /** The job's parallelism as it shall be; the generation's spec says what it is. */
  readonly parallelism: number;
  /** The same of single vertices. */
  readonly vertexParallelism?: VertexParallelism | undefined;
}

/** What a rescale needs to know of the job as it is: to change it, and to put it back. */
export interface CheckedRescale {
  readonly detail: string;
  /** What each vertex shall have. */
  readonly parallelism: VertexParallelism;
  /** Vertices that keep theirs. */
  readonly fixed: readonly string[];
  /** What Flink was asked for before. */
  readonly before: Requirements;
  /** How many TaskManagers the Deployment asks for. */
  readonly taskManagers: number;
}

/** A job that there is no more: why it failed, or that it has finished by itself. */
export interface EndedJob {
  readonly ended: Failure | 'finished';
  readonly detail: string;
}

/**
 * A job that is not listed is waited for: a JobManager that came up anew may not know of it yet.
 * @returns with `ended` where there is no job any more that could be changed. @throws why it cannot have it.
 */
export function checkRescale(
  dependencies: ClusterDependencies,
  { generation, waitMs, parallelism, vertexParallelism }: CheckRescaleInput,
): Promise<CheckedRescale | EndedJob> {
  let state: FlinkJobState | undefined;
  return withFailures(() =>
    withHeartbeat((signal) =>
      supervise(dependencies, {
        generation,
        waitMs,
        signal,
        look: async (flink, ending) => {
          const id = flinkJobId(generation.identity, generation.submission);
          const listed = (await flink.jobs()).find((one) => one.id === id);
          state = listed?.state;
          const ended = state && (await endOf({ flink, generation, signal: ending }, state));
          if (ended) return { ended, detail: `the job is ${state}` };
          const job = state === 'RUNNING' ? await flink.job(id) : undefined;
          return (
            job && {
              ...(await decided(flink, job, generation, { parallelism, vertexParallelism })),
              ...(await countOf(dependencies, generation)),
            }
          );
        },
        whenTimeIsUp: (silence) =>
          notRunning(silence ?? (state ? `it is ${state}` : 'its JobManager does not list it')),
      }),
    ),
  );
}

async function endOf(awaited: AwaitedJob, state: FlinkJobState): Promise<EndedJob['ended'] | undefined> {
  const { flink, generation } = awaited;
  const id = flinkJobId(generation.identity, generation.submission);
  if (state === 'FINISHED')
    return (await stopSavepoint(awaited)) === undefined ? 'finished' : gone('stopped by somebody else');
  if (state === 'FAILED')
    return diagnoseJobFailure((await flink.failureCause(id))?.stackTrace ?? '', generation.spec.spec);
  return state === 'CANCELED' ? gone(state) : undefined;
}

type Wanted = Pick<CheckRescaleInput, 'parallelism' | 'vertexParallelism'>;

async function decided(flink: FlinkClient, job: JobDetail, generation: Generation, wanted: Wanted) {
  const before = await flink.resourceRequirements(job.id);
  if (!before) throw failed(otherScheduler);
  const { parallelism: from, vertexParallelism = {} } = generation.spec.spec.job;
  const named = { from: vertexParallelism, to: wanted.vertexParallelism ?? {} };
  const wish = {
    from,
    to: wanted.parallelism,
    fixed: generation.fixedVertices ?? [],
    isUnsettled: isUnsettled(generation),
    named,
  };
  const decision = decideParallelism(job.vertices, before, wish);
  if ('refused' in decision) throw failed(decision.refused);
  const { fixed } = decision;
  const count = Object.keys(named.to).filter((id) => id in decision.parallelism).length;
  const following = job.vertices.length - fixed.length - count;
  const own = count === 0 ? '' : `, ${count} have one of their own`;
  const detail = `${following} of ${job.vertices.length} vertices follow, from ${from} to ${wanted.parallelism}${own}`;
  return { detail, before, fixed, parallelism: decision.parallelism };
}

async function countOf({ kubernetes }: ClusterDependencies, { identity, spec }: Generation) {
  const { taskManager } = generationNames(identity);
  const deployment = await kubernetes.get('Deployment', spec.spec.namespace, taskManager);
  if (!deployment) throw failed(noDeployment(taskManager));
  return { taskManagers: deployment.spec?.replicas ?? 1 };
}

const otherScheduler: Failure = {
  code: 'NOT_RESCALABLE',
  message: 'The scheduler that runs the job cannot change its parallelism while it runs.',
  cure: 'Apply the spec with another spec.restartNonce, too: then the job is stopped with its state and started anew.',
};

function gone(state: string): Failure {
  return {
    code: 'JOB_NOT_RUNNING',
    message: `The job does not run: it is ${state}.`,
    cure: 'Apply the spec again: the job is then started anew from its newest checkpoint.',
  };
}

function notRunning(why: string): Failure {
  return {
    code: 'JOB_NOT_RUNNING',
    message: `The job does not run as it is, so it was not rescaled: ${why}.`,
    cure: 'See its exceptions in the Flink UI. With another spec.restartNonce it is stopped with its state and started anew.',
  };
}

function noDeployment(name: string): Failure {
  return {
    code: 'OBJECTS_GONE',
    message: `Deployment ${name}, which runs the job's TaskManagers, was deleted.`,
    cure: 'See who deletes what they did not make, and apply the spec with another spec.restartNonce.',
  };
}
