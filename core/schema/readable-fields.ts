/** The fields of a spec that have the right shape, each parsed by itself: rules over them hold whatever is wrong elsewhere. */
import type { ReadableSpec, Section } from '../spec/rule.ts';
import { specSchema } from './flink-job.ts';
import { flinkFields } from './flink.ts';
import { jobFields } from './job.ts';
import { jobManagerFields, taskManagerFields } from './processes.ts';

interface Parser {
  safeParse(value: unknown): { success: true; data: unknown } | { success: false };
}

const sections: Readonly<Record<Section, Readonly<Record<string, Parser>>>> = {
  flink: flinkFields,
  job: jobFields,
  jobManager: jobManagerFields,
  taskManager: taskManagerFields,
};

/** Reads a spec field by field. */
export function readableFields(spec: unknown): ReadableSpec {
  const top = parsedFields('', specSchema.shape, spec);
  const inner = Object.entries(sections).flatMap(([section, fields]) =>
    parsedFields(`${section}.`, fields, isMap(spec) ? (spec[section] ?? {}) : spec),
  );
  return new Map([...top, ...inner]);
}

function parsedFields(prefix: string, fields: Readonly<Record<string, Parser>>, value: unknown): [string, unknown][] {
  if (!isMap(value)) return [];
  return Object.entries(fields).flatMap(([name, schema]): [string, unknown][] => {
    const parsed = schema.safeParse(value[name]);
    return parsed.success ? [[`${prefix}${name}`, parsed.data]] : [];
  });
}

/** Whether the value is a map from names to values. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
