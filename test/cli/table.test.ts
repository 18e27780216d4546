import { expect, test } from '@jest/globals';
import { renderTable } from '../../cli/table.ts';

test('a table has a column as wide as its longest cell, and says where a cell is empty', () => {
  expect(
    renderTable(
      ['NAME', 'AGE'],
      [
        ['a'.repeat(40), '1s'],
        ['b\u001b[31m', ''],
      ],
    ),
  ).toEqual([`NAME${' '.repeat(36)}   AGE`, `${'a'.repeat(40)}   1s`, `b[31m${' '.repeat(35)}   <none>`]);
});

test('a table of nothing is its title', () => {
  expect(renderTable(['NAME', 'AGE'], [])).toEqual(['NAME   AGE']);
});

test('a table may have more rows than a function takes arguments', () => {
  const rows = Array.from({ length: 300_000 }, (_, index) => [String(index), 'x']);
  expect(renderTable(['NUMBER', 'X'], rows)).toHaveLength(300_001);
});
