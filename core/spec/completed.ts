/** Specs that an earlier release accepted: workflows keep them, and they lack the fields that were added since. */
import type { Generation } from '../generation.ts';
import type { FlinkJob } from '../schema/flink-job.ts';
import { defaults } from './defaults.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The spec with every default of today where it says nothing. One that is complete comes back as it is. */
export function completed(job: FlinkJob): FlinkJob {
  // Sections that an earlier release did not have are all that may be missing.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const spec = withDefaults(job.spec, defaults.spec) as FlinkJob['spec'];
  return { ...job, spec };
}

/** The same of a generation's spec. */
export function completedGeneration(generation: Generation): Generation {
  return { ...generation, spec: completed(generation.spec) };
}

/** Optional sections have defaults only for what is in them. */
const optional: readonly string[] = ['ingress', 'autoscaler'];

function withDefaults(spec: Fields, fallback: Fields): Fields {
  const filled = Object.entries(fallback).flatMap(([key, value]): [string, unknown][] => {
    const given = spec[key];
    if (given === undefined) return optional.includes(key) ? [] : [[key, value]];
    return [[key, isFields(given) && isFields(value) ? { ...given, ...missingIn(given, value) } : given]];
  });
  return { ...spec, ...Object.fromEntries(filled) };
}

/** What `fallback` has and `given` does not: it comes last, so that fields stay in the order in which they were written. */
function missingIn(given: Fields, fallback: Fields): Fields {
  return Object.fromEntries(Object.entries(fallback).filter(([key]) => given[key] === undefined));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
