/** `spec.jobManager` and `spec.taskManager`: the processes, their resources and their pods. */
import { z } from 'zod';
import { defaults } from '../spec/defaults.ts';
import { annotationMap, cpu, labelMap, memory } from './fields.ts';

const amounts = z
  .strictObject({
    cpu: cpu().meta({ description: 'Cores.', examples: ['500m', '2'] }),
    memory: memory().meta({ description: 'Bytes, with a suffix.', examples: ['1Gi'] }),
  })
  .partial();

export const resourcesSchema = z.strictObject({
  requests: amounts.optional().describe('What the scheduler sets aside. Memory not requested is as the limit.'),
  limits: amounts
    .optional()
    .describe("What a container may use at most. The memory limit is the size of Flink's process."),
});

export const podTemplateSchema = z.strictObject({
  metadata: z
    .strictObject({
      labels: labelMap().optional().describe('More labels of the pods.'),
      annotations: annotationMap().optional().describe('Annotations of the pods.'),
    })
    .optional()
    .describe('Labels and annotations of the pods.'),
  spec: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      "A Kubernetes PodSpec, merged into the pod by Kubernetes's strategic rules. Flink's own container is `flink-main-container`; others are sidecars.",
    ),
});

const podTemplate = podTemplateSchema
  .optional()
  .describe(
    'What to add to the pods: environment variables, volumes, init containers, sidecars, affinity, tolerations.',
  );

export const jobManagerFields = {
  replicas: z
    .int()
    .min(1)
    .max(5)
    .default(defaults.spec.jobManager.replicas)
    .describe('How many JobManagers: one leads, the others stand by. More than one needs `storage.highAvailability`.'),
  resources: resourcesSchema.prefault(defaults.spec.jobManager.resources).describe('CPU and memory of the JobManager.'),
  podTemplate,
};

export const jobManagerSchema = z.strictObject(jobManagerFields).prefault({}).describe('The JobManager.');

export const taskManagerFields = {
  slots: z
    .int()
    .min(1)
    .max(1024)
    .default(defaults.spec.taskManager.slots)
    .describe('Task slots of one TaskManager: how many parallel pipelines share its memory and CPU.'),
  replicas: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('How many TaskManagers. Without it, as many as the parallelism fills: parallelism / slots, rounded up.'),
  resources: resourcesSchema
    .prefault(defaults.spec.taskManager.resources)
    .describe('CPU and memory of each TaskManager.'),
  podTemplate,
};

export const taskManagerSchema = z.strictObject(taskManagerFields).prefault({}).describe('The TaskManagers.');
