/** Metrics of jobs: brought by agents, read by people. */
import { z } from 'zod';
import { pointsMax, queryMetrics, TooManyPoints } from '../../clients/postgres/metrics-read.ts';
import { listSeries } from '../../clients/postgres/metrics-series.ts';
import { writeSamples, type SamplesOutcome } from '../../clients/postgres/metrics-write.ts';
import { metricValueMax, vertexNameMax } from '../../core/metrics/sample.ts';
import { duration } from '../../core/schema/fields.ts';
import { parseDurationMs } from '../../core/spec/duration.ts';
import { pageOf } from '../answer-shapes.ts';
import { metricsAnswer, samplesAnswer, seriesAnswer } from '../metric-shapes.ts';
import { badRange, clusterParams, jobParams, moment, uidQuery } from '../job-params.ts';
import { pageAnswer, pageQuery, readCursor } from '../paging.ts';
import { Problem } from '../problem.ts';
import { readJob } from '../read-job.ts';
import { defineRoute, type Route } from '../route.ts';
import type { Services } from '../services.ts';
import { several } from '../several.ts';

const metricName = z.string().regex(/^[A-Za-z_][\w.:-]{0,127}$/, 'must be the name of a metric');
const vertexId = z.string().regex(/^[\w.:-]{0,64}$/, 'must be the id of a vertex, or empty');

/** The last moment that PostgreSQL and people write with four digits of the year. */
const timeMsMax = Date.UTC(9999, 11, 31);

const batch = z.strictObject({
  series: z
    .array(
      z.strictObject({
        uid: z
          .string()
          .regex(/^[a-z0-9-]{1,63}$/, 'must be the uid of a job')
          .describe('Of the job.'),
        vertex: vertexId.default('').describe('Id of a vertex; empty for the job as a whole.'),
        vertexName: z
          .string()
          .min(1)
          .max(vertexNameMax)
          .refine((name) => !name.includes('\0'), 'holds a NUL, which PostgreSQL does not take')
          .optional()
          .describe('What Flink calls the vertex.'),
        metric: metricName,
        points: z
          .array(z.tuple([z.int().min(0).max(timeMsMax), z.number().min(-metricValueMax).max(metricValueMax)]))
          .min(1)
          .max(10_000)
          .describe('Each a moment in milliseconds since 1970, and the value then.'),
      }),
    )
    .min(1)
    .max(10_000),
});

const bring = defineRoute({
  method: 'post',
  path: '/v1/clusters/{cluster}/metrics',
  role: 'agent',
  summary: 'Bring samples of jobs',
  description:
    'For the agents of the cluster, with a token of their own. A batch may be sent again: what is there already is not counted ' +
    'twice. What is not taken is counted by its reason; only what is of `unknownJobs` is worth sending again.',
  params: clusterParams,
  body: batch,
  answers: { 200: { description: 'What became of the samples', schema: samplesAnswer } },
  handle: async ({ postgres, metrics, metricRetention: retention }, { params: { cluster }, body: { series } }) => {
    const { unknownJobs, ...outcome } = await writeSamples(postgres, { cluster, series, retention });
    for (const [what, count] of Object.entries(outcome)) metrics.samples.inc({ outcome: what }, count);
    return { body: { ...shownOf(outcome), ...(unknownJobs && { unknownJobs: [...unknownJobs] }) } };
  },
});

function shownOf({ taken, repeated, ...dropped }: Omit<SamplesOutcome, 'unknownJobs'>): z.output<typeof samplesAnswer> {
  return { taken, repeated, dropped };
}

/** An hour, as far as a person looks back first. */
const rangeMs = 60 * 60_000;

const read = defineRoute({
  method: 'get',
  path: '/v1/tenants/{tenant}/jobs/{name}/metrics',
  role: 'viewer',
  summary: 'Read metrics of a job',
  description:
    `From the resolution that fits range and step; the answer says which. Of a removed job too, as long as they are kept. An ` +
    `answer holds ${pointsMax} points at most.`,
  params: jobParams,
  query: z.strictObject({
    ...uidQuery,
    metric: several(metricName).describe('Any of these; all unless told.'),
    vertex: z
      .string()
      .max(vertexNameMax)
      .optional()
      .describe('Only of the vertex with this id or name; empty for the job as a whole. All unless told.'),
    from: moment().describe('An hour before `to` unless told.'),
    to: moment().describe('Not included; now unless told.'),
    step: duration('1s', '30d')
      .optional()
      .describe('Time from one point to the next, such as `30s`; about 240 points unless told.'),
  }),
  answers: { 200: { description: 'The series that have values then', schema: metricsAnswer } },
  handle: async (services, { params, query: { uid: wanted, metric: metrics, vertex, from, to, step } }) => {
    const toMs = to === undefined ? Date.now() : Date.parse(to);
    const fromMs = from === undefined ? toMs - rangeMs : Date.parse(from);
    if (fromMs >= toMs) throw badRange();
    const { uid } = await readJob(services, { ...params, uid: wanted });
    const stepMs = step === undefined ? undefined : parseDurationMs(step);
    return { body: await readMetrics(services, { uid, vertex, metrics, fromMs, toMs, stepMs }) };
  },
});

async function readMetrics(
  { postgres, metricRetention }: Services,
  wish: Parameters<typeof queryMetrics>[1],
): Promise<z.output<typeof metricsAnswer>> {
  try {
    const { range, series } = await queryMetrics(postgres, wish, metricRetention);
    const { resolution, stepMs, fromMs, toMs } = range;
    const [from = '', to = ''] = [fromMs, toMs].map((ms) => new Date(ms).toISOString());
    return { resolution, from, to, stepMs, series: series.map((one) => ({ ...one, points: [...one.points] })) };
  } catch (error) {
    if (!(error instanceof TooManyPoints)) throw error;
    const { seriesCount, stepsCount } = error;
    throw new Problem(
      'INVALID_PARAMETER',
      `That would be ${seriesCount} series of ${stepsCount} points each, and an answer holds ${pointsMax} points.`,
      { cure: 'Name a metric or a vertex, or ask for a shorter range or a longer step.', cause: error },
    );
  }
}

const position = z.object({ vertex: vertexId, metric: metricName });

const list = defineRoute({
  method: 'get',
  path: '/v1/tenants/{tenant}/jobs/{name}/metrics/series',
  role: 'viewer',
  summary: 'List what is measured of a job',
  description:
    'By vertex and metric, what belongs to no vertex first; also what was measured in the past, as long as it is kept.',
  params: jobParams,
  query: z.strictObject({ ...uidQuery, ...pageQuery }),
  answers: { 200: { description: 'One page of series', schema: pageOf(seriesAnswer) } },
  handle: async (services, { params, query: { uid: wanted, limit, cursor } }) => {
    const { uid } = await readJob(services, { ...params, uid: wanted });
    const found = await listSeries(services.postgres, uid, limit + 1, readCursor(position, cursor));
    return { body: pageAnswer(found, limit, ({ vertex, metric }) => ({ vertex, metric })) };
  },
});

export const metricRoutes: readonly Route[] = [bring, read, list];
