/** Every field that the schema knows, by path: what unknown fields are compared with, and what the documentation lists. */
import { z } from 'zod';
import { hintForName } from '../spec/field-hints.ts';
import { nameMeantHere } from '../spec/meant-names.ts';
import { nearestName } from '../spec/nearest-name.ts';
import { type FieldPath, pathText } from '../spec/problem.ts';
import { flinkJobSchema } from './flink-job.ts';

/** A node of a JSON Schema, as far as it is read here. */
export interface SchemaNode {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly additionalProperties?: boolean | SchemaNode;
}

let schema: SchemaNode | undefined;

/** The JSON Schema of specs as people write them: for editors, and for what is read from it here. */
export function flinkJobJsonSchema(): SchemaNode {
  // The generated schema holds more than SchemaNode names, and all that it names in that shape.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  schema ??= z.toJSONSchema(flinkJobSchema, { io: 'input', target: 'draft-2020-12' }) as SchemaNode;
  return schema;
}

/** The schema's node at a path: of a map with free keys, that of its values; nothing below pod templates. */
export function fieldAt(path: FieldPath): SchemaNode | undefined {
  return path.reduce<SchemaNode | undefined>(
    (node, step) => (typeof step === 'number' ? node?.items : ownField(node, step)),
    flinkJobJsonSchema(),
  );
}

function ownField(node: SchemaNode | undefined, name: string): SchemaNode | undefined {
  if (node?.properties) return Object.hasOwn(node.properties, name) ? node.properties[name] : undefined;
  return typeof node?.additionalProperties === 'object' ? node.additionalProperties : undefined;
}

/**
 * What to say about a field that is not known under its parent: the nearest name there, else the one place below it where the field
 * stands, else which field there is meant by that word, else where it belongs.
 */
export function hintForUnknown(parent: FieldPath, name: string): string {
  const siblings = Object.keys(fieldAt(parent)?.properties ?? {});
  const places = placesOf(name);
  const below = places.filter((place) => place.startsWith(`${pathText(parent)}.`));
  const isBelow = below.length === 1;
  const near = nearestName(name, siblings) ?? (isBelow ? undefined : nameMeantHere(name, siblings));
  if (near !== undefined) return `Did you mean \`${near}\`?`;
  const named = isBelow ? below : places;
  // More than two places say nothing.
  if (named.length > 0 && named.length <= 2) return `Use ${named.map((place) => `\`${place}\``).join(' or ')}.`;
  return hintForName(name) ?? `Known here: ${siblings.map((sibling) => `\`${sibling}\``).join(', ')}.`;
}

/** The paths at which a field of exactly that name exists. */
function placesOf(name: string): string[] {
  const places: string[] = [];
  const walk = (node: SchemaNode, path: FieldPath) => {
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      if (key === name) places.push(pathText([...path, key]));
      walk(child, [...path, key]);
    }
  };
  walk(flinkJobJsonSchema(), []);
  return places;
}
