/** The documentation of the spec, from the schema and the rule tables: `docs/spec.md` is nothing else. */
import { reservedOptions, type ReservedOption } from '../../core/flink/reserved-options.ts';
import { versionedOptions } from '../../core/flink/version-options.ts';
import { type SchemaNode, flinkJobJsonSchema } from '../../core/schema/known-fields.ts';
import { reservedContainerFields, reservedPodFields } from '../../core/spec/pod-template-reserved.ts';
import { exampleText, introduction, rules } from './spec-prose.ts';

/** The text of `docs/spec.md`. */
export function specDocument(): string {
  return [introduction, exampleText(), sectionsOf(flinkJobJsonSchema(), ''), rules, tables()].join('\n');
}

/** The text of `core/schema/flink-job.schema.json`. */
export function jsonSchemaText(): string {
  return `${JSON.stringify({ title: 'FlinkJob', ...flinkJobJsonSchema() }, null, 2)}\n`;
}

/** One table per map of the spec, each under its path. */
function sectionsOf(node: SchemaNode, path: string): string {
  const fields = Object.entries(node.properties ?? {});
  const rows = fields.map(([name, field]) => fieldRow(name, field, node.required?.includes(name) ?? false));
  const lines = `${['| field | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n')}\n`;
  const inner = fields.flatMap(([name, field]) => innerOf(field, path === '' ? name : `${path}.${name}`));
  const title = path === '' ? '## Fields' : `### \`${path}\``;
  const told = node.description === undefined ? [] : [`${node.description}\n`];
  return [`${title}\n`, ...told, lines, ...inner].join('\n');
}

/** What has fields of its own: a map, the entries of a list, the values of a map with free keys. */
function innerOf(field: SchemaNode, path: string): string[] {
  const values = typeof field.additionalProperties === 'object' ? field.additionalProperties : undefined;
  const places = [
    [path, field],
    [`${path}[]`, field.items],
    [`${path}.*`, values],
  ] as const;
  return places.flatMap(([place, node]) => (node?.properties ? [sectionsOf(node, place)] : []));
}

function fieldRow(name: string, field: SchemaNode, isRequired: boolean): string {
  const example = field.examples?.[0];
  const shown = example === undefined ? '' : ` Example: ${code(example)}.`;
  return row(
    `\`${name}\``,
    typeOf(field),
    isRequired ? '**required**' : defaultOf(field),
    (field.description ?? '') + shown,
  );
}

function defaultOf(field: SchemaNode): string {
  if (field.default === undefined) return '–';
  if (field.properties && JSON.stringify(field.default) === '{}') return 'see below';
  return code(field.default);
}

function typeOf(field: SchemaNode): string {
  if (field.const !== undefined) return code(field.const);
  if (field.enum) return field.enum.map(code).join(', ');
  if (field.items) return `list of ${field.items.title ?? 'text'}, at most ${field.maxItems}`;
  if (field.type === 'integer') return `${field.minimum} to ${field.maximum}`;
  if (field.type === 'number')
    return `more than ${field.exclusiveMinimum}${field.maximum === undefined ? '' : `, up to ${field.maximum}`}`;
  if (field.type === 'boolean') return 'true or false';
  if (field.properties) return 'map, see below';
  if (field.type === 'object') return 'map';
  return `${field.title ?? 'text'}, at most ${field.maxLength}`;
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function row(...cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function keyOf({ key, except }: ReservedOption): string {
  return except === undefined || !key.endsWith('*') ? `\`${key}\`` : `\`${key}\`, but not \`${except}*\``;
}

function tables(): string {
  return [
    '## Flink options that Drey sets\n',
    'A key that ends with `*` stands for all that begin so.\n',
    ...table(
      ['option', 'reason', 'instead'],
      reservedOptions.map((each) => [keyOf(each), each.reason, each.instead ?? '']),
    ),
    '\n## Flink options that not every version reads\n',
    ...table(
      ['option', 'read by', 'elsewhere'],
      versionedOptions.map(({ key, since, until, instead }) => [
        `\`${key}\``,
        since === undefined ? `before ${until}` : `since ${since}`,
        instead ?? '',
      ]),
    ),
    '\n## Fields of pod templates that Drey sets\n',
    ...table(
      ['field', 'reason', 'instead'],
      [...reservedRows('spec', reservedPodFields), ...reservedRows('flink-main-container', reservedContainerFields)],
    ),
    '',
  ].join('\n');
}

function reservedRows(prefix: string, fields: typeof reservedPodFields): string[][] {
  return Object.entries(fields).map(([name, { reason, instead }]) => [
    `\`${prefix}\`: \`${name}\``,
    reason,
    instead ?? '',
  ]);
}

function table(head: string[], rows: readonly string[][]): string[] {
  return [row(...head), `|${'---|'.repeat(head.length)}`, ...rows.map((cells) => row(...cells))];
}
