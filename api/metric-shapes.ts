/** The shapes of answers about what is measured. */
import { z } from 'zod';
import { resolutions } from '../core/metrics/resolution.ts';
import { time } from './shape-parts.ts';

const ofSeries = {
  vertex: z.string().describe('Id of a vertex; empty for the job as a whole.'),
  vertexName: z.string().optional().describe('What Flink calls the vertex.'),
  metric: z.string(),
};

export const seriesAnswer = z
  .object({
    ...ofSeries,
    seenAt: time.describe('When something of it was last measured, to the hour.'),
  })
  .meta({ id: 'MetricSeries' });

export const metricsAnswer = z
  .object({
    resolution: z.enum(resolutions).describe('What the points were made from: `raw`, or the roll-up by `1m` or `1h`.'),
    from: time.describe('The beginning of the first step.'),
    to: time.describe('The end of the last step.'),
    stepMs: z.int().describe('Time from one point to the next, in milliseconds.'),
    series: z
      .array(
        z.object({
          ...ofSeries,
          points: z
            .array(
              z.object({
                at: time.describe('The beginning of its step.'),
                min: z.number(),
                max: z.number(),
                avg: z.number(),
                last: z.number().describe('The newest value of the step.'),
                count: z.int().describe('Values that were measured in it.'),
              }),
            )
            .describe('In order. Steps in which nothing was measured are left out.'),
        }),
      )
      .describe('Those that have values in the range, by vertex and metric.'),
  })
  .meta({ id: 'Metrics' });

export const samplesAnswer = z
  .object({
    taken: z.int(),
    repeated: z.int().describe('Were there already: a batch may be sent again.'),
    dropped: z.object({
      late: z.int().describe('Older than raw samples are kept.'),
      early: z.int().describe('More than five minutes in the future.'),
      unknown: z.int().describe('Of jobs that are not recorded, or not on this cluster.'),
      crowded: z.int().describe('Of new series of jobs that have too many.'),
    }),
    unknownJobs: z
      .array(z.string())
      .optional()
      .describe(
        'The uids of those that were not recorded, or not on this cluster: the record of a new job may be on its way.',
      ),
  })
  .meta({ id: 'SamplesTaken' });
