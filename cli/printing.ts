/** Prints things of one kind in the form that `-o` asks for. */
import { usageError } from './errors.ts';
import { renderTable } from './table.ts';
import { say, type World } from './world.ts';

interface Column<Item> {
  readonly title: string;
  /** Shown by `-o wide` only. */
  readonly wide?: boolean;
  value(item: Item, now: number): string;
}

/** How things of one kind are shown. */
export interface Kind<Item> {
  /** `kind` of a list, such as `FlinkJobList`. */
  readonly listKind: string;
  readonly columns: readonly Column<Item>[];
  /** What `-o name` prints. */
  name(item: Item): string;
  /** What `-o json` and `-o yaml` print. */
  resource(item: Item): unknown;
}

const formats = ['json', 'yaml', 'wide', 'name'] as const;
export type Format = (typeof formats)[number];

/** The value of `-o`, checked; `allowed` is what this command can print. */
export function parseFormat(text: string | undefined, allowed: readonly Format[] = formats): Format | undefined {
  if (text === undefined) return undefined;
  const format = allowed.find((one) => one === text);
  if (format === undefined) throw usageError(`-o ${text} is not known`, `Use one of ${allowed.join(', ')}.`);
  return format;
}

/** Prints the items. `single` prints json and yaml as the thing itself instead of a list of one. */
export async function printItems<Item>(
  world: World,
  kind: Kind<Item>,
  items: readonly Item[],
  options: { readonly format: Format | undefined; readonly single: boolean },
): Promise<void> {
  const { format, single } = options;
  if (format === 'json' || format === 'yaml') {
    const resources = items.map((item) => kind.resource(item));
    const value = single ? resources[0] : { apiVersion: 'drey.dev/v1', kind: kind.listKind, items: resources };
    world.out.write(await renderValue(value, format));
    return;
  }
  const lines = format === 'name' ? items.map((item) => kind.name(item)) : tableLines(world, kind, items, format);
  for (const line of lines) say(world.out, line);
}

/** The lines of the items' table, its title first. */
export function tableLines<Item>(
  world: Pick<World, 'now'>,
  kind: Kind<Item>,
  items: readonly Item[],
  format: Format | undefined,
): string[] {
  const columns = kind.columns.filter((column) => column.wide !== true || format === 'wide');
  const now = world.now();
  return renderTable(
    columns.map(({ title }) => title),
    items.map((item) => columns.map((column) => column.value(item, now))),
  );
}

/** A value as indented JSON or YAML, with a line break at its end. */
export async function renderValue(value: unknown, format: 'json' | 'yaml'): Promise<string> {
  if (format === 'json') return `${JSON.stringify(value, undefined, 2)}\n`;
  const { stringify } = await import('yaml');
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
