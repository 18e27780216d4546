/** Tables as kubectl prints them: upper-case titles, columns as wide as their widest cell, three spaces between. */
import { printable } from './world.ts';

const gap = '   ';

/** The lines of a table. An empty cell is shown as `<none>`, so that columns can be cut by position. */
export function renderTable(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(cellText));
  const all = [titles, ...cells];
  const widths = titles.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) => renderRow(row, widths));
}

function cellText(text: string): string {
  const oneLine = printable(text).replaceAll(/\s+/g, ' ').trim();
  return oneLine === '' ? '<none>' : oneLine;
}

function renderRow(row: readonly string[], widths: readonly number[]): string {
  return row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join(gap);
}
