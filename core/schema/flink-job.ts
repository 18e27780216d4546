/**
 * The spec of a job, `apiVersion: drey.dev/v1, kind: FlinkJob`: shapes, bounds and defaults. Types come from the schema.
 * `parseFlinkJob` is the way in: it also applies the rules that hold between fields.
 */
import { z } from 'zod';
import { defaults } from '../spec/defaults.ts';
import { autoscalerSchema } from './autoscaler.ts';
import { cleanupSchema } from './cleanup.ts';
import { deadlinesSchema, ingressSchema } from './access.ts';
import { dnsLabel, labelMap, objectName, ownName } from './fields.ts';
import { flinkSchema } from './flink.ts';
import { jobSchema } from './job.ts';
import { jobManagerSchema, type podTemplateSchema, type resourcesSchema, taskManagerSchema } from './processes.ts';
import { recoverySchema } from './recovery.ts';
import { savepointsSchema } from './savepoints.ts';
import { storageSchema } from './storage.ts';
import { upgradeSchema } from './upgrade.ts';

/** Flink minor versions that Drey runs. */
export const flinkVersions = flinkSchema.shape.version.options;

export const metadataSchema = z
  .strictObject({
    name: ownName(40).meta({
      description:
        'Name of the job, unique within its tenant; it begins the names of all its Kubernetes objects. Cannot be changed.',
      examples: ['orders'],
    }),
    tenant: ownName(30).default(defaults.metadata.tenant).describe('Who owns the job. Cannot be changed.'),
    labels: labelMap()
      .prefault(defaults.metadata.labels)
      .meta({
        description: "Labels of the job and of its Kubernetes objects. `drey.dev/` is Drey's own.",
        examples: [{ team: 'orders' }],
      }),
  })
  .describe('What the job is called and who owns it.');

export const specSchema = z
  .strictObject({
    cluster: dnsLabel().describe('Name of the registered Kubernetes cluster that runs the job.'),
    namespace: dnsLabel().describe('Kubernetes namespace in that cluster. It must exist.'),
    state: z
      .enum(['running', 'suspended', 'canceled'])
      .default(defaults.spec.state)
      .describe(
        'What the job should be doing. `suspended`: it is stopped with its state kept, its Flink cluster is gone, and it goes on from there when it is `running` again. `canceled`: the same, without a savepoint: it goes on from its newest checkpoint.',
      ),
    restartNonce: z
      .int()
      .min(0)
      .optional()
      .describe(
        'Any number. Another one than before restarts the job with its state, even where nothing else changed.',
      ),
    mode: z
      .enum(['dedicated', 'application'])
      .default(defaults.spec.mode)
      .describe(
        '`dedicated`: a Flink session cluster of its own, to which Drey submits the job; warm upgrades need it, and the main method calls `execute()` once. `application`: the JobManager runs the main method itself.',
      ),
    flink: flinkSchema,
    job: jobSchema,
    jobManager: jobManagerSchema,
    taskManager: taskManagerSchema,
    storage: storageSchema,
    ingress: ingressSchema,
    upgrade: upgradeSchema,
    savepoints: savepointsSchema,
    recovery: recoverySchema,
    autoscaler: autoscalerSchema.optional(),
    cleanup: cleanupSchema,
    serviceAccount: objectName()
      .optional()
      .describe(
        'ServiceAccount of all pods, for example one bound to a cloud identity. Without it, Drey makes one with the least rights Flink needs.',
      ),
    deadlines: deadlinesSchema,
  })
  .describe('What to run, where, and with what.');

export const flinkJobSchema = z
  .strictObject({
    apiVersion: z.literal('drey.dev/v1').describe('Always `drey.dev/v1`.'),
    kind: z.literal('FlinkJob').describe('Always `FlinkJob`.'),
    metadata: metadataSchema,
    spec: specSchema,
  })
  .describe('A Flink job that Drey runs on Kubernetes.');

/** A spec with every default filled in: what workflows, manifests and records use. */
export type FlinkJob = z.output<typeof flinkJobSchema>;

/** A spec as people write it. */
export type FlinkJobInput = z.input<typeof flinkJobSchema>;

export type FlinkVersion = FlinkJob['spec']['flink']['version'];
export type JobSpec = FlinkJob['spec'];
export type RecoverySpec = JobSpec['recovery'];
export type Deletion = JobSpec['cleanup']['deleted'];
export type SavepointsLeft = JobSpec['cleanup']['savepoints'];
export type Resources = z.output<typeof resourcesSchema>;
export type PodTemplate = z.output<typeof podTemplateSchema>;
