/** The spec of a job, `apiVersion: drey.dev/v1, kind: FlinkJob`: shapes, bounds and defaults. Types come from the schema. */
import { z } from 'zod';

/** Flink minor versions that Drey runs. */
export const flinkVersions = ['1.20', '2.0', '2.1', '2.2', '2.3'] as const;

const resources = z.strictObject({
  requests: z.strictObject({ cpu: z.string(), memory: z.string() }).partial().optional(),
  limits: z.strictObject({ cpu: z.string(), memory: z.string() }).partial().optional(),
});

const podTemplate = z.record(z.string(), z.unknown());

const spec = z.strictObject({
  cluster: z.string(),
  namespace: z.string(),
  state: z.enum(['running']).default('running'),
  mode: z.enum(['dedicated', 'application']).default('dedicated'),
  flink: z.strictObject({
    version: z.enum(flinkVersions),
    image: z.string().optional(),
    imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).default('IfNotPresent'),
    imagePullSecrets: z.array(z.string()).default([]),
    configuration: z.record(z.string(), z.string()).default({}),
  }),
  job: z.strictObject({
    jarUri: z.string(),
    entryClass: z.string().optional(),
    args: z.array(z.string()).default([]),
    parallelism: z.int().min(1).max(32768).default(1),
    allowNonRestoredState: z.boolean().default(false),
  }),
  jobManager: z.strictObject({
    replicas: z.int().min(1).max(5).default(1),
    resources: resources.default({ requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '1Gi' } }),
    podTemplate: podTemplate.optional(),
  }),
  taskManager: z.strictObject({
    slots: z.int().min(1).max(1024).default(1),
    replicas: z.int().min(1).max(10000).optional(),
    resources: resources.default({ requests: { cpu: '1', memory: '1728Mi' }, limits: { memory: '1728Mi' } }),
    podTemplate: podTemplate.optional(),
  }),
  storage: z.strictObject({
    volumeClaim: z.strictObject({ name: z.string(), mountPath: z.string() }).optional(),
    checkpoints: z.string().optional(),
    savepoints: z.string().optional(),
    highAvailability: z.string().optional(),
  }),
  ingress: z
    .strictObject({
      host: z.string(),
      className: z.string().optional(),
      annotations: z.record(z.string(), z.string()).default({}),
      tlsSecret: z.string().optional(),
    })
    .optional(),
  serviceAccount: z.string().optional(),
  deadlines: z.strictObject({
    schedule: z.string().default('2m'),
    imagePull: z.string().default('5m'),
    jobManager: z.string().default('3m'),
    slots: z.string().default('3m'),
    submit: z.string().default('2m'),
    running: z.string().default('3m'),
    checkpoint: z.string().default('5m'),
  }),
});

export const flinkJobSchema = z.strictObject({
  apiVersion: z.literal('drey.dev/v1'),
  kind: z.literal('FlinkJob'),
  metadata: z.strictObject({
    name: z.string(),
    tenant: z.string().default('default'),
    labels: z.record(z.string(), z.string()).default({}),
  }),
  spec,
});

/** A spec with every default filled in: what workflows, manifests and records use. */
export type FlinkJob = z.output<typeof flinkJobSchema>;

/** A spec as people write it. */
export type FlinkJobInput = z.input<typeof flinkJobSchema>;

export type FlinkVersion = (typeof flinkVersions)[number];
export type JobSpec = FlinkJob['spec'];
export type Resources = z.output<typeof resources>;
export type PodTemplate = z.output<typeof podTemplate>;
