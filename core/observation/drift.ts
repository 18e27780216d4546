/** Whether an object is still as Drey left it: judged by a mark of what the API server stored then, whatever newer releases would render. */
import { hashOf } from '../names.ts';
import type { ObjectChange } from './observation.ts';

/** What of an object counts, as the API server has it. */
export interface MarkedObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: unknown;
  readonly spec?: unknown;
}

/** By `<kind> <name>`: the marks of a generation's objects. */
export type Marks = Readonly<Record<string, string>>;

/** As it stands in lists of objects. */
export function objectLabel({ kind, metadata }: Pick<MarkedObject, 'kind' | 'metadata'>): string {
  return `${kind} ${metadata.name}`;
}

/** 12 hex digits of what nobody but Drey changes; how many pods there are is not among it. Undefined for kinds that carry no such thing. */
export function markOf({ kind, data, spec }: MarkedObject): string | undefined {
  const facts = factsOf(kind, data, spec);
  return facts === undefined ? undefined : hashOf('mark', JSON.stringify(sorted(facts))).slice(0, 12);
}

/** How many pods it asks for; undefined for what has none. */
export function replicasOf({ kind, spec }: MarkedObject): number | undefined {
  const said = fieldOf(spec, kind === 'Job' ? 'parallelism' : 'replicas');
  const isWorkload = kind === 'Deployment' || kind === 'Job';
  return isWorkload && typeof said === 'number' ? said : undefined;
}

/** An object as it is now. */
export interface ObjectNow {
  /** `<kind> <name>`. */
  readonly label: string;
  readonly mark?: string | undefined;
  readonly replicas?: number | undefined;
}

const whatChanged: Readonly<Record<string, string>> = {
  ConfigMap: 'its data',
  Service: 'its selector or ports',
  Deployment: 'its containers',
  Job: 'its containers',
};

/**
 * How the objects differ from what Drey made of them. More pods than wanted are none of it: a rescale leaves those that tasks lie on.
 * @param wanted how many pods each is to have at least, by its label
 */
export function changesOf(
  objects: readonly ObjectNow[],
  marks: Marks,
  wanted: Readonly<Record<string, number>>,
): readonly ObjectChange[] {
  return objects.flatMap(({ label, mark, replicas }) => {
    const known = marks[label];
    const least = wanted[label];
    const what = whatChanged[label.slice(0, label.indexOf(' '))] ?? 'it';
    return [
      ...(known !== undefined && mark !== known ? [{ object: label, what }] : []),
      ...(least !== undefined && replicas !== undefined && replicas < least
        ? [{ object: label, what: `replicas: ${replicas} instead of ${least}` }]
        : []),
    ];
  });
}

/** What the anchor says of marks; none where it says nothing that is understood. */
export function readMarks(note: string | undefined): Marks {
  try {
    const read: unknown = JSON.parse(note ?? '{}');
    const pairs = typeof read === 'object' && read !== null ? Object.entries(read) : [];
    return Object.fromEntries(pairs.flatMap(([key, mark]) => (typeof mark === 'string' ? [[key, mark]] : [])));
  } catch {
    return {};
  }
}

function factsOf(kind: string, data: unknown, spec: unknown): unknown {
  if (kind === 'ConfigMap') return data ?? {};
  if (kind === 'Service') return [fieldOf(spec, 'selector'), listOf(fieldOf(spec, 'ports')).map(portFacts)];
  if (kind !== 'Deployment' && kind !== 'Job') return undefined;
  const pod = fieldOf(fieldOf(spec, 'template'), 'spec');
  return [...listOf(fieldOf(pod, 'initContainers')), ...listOf(fieldOf(pod, 'containers'))].map(containerFacts);
}

function portFacts(port: unknown): unknown {
  return ['name', 'port', 'targetPort'].map((key) => fieldOf(port, key));
}

/** What later releases of Kubernetes may fill in is left out. */
function containerFacts(container: unknown): unknown {
  return ['name', 'image', 'command', 'args', 'env', 'resources'].map((key) => fieldOf(container, key) ?? null);
}

function fieldOf(value: unknown, key: string): unknown {
  return isFields(value) ? value[key] : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The API server does not promise an order of keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, sorted(value[key])]),
  );
}
