/** What differs between two specs, field by field, and what each difference costs. */
import type { FlinkJob } from '../schema/flink-job.ts';
import { pathText, shorten } from '../spec/problem.ts';
import { costOf, type Cost } from './field-costs.ts';

/** One field that differs. Values are JSON, cut to what a person reads; absent where the field is. */
export interface FieldChange {
  readonly path: string;
  readonly from?: string;
  readonly to?: string;
  readonly cost: Cost;
}

type Path = readonly (string | number)[];

/** More of them help nobody; the specs are kept whole. */
const changesMax = 50;

/** The fields in which two specs differ, in alphabetical order, at most 50. */
export function changesBetween(before: FlinkJob, after: FlinkJob): readonly FieldChange[] {
  return differing(bare(before), bare(after), []).slice(0, changesMax);
}

/** A name says who a job is, and never changes. */
function bare({ metadata: { labels }, spec }: FlinkJob) {
  return { metadata: { labels }, spec };
}

function differing(before: unknown, after: unknown, path: Path): FieldChange[] {
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    return keys.flatMap((key) => differing(before[key], after[key], [...path, key]));
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const where = pathText(path);
  return [{ path: where, ...valueOf('from', before), ...valueOf('to', after), cost: costOf(where) }];
}

function valueOf<Key extends 'from' | 'to'>(key: Key, value: unknown): Partial<Record<Key, string>> {
  // A computed key widens to any string.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (value === undefined ? {} : { [key]: shorten(JSON.stringify(value)) }) as Partial<Record<Key, string>>;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
