/**
 * Samples of jobs with many vertices, made small without a loss: most of a sample's JSON is names. A packed one has a row for each vertex
 * of the job, in the job's order.
 */
import type { AutoscalerInput } from './decision.ts';
import type { Aggregate, Figure, JobSample, JobVertex, VertexSample } from './samples.ts';

/** In this order they stand in a row. It never changes: histories hold it; what is new comes at the end. */
const fields = [
  'busyMsPerSecond',
  'backPressuredMsPerSecond',
  'accumulatedBusyMs',
  'recordsIn',
  'recordsOut',
  'complete',
  'recordsInPerSecond',
  'sourceRecordsIn',
  'sourceRecordsOut',
  'sourceRecordsInPerSecond',
  'pendingRecords',
  'idleMsPerSecond',
  'recordsOutPerSecond',
] as const satisfies readonly (keyof VertexSample)[];

/** `min`, `max`, `avg`, `sum`. */
type PackedAggregate = readonly [Figure, Figure, Figure, Figure];
type PackedValue = PackedAggregate | Figure | boolean | null;

/** Null: not known of the vertex. */
type PackedVertex = readonly PackedValue[] | null;

export interface PackedSample extends Omit<JobSample, 'vertices'> {
  readonly rows: readonly PackedVertex[];
}

/** An input as it is told and kept. */
export interface ToldInput extends Omit<AutoscalerInput, 'samples'> {
  readonly samples: readonly (JobSample | PackedSample)[];
}

/** Of vertices that the job has. */
export function packedInput(input: AutoscalerInput): ToldInput {
  const { vertices } = input.job;
  return { ...input, samples: input.samples.map((sample) => packed(sample, vertices)) };
}

function packed({ vertices: seen, ...sample }: JobSample, vertices: readonly JobVertex[]): PackedSample {
  return { ...sample, rows: vertices.map(({ id }) => seen[id] && packedVertex(seen[id])).map((row) => row ?? null) };
}

function packedVertex(seen: VertexSample): PackedVertex {
  const row = fields.map((field) => packedValue(seen[field]));
  return row.slice(0, row.findLastIndex((value) => value !== null) + 1);
}

function packedValue(value: VertexSample[keyof VertexSample]): PackedValue {
  if (value === undefined) return null;
  return typeof value === 'object' ? [value.min, value.max, value.avg, value.sum] : value;
}

/** The input as the engine takes it. */
export function unpackedInput(input: ToldInput): AutoscalerInput {
  const { vertices } = input.job;
  return { ...input, samples: input.samples.map((sample) => ('rows' in sample ? unpacked(sample, vertices) : sample)) };
}

function unpacked({ rows, ...sample }: PackedSample, vertices: readonly JobVertex[]): JobSample {
  const seen = vertices.flatMap(({ id }, index) => {
    const row = rows[index];
    return row ? [[id, unpackedVertex(row)] as const] : [];
  });
  return { ...sample, vertices: Object.fromEntries(seen) };
}

function unpackedVertex(row: NonNullable<PackedVertex>): VertexSample {
  const known = fields.flatMap((field, index) => {
    const value = row[index] ?? null;
    return value === null ? [] : [[field, isAggregate(value) ? aggregateOf(value) : value] as const];
  });
  // Each stands where its field has its place.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(known) as VertexSample;
}

function isAggregate(value: PackedValue): value is PackedAggregate {
  return Array.isArray(value);
}

function aggregateOf([min, max, avg, sum]: PackedAggregate): Aggregate {
  return { min, max, avg, sum };
}
