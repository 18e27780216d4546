/** Whether two specs run the same program in the same way, as far as what a record costs goes: by that, an autoscaler believes what it has learned. */
import { hashOf } from '../names.ts';
import type { FlinkJob, JobSpec } from '../schema/flink-job.ts';
import { canonicalSpec } from '../spec/canonical.ts';

/**
 * All that counts. Left out is what an autoscaler gives itself (parallelism, slots, TaskManagers, and memory: of too little of it
 * garbage collection tells), and what no record meets on its way: names, labels, storage, ways to upgrade and to recover.
 */
const counts: Readonly<Record<string, (spec: JobSpec) => unknown>> = {
  'flink.version': ({ flink }) => flink.version,
  'flink.image': ({ flink }) => flink.image,
  // State backend, object reuse, buffers, options of tables and of connectors: which of them cost nothing nobody knows.
  'flink.configuration': ({ flink }) => flink.configuration,
  'job.jarUri': ({ job }) => job.jarUri,
  'job.entryClass': ({ job }) => job.entryClass,
  'job.args': ({ job }) => job.args,
  'job.classpaths': ({ job }) => job.classpaths,
  // Slots share the cores of a TaskManager.
  'taskManager.slots': ({ taskManager }) => taskManager.slots,
  'taskManager.resources.requests.cpu': ({ taskManager }) => taskManager.resources.requests?.cpu,
  'taskManager.resources.limits.cpu': ({ taskManager }) => taskManager.resources.limits?.cpu,
  // Environment, sidecars, and on which machines it may run.
  'taskManager.podTemplate.spec': ({ taskManager }) => taskManager.podTemplate?.spec,
};

/** 12 hex digits; the same as long as nothing that counts was changed. */
export function programDigest(job: FlinkJob): string {
  const { spec } = canonicalSpec(job);
  const seen = Object.values(counts).map((value) => value(spec) ?? null);
  return hashOf('program', JSON.stringify(seen)).slice(0, 12);
}
