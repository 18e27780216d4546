/** Reads what was measured of a job. */
import { chooseRange, type ChosenRange, type MetricRetention, type RangeWish } from '../../core/metrics/resolution.ts';
import type { Postgres } from './connect.ts';
import { tables } from './metrics-partitions.ts';

/** Points of one answer, of all series together: some megabytes of JSON. */
export const pointsMax = 50_000;

export interface MetricsWish extends RangeWish {
  readonly uid: string;
  /** Its id, or what Flink calls it; '' for the job as a whole; all unless told. */
  readonly vertex?: string | undefined;
  /** Any of these; all unless told. */
  readonly metrics?: readonly string[] | undefined;
}

/** What a series was in one step. */
export interface StoredPoint {
  /** The step's beginning. */
  readonly at: string;
  readonly min: number;
  readonly max: number;
  readonly avg: number;
  /** The newest value of the step. */
  readonly last: number;
  /** Values measured in it. */
  readonly count: number;
}

export interface SeriesRead {
  readonly vertex: string;
  /** What Flink calls the vertex, where it was told. */
  readonly vertexName?: string;
  readonly metric: string;
  /** In order; steps without a value are left out. */
  readonly points: readonly StoredPoint[];
}

export interface MetricsRead {
  /** From which resolution, and which range and step that makes. */
  readonly range: ChosenRange;
  /** Those that have values in the range, by vertex and metric. */
  readonly series: readonly SeriesRead[];
}

/** More points were asked for than an answer holds. */
export class TooManyPoints extends Error {
  override readonly name = 'TooManyPoints';
  readonly seriesCount: number;
  readonly stepsCount: number;

  constructor(seriesCount: number, stepsCount: number) {
    super(`${seriesCount} series of ${stepsCount} points each are more than ${pointsMax} points`);
    this.seriesCount = seriesCount;
    this.stepsCount = stepsCount;
  }
}

/**
 * Reads a range from the resolution that fits it.
 * @param nowMs decides what is still kept.
 * @throws TooManyPoints
 */
export async function queryMetrics(
  postgres: Postgres,
  wish: MetricsWish,
  retention: MetricRetention,
  nowMs: number = Date.now(),
): Promise<MetricsRead> {
  const range = chooseRange(wish, retention, nowMs);
  const wanted = await findSeries(postgres, wish, range);
  const stepsCount = (range.toMs - range.fromMs) / range.stepMs;
  if (wanted.length * stepsCount > pointsMax) throw new TooManyPoints(wanted.length, stepsCount);
  const points = await readPoints(
    postgres,
    wanted.map(({ id }) => id),
    range,
  );
  const series = wanted.flatMap(({ id, vertexName, ...names }) => {
    const found = points.get(id);
    return found ? [{ ...names, ...(vertexName !== null && { vertexName }), points: found }] : [];
  });
  return { range, series };
}

/** To the hour, and what comes may be some minutes ahead: one that was seen before has no value in the range. */
const seenBeforeMs = 2 * 60 * 60_000;

/** Not those that have not been seen since before the range: vertices that are gone for long would make an answer seem too large. */
async function findSeries(postgres: Postgres, { uid, vertex, metrics }: MetricsWish, { fromMs }: ChosenRange) {
  const { rows } = await postgres.query<{ id: number; vertex: string; vertexName: string | null; metric: string }>(
    `select id, vertex, vertex_name as "vertexName", metric from metric_series
     where uid = $1 and ($2::text is null or vertex = $2 or (vertex_name = $2 and $2 <> '')) and ($3::text[] is null or metric = any ($3))
       and seen_at >= $4
     order by vertex, metric`,
    [uid, vertex ?? null, metrics ?? null, new Date(fromMs - seenBeforeMs)],
  );
  return rows;
}

/** What a roll-up's columns are called in the raw table: there, every sample is the roll-up of itself. */
const rawColumns = 'value as min, value as max, value as sum, 1 as count, value as last, at as last_at';
const rolledUpColumns = 'min, max, sum, count, last, last_at';

async function readPoints(
  postgres: Postgres,
  ids: readonly number[],
  { resolution, fromMs, toMs, stepMs }: ChosenRange,
): Promise<Map<number, StoredPoint[]>> {
  const columns = resolution === 'raw' ? rawColumns : rolledUpColumns;
  const { rows } = await postgres.query<Omit<StoredPoint, 'at'> & { series: number; at: Date }>(
    `select series, date_bin(make_interval(secs => $4), at, timestamptz 'epoch') as at, min(min) as min, max(max) as max,
            sum(sum) / sum(count) as avg, (array_agg(last order by last_at desc))[1] as last, sum(count)::float8 as count
     from (select series, at, ${columns} from ${tables[resolution].table}
           where series = any ($1::integer[]) and at >= $2 and at < $3) as kept
     group by 1, 2
     order by 1, 2`,
    [ids, new Date(fromMs), new Date(toMs), stepMs / 1_000],
  );
  const points = new Map<number, StoredPoint[]>();
  for (const { series, at, ...values } of rows) {
    const list = points.get(series) ?? [];
    list.push({ at: at.toISOString(), ...values });
    points.set(series, list);
  }
  return points;
}
