/** Where state goes: checkpoints for all generations of a job, high availability for each generation alone. */
import type { GenerationIdentity } from '../names.ts';
import type { JobSpec } from '../schema/flink-job.ts';
import type { ConfigurationInput, Settings } from './configuration-input.ts';

/** A job's checkpoints: one folder for all its generations, in it one folder for each Flink job id. */
export function checkpointDirectory(spec: JobSpec, uid: string): string | undefined {
  return under(spec.storage.checkpoints, uid);
}

/** A job's savepoints; each operation has its own folder in it. */
function savepointRoot(spec: JobSpec, uid: string): string | undefined {
  return under(spec.storage.savepoints, uid);
}

/** What Flink's high availability keeps for one generation; it is deleted with the generation. */
export function highAvailabilityDirectory(spec: JobSpec, generation: GenerationIdentity): string | undefined {
  return under(spec.storage.highAvailability, `${generation.uid}/${generation.number}`);
}

/** Where a job of ours may write that primes the generation's Flink cluster; deleted with the generation. */
export function primeDirectory(spec: JobSpec, generation: GenerationIdentity): string | undefined {
  return under(highAvailabilityDirectory(spec, generation), 'prime');
}

function under(root: string | undefined, path: string): string | undefined {
  return root === undefined ? undefined : `${root.replace(/\/+$/, '')}/${path}`;
}

/** Settings that the rest of Drey relies on. */
export function fixedStorage({ job, generation }: ConfigurationInput): Settings {
  const checkpoints = checkpointDirectory(job.spec, generation.uid);
  const savepoints = savepointRoot(job.spec, generation.uid);
  return {
    ...(checkpoints !== undefined && {
      'execution.checkpointing.dir': checkpoints,
      // A cancelled job's newest checkpoint is a restore point: Flink would delete it.
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    }),
    ...(savepoints !== undefined && { 'execution.checkpointing.savepoint-dir': savepoints }),
  };
}

/** Kubernetes high availability, with every folder of its own for the generation. Empty where the job has none. */
export function fixedHighAvailability({ job, generation, clusterId }: ConfigurationInput): Settings {
  const directory = highAvailabilityDirectory(job.spec, generation);
  if (directory === undefined) return {};
  return {
    'high-availability.type': 'kubernetes',
    'high-availability.storageDir': directory,
    'kubernetes.cluster-id': clusterId,
    'kubernetes.namespace': job.spec.namespace,
    // A restarted JobManager must find that its job has ended, however long ago: else it would run it again.
    'job-result-store.storage-path': `${directory}/job-result-store`,
    'job-result-store.delete-on-commit': 'false',
    ...(job.spec.flink.version === '2.3' && {
      'application-result-store.storage-path': `${directory}/application-result-store`,
      'application-result-store.delete-on-commit': 'false',
    }),
  };
}

/** What becomes of the JobManager when `main` or its job ends (application mode). */
export function fixedApplication({ job }: ConfigurationInput): Settings {
  if (job.spec.mode !== 'application') return {};
  return {
    // The JobManager stays and tells how the job ended. Exiting, it would take a savepoint's path or the exception with
    // it, and with high availability its Deployment would start it again.
    'execution.shutdown-on-application-finish': 'false',
    // What `main` threw becomes a failed job that can be read, in place of a crash loop. Needs the fixed job id.
    'execution.submit-failed-job-on-application-error': 'true',
  };
}
