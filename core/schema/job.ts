/** `spec.job`: the program and how it is submitted. */
import { z } from 'zod';
import { defaults } from '../spec/defaults.ts';
import { classpathJar, vertexId, localJar, savepointUri, textLike } from './fields.ts';

const className = textLike(
  /^[\p{L}_$][\p{L}\p{N}_$]*(?:\.[\p{L}_$][\p{L}\p{N}_$]*)*$/u,
  'be a class name such as `com.example.OrdersJob`',
  512,
  'class name',
);

export const jobFields = {
  jarUri: localJar().meta({
    description: 'The jar that holds the entry class, by its path inside the image.',
    examples: ['local:///opt/flink/usrlib/job.jar'],
  }),
  entryClass: className.optional().meta({
    description: "The class whose main method builds the job. Without it, the jar's manifest names it.",
    examples: ['com.example.OrdersJob'],
  }),
  args: z
    .array(z.string().max(16_384))
    .max(512)
    .default(defaults.spec.job.args)
    .meta({
      description: 'Arguments of the main method, in order, each as text. They are recorded as they are: no secrets.',
      examples: [['--rate', '1000']],
    }),
  classpaths: z
    .array(classpathJar())
    .max(64)
    .default(defaults.spec.job.classpaths)
    .meta({
      description:
        'More jars inside the image that the job needs (`pipeline.classpaths`), at the same path in JobManager and TaskManagers.',
      examples: [['local:///opt/flink/usrlib/library.jar']],
    }),
  parallelism: z
    .int()
    .min(1)
    .max(32_768)
    .default(defaults.spec.job.parallelism)
    .describe('How many parallel tasks each operator has, unless the program says otherwise.'),
  vertexParallelism: z
    .record(vertexId(), z.int().min(1).max(32_768))
    .refine((vertices) => Object.keys(vertices).length <= 256, 'must name at most 256 vertices')
    .optional()
    .meta({
      description:
        "Parallelism of single vertices, in place of the job's, by their ids as Flink's web UI and REST API have them. An id stays the same as long as the program gives its operators uids.",
      examples: [{ '0a448493b4782967b150582570326227': 8 }],
    }),
  slots: z
    .int()
    .min(1)
    .max(1_048_576)
    .optional()
    .describe(
      'How many task slots the job takes in all. Without it, as many as its widest vertex, as programs with one slot sharing group do; with several groups, say the sum over them.',
    ),
  finite: z
    .boolean()
    .default(defaults.spec.job.finite)
    .describe(
      'Whether the job ends by itself: it is then FINISHED, spec.cleanup.finished says what becomes of its Flink cluster, and a changed spec runs it again.',
    ),
  initialSavepoint: savepointUri()
    .optional()
    .meta({
      description:
        'A savepoint or retained checkpoint from which the job starts when it is first applied. Read never again: its own state counts from then on.',
      examples: ['s3://bucket/savepoints/savepoint-5f2c1d-0d8f1c9a7e4b'],
    }),
  allowNonRestoredState: z
    .boolean()
    .default(defaults.spec.job.allowNonRestoredState)
    .describe('Whether state of operators that no longer exist is dropped at a restore instead of failing it.'),
};

export const jobSchema = z.strictObject(jobFields).describe('The program and how it is submitted.');
