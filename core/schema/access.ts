/** `spec.ingress` and `spec.deadlines`: how people reach the job, and how long each step of an operation may take. */
import { z } from 'zod';
import { defaults } from '../spec/defaults.ts';
import { annotationMap, duration, hostName, objectName } from './fields.ts';

export const ingressSchema = z
  .strictObject({
    host: hostName().meta({
      description: "Host under which the job's Flink UI is served.",
      examples: ['orders.example.com'],
    }),
    className: objectName().optional().describe("The IngressClass. Without it, the cluster's default."),
    annotations: annotationMap()
      .prefault(defaults.spec.ingress.annotations)
      .describe('Annotations for the ingress controller.'),
    tlsSecret: objectName()
      .optional()
      .describe("Secret in the job's namespace with the host's certificate. Without it, plain HTTP."),
  })
  .optional()
  .describe('An Ingress for the Flink UI. Without it there is none.');

function deadline(name: keyof typeof defaults.spec.deadlines, meaning: string) {
  return duration('1s', '24h').default(defaults.spec.deadlines[name]).describe(meaning);
}

export const deadlinesSchema = z
  .strictObject({
    schedule: deadline('schedule', 'Until every pod has a node.'),
    imagePull: deadline('imagePull', 'Until every image is on its node.'),
    jobManager: deadline('jobManager', 'Until the JobManager answers.'),
    slots: deadline('slots', 'Until enough task slots are registered.'),
    submit: deadline('submit', 'Until the main method has built the job and it is accepted.'),
    running: deadline('running', 'Until all tasks run.'),
    checkpoint: deadline('checkpoint', 'Until the first checkpoint is complete.'),
    stable: deadline('stable', 'Until an upgrade is stable, counted from when all tasks run.'),
  })
  .prefault({})
  .describe('How long each step of an operation may take before the operation fails, 1s to 24h.');
