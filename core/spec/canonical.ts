/** The canonical form of a spec and its hash: what decides whether an applied spec is the current one. */
import type { FlinkJob } from '../schema/flink-job.ts';
import { hashOf } from '../names.ts';
import { defaults } from './defaults.ts';

/** The same spec with its keys in alphabetical order and absent fields left out: equal specs give equal text. */
export function canonicalSpec(job: FlinkJob): FlinkJob {
  // Sorting keys and dropping undefined ones leaves the shape as it is.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return sorted(job) as FlinkJob;
}

/**
 * SHA-256 hex of the canonical spec without what is default: a field that a later version adds with a default leaves
 * the hash of older specs alone, so an upgrade of Drey makes no operation. Labels count, for Kubernetes objects carry
 * them. Two ways to write one value (`1Gi`, `1024Mi`) count as two.
 */
export function specHash(job: FlinkJob): string {
  return hashOf('spec', JSON.stringify(withoutDefaults(sorted(job), defaults, levelsOfDefaults)));
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  return Object.fromEntries(keys.toSorted().map((key) => [key, sorted(value[key])]));
}

/** The spec, its sections, and their fields: deeper, a default stands for the whole value or not at all. */
const levelsOfDefaults = 3;

/** Only what differs from the defaults; a section in which nothing is left goes too. */
function withoutDefaults(value: unknown, fallback: unknown, levels: number): unknown {
  if (levels === 0 || !isFields(value) || !isFields(fallback)) return value;
  const kept = Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
    if (isSame(each, fallback[key])) return [];
    const rest = withoutDefaults(each, fallback[key], levels - 1);
    return isEmpty(rest) && !isEmpty(each) ? [] : [[key, rest]];
  });
  return Object.fromEntries(kept);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function isEmpty(value: unknown): boolean {
  return isFields(value) && Object.keys(value).length === 0;
}
