/** How a series of metrics is shown. */
import type { Metrics, MetricsOfSeries } from '../../clients/drey/shapes.ts';
import type { Kind } from '../printing.ts';
import { sparkline } from '../sparkline.ts';
import { numberText } from './number-text.ts';

/** What belongs to no vertex: no id looks like this. */
const wholeJob = '<job>';

/** As much of a vertex's name as leaves room for the numbers. */
const nameWidth = 40;

/** The columns of a table over this range; what the values sum up to is told of the range as a whole. */
export function metricKind(range: Metrics): Kind<MetricsOfSeries> {
  const vertexTitle = vertexTitles(range.series);
  return {
    listKind: 'MetricList',
    name: ({ vertex, metric }) => `metric/${vertex === '' ? metric : `${vertex}/${metric}`}`,
    resource: (series) => series,
    columns: [
      { title: 'VERTEX', value: vertexTitle },
      { title: 'METRIC', value: ({ metric }) => metric },
      { title: 'LATEST', value: shown(({ latest }) => latest) },
      { title: 'MIN', value: shown(({ min }) => min) },
      { title: 'MAX', value: shown(({ max }) => max) },
      { title: 'AVG', value: shown(({ avg }) => avg) },
      { title: 'TREND', value: (series) => sparkline(averages(series, range)) },
    ],
  };
}

/** Vertices by their names, and those that share one, or have none, by their ids. */
function vertexTitles(series: readonly MetricsOfSeries[]): (of: MetricsOfSeries) => string {
  const named = new Map<string, Set<string>>();
  for (const one of series) named.set(cut(one), (named.get(cut(one)) ?? new Set()).add(one.vertex));
  return (one) => {
    if (one.vertex === '') return wholeJob;
    return one.vertexName === undefined || (named.get(cut(one))?.size ?? 0) > 1 ? one.vertex : cut(one);
  };
}

function cut({ vertexName = '' }: MetricsOfSeries): string {
  return vertexName.length > nameWidth ? `${vertexName.slice(0, nameWidth - 1)}…` : vertexName;
}

function shown(take: (of: Summary) => number) {
  return (series: MetricsOfSeries) => numberText(take(summaryOf(series)));
}

interface Summary {
  readonly latest: number;
  readonly min: number;
  readonly max: number;
  readonly avg: number;
}

function summaryOf({ points }: MetricsOfSeries): Summary {
  const count = points.reduce((sum, point) => sum + point.count, 0);
  return {
    latest: points.at(-1)?.last ?? Number.NaN,
    min: Math.min(...points.map(({ min }) => min)),
    max: Math.max(...points.map(({ max }) => max)),
    // Steps have different numbers of values.
    avg: points.reduce((sum, point) => sum + point.avg * (point.count / count), 0),
  };
}

/** One average for each step of the range. */
function averages(
  { points }: MetricsOfSeries,
  { from, to, stepMs }: Pick<Metrics, 'from' | 'to' | 'stepMs'>,
): (number | undefined)[] {
  const start = Date.parse(from);
  const steps = Math.max(0, Math.ceil((Date.parse(to) - start) / stepMs));
  const values = new Map(points.map(({ at, avg }) => [Math.floor((Date.parse(at) - start) / stepMs), avg]));
  return Array.from({ length: steps }, (_, step) => values.get(step));
}
