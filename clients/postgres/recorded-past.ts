/** Reads what is kept of a job's past: readings, decisions, and what those were made of. */
import type { AutoscalerInput } from '../../core/autoscaler/decision.ts';
import type { Resolution } from '../../core/metrics/resolution.ts';
import type { DecisionRecord } from '../../core/scaling/decision-record.ts';
import { metricsOfMoments, type MeasuredReading } from '../../core/simulation/recorded-moment.ts';
import type { Postgres } from './connect.ts';
import { tables } from './metrics-partitions.ts';

/** Of a job, from and up to a moment, which is not included. */
export interface PastWish {
  readonly uid: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ReadingsWish extends PastWish {
  /** Of each such span of time the newest reading. */
  readonly stepMs: number;
  readonly resolution: Exclude<Resolution, '1h'>;
}

/** Values of one answer, of all series together. */
const valuesMax = 600_000;

/** What is asked for are more values than are read at once. */
export class TooManyValues extends Error {
  override readonly name = 'TooManyValues';
}

/** When a value was measured, and which one it was: a roll-up keeps the newest of its span. */
const columns = { raw: 'at as measured, value', '1m': 'last_at as measured, last as value' } as const;

/** Readings in order of time, of the metrics that the engine decides by. @throws TooManyValues */
export async function readReadings(
  postgres: Postgres,
  { uid, fromMs, toMs, stepMs, resolution }: ReadingsWish,
): Promise<MeasuredReading[]> {
  const series = await seriesOf(postgres, uid);
  if (series.size * ((toMs - fromMs) / stepMs) > valuesMax) throw new TooManyValues('too many values for one answer');
  const { rows } = await postgres.query<{ series: number; measured: Date; value: number }>(
    `with kept as (
       select series, ${columns[resolution]} from ${tables[resolution].table}
       where series = any ($1::integer[]) and at >= $2 and at < $3
     ), newest as (
       select max(measured) as measured from kept
       group by date_bin(make_interval(secs => $4), measured, timestamptz 'epoch')
     )
     select series, measured, value from kept join newest using (measured) order by measured`,
    [[...series.keys()], new Date(fromMs), new Date(toMs), stepMs / 1_000],
  );
  const readings = new Map<number, { job: Record<string, number>; vertices: Record<string, Record<string, number>> }>();
  for (const { series: id, measured, value } of rows) {
    const { vertex, metric } = series.get(id) ?? { vertex: '', metric: '' };
    const reading = readings.get(measured.getTime()) ?? { job: {}, vertices: {} };
    readings.set(measured.getTime(), reading);
    const values = vertex === '' ? reading.job : (reading.vertices[vertex] ??= {});
    values[metric] = value;
  }
  return [...readings].map(([atMs, reading]) => ({ atMs, ...reading }));
}

async function seriesOf(postgres: Postgres, uid: string) {
  const { rows } = await postgres.query<{ id: number; vertex: string; metric: string }>(
    'select id, vertex, metric from metric_series where uid = $1 and metric = any ($2)',
    [uid, metricsOfMoments],
  );
  return new Map(rows.map(({ id, ...names }) => [id, names]));
}

/** A decision's number, and all that it was made of. */
export interface NumberedInput {
  readonly number: number;
  readonly input: AutoscalerInput;
}

/** The inputs of that time, the oldest first: of more than `limit` the newest. */
export async function listInputs(
  postgres: Postgres,
  { uid, fromMs, toMs }: PastWish,
  limit: number,
): Promise<NumberedInput[]> {
  const { rows } = await postgres.query<NumberedInput>(
    `select number, input from decision_inputs where uid = $1 and decided_at >= $2 and decided_at < $3
     order by decided_at desc limit $4`,
    [uid, new Date(fromMs), new Date(toMs), limit],
  );
  return rows.toReversed();
}

/** Decisions of that time which scale, or would, the oldest first. */
export async function listScalings(postgres: Postgres, { uid, fromMs, toMs }: PastWish): Promise<DecisionRecord[]> {
  const { rows } = await postgres.query<{ record: DecisionRecord }>(
    `select record from decisions
     where uid = $1 and decided_at >= $2 and decided_at < $3 and action <> 'none'
     order by number`,
    [uid, new Date(fromMs), new Date(toMs)],
  );
  return rows.map(({ record }) => record);
}
