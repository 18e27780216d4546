/** What differs between two specs, field by field, for people. */
import { pathText, shorten } from '../core/spec/problem.ts';

type Path = readonly (string | number)[];

/** One line per field that differs: `spec.job.parallelism: 1 -> 2`. */
export function differences(before: unknown, after: unknown, path: Path = []): string[] {
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    return keys.flatMap((key) => differences(before[key], after[key], [...path, key]));
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [`${pathText(path)}: ${valueText(before)} -> ${valueText(after)}`];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueText(value: unknown): string {
  return value === undefined ? '<none>' : shorten(JSON.stringify(value));
}
