/** Flink's answers about metrics, parsed into our own shapes. What Flink leaves out is absent: it is never a zero. */
import { z } from 'zod';
import type { Aggregate } from '../../core/autoscaler/samples.ts';

/** JSON has no other way to write those that are no numbers. */
export const figure = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);

export const metricNames = z
  .array(z.looseObject({ id: z.string() }))
  .transform((metrics) => metrics.map(({ id }) => id));

/** An aggregation that was not asked for, or not given, is not known. */
const aggregation = figure.default('NaN');

/** What subtasks, or TaskManagers, have together, by the metric's name. */
export const aggregates = z
  .array(z.looseObject({ id: z.string(), min: aggregation, max: aggregation, avg: aggregation, sum: aggregation }))
  .transform((metrics) =>
    Object.fromEntries(metrics.map(({ id, min, max, avg, sum }): [string, Aggregate] => [id, { min, max, avg, sum }])),
  );

/** Values come as text, and some are no numbers, such as paths. */
export const metricValues = z
  .array(z.looseObject({ id: z.string(), value: z.string().nullish() }))
  .transform((metrics) => Object.fromEntries(metrics.flatMap(({ id, value }) => entryOf(id, value))));

function entryOf(id: string, value: string | null | undefined): [string, number][] {
  const number = value ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? [[id, number]] : [];
}
