/** `spec.flink`: which Flink runs, from which image, with which options. */
import { z } from 'zod';
import { defaults } from '../spec/defaults.ts';
import { image, objectName, textLike } from './fields.ts';

/** Flink minor versions that Drey runs. */
const flinkVersions = ['1.20', '2.0', '2.1', '2.2', '2.3'] as const;

const optionKey = textLike(/^[\w$][\w$.-]*$/, 'be a Flink option such as `execution.checkpointing.interval`', 256);

const configuration = z
  .record(optionKey, z.string().max(16_384))
  .refine((options) => Object.keys(options).length <= 512, 'must have at most 512 options')
  .default(defaults.spec.flink.configuration)
  .meta({
    description:
      'Flink options, each with its full key and a text value. Options that Drey sets itself are refused with the field to use instead; secrets are refused, they belong into Kubernetes Secrets.',
    examples: [{ 'execution.checkpointing.interval': '10s', 'state.backend.type': 'rocksdb' }],
  });

export const flinkFields = {
  version: z.enum(flinkVersions).describe('The Flink minor version of the image, in quotes: YAML reads 1.20 as 1.2.'),
  image: image()
    .optional()
    .meta({
      description: "The image of JobManager and TaskManagers. Without it, the cluster's default image for the version.",
      examples: ['registry.example.com/team/job:1.4.2'],
    }),
  imagePullPolicy: z
    .enum(['Always', 'IfNotPresent', 'Never'])
    .default(defaults.spec.flink.imagePullPolicy)
    .describe('When the node pulls the image, as in Kubernetes.'),
  imagePullSecrets: z
    .array(objectName())
    .max(16)
    .default(defaults.spec.flink.imagePullSecrets)
    .describe("Names of Secrets in the job's namespace that hold registry credentials."),
  configuration,
};

export const flinkSchema = z
  .strictObject(flinkFields)
  .describe('Which Flink runs, from which image, with which options.');
