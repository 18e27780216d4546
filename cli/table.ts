/** Tables as kubectl prints them: upper-case titles, columns as wide as their widest cell, three spaces between. */
import { printable } from './world.ts';

const gap = '   ';

/** The lines of a table. An empty cell is shown as `<none>`, so that columns can be cut by position. */
export function renderTable(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(cellText));
  const all = [titles, ...cells];
  const widths = titles.map((_, column) => widest(all, column));
  return all.map((row) => renderRow(row, widths));
}

/** Not by `Math.max` of all: a function takes some hundred thousand arguments at most. */
function widest(rows: readonly (readonly string[])[], column: number): number {
  return rows.reduce((most, row) => Math.max(most, (row[column] ?? '').length), 0);
}

function cellText(text: string): string {
  const oneLine = printable(text).replaceAll(/\s+/g, ' ').trim();
  return oneLine === '' ? '<none>' : oneLine;
}

function renderRow(row: readonly string[], widths: readonly number[]): string {
  return row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join(gap);
}
