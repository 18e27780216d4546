/** A rule between fields of a spec. It names the fields that it reads, so that it still runs when others are wrong. */
import type { JobSpec } from '../schema/flink-job.ts';
import type { SpecProblem } from './problem.ts';

/** Sections whose fields can be read one by one. */
export type Section = 'flink' | 'job' | 'jobManager' | 'taskManager';

/** A field that rules can name: `storage`, `taskManager.slots`. */
export type SpecField = keyof JobSpec | { [S in Section]: `${S}.${keyof JobSpec[S] & string}` }[Section];

type ValueOf<Field> = Field extends `${infer S extends Section}.${infer Name}`
  ? JobSpec[S][Name & keyof JobSpec[S]]
  : JobSpec[Field & keyof JobSpec];

type ValuesOf<Fields extends readonly SpecField[]> = { [Index in keyof Fields]: ValueOf<Fields[Index]> };

/** The fields whose shapes are right, with defaults. */
export type ReadableSpec = ReadonlyMap<string, unknown>;

/** Says what is wrong, or nothing when a field that it reads is not readable. */
export type SpecRule = (spec: ReadableSpec) => readonly SpecProblem[];

/** Makes a rule that runs only when all fields it reads have the right shape. */
export function rule<const Fields extends readonly SpecField[]>(
  fields: Fields,
  check: (...values: ValuesOf<Fields>) => readonly SpecProblem[],
): SpecRule {
  return (spec) => {
    if (!fields.every((field) => spec.has(field))) return [];
    // Whoever makes a ReadableSpec has parsed each field by its schema.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return check(...(fields.map((field) => spec.get(field)) as unknown as ValuesOf<Fields>));
  };
}
