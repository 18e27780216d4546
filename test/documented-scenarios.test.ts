/** Every test that docs/scenarios.md names is where it says. */
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const table = readFileSync(join(root, 'docs', 'scenarios.md'), 'utf8');
const rows = table.split('\n').flatMap((line) => /^\| (.+) \| (.+) \|$/.exec(line)?.slice(1, 3) ?? []);

/** Each scenario's file, and what its text must hold: quoted names, with gaps, and the scenario's own where that is said. */
function* named(): Generator<[file: string, name: string]> {
  for (let at = 0; at < rows.length; at += 2) {
    const [scenarios = '', here = ''] = rows.slice(at, at + 2);
    for (const [, file = '', words = ''] of here.matchAll(/`(test\/e2e\/[\w-]+)`([^`]*)/g)) {
      for (const [, quoted = ''] of words.matchAll(/"([^"]+)"/g))
        for (const part of quoted.split('…')) if (part.trim() !== '') yield [file, part.trim()];
      if (words.includes('by these names'))
        for (const [name] of scenarios.matchAll(/\b(Test\w+|test_\w+)/g)) yield [file, name];
    }
  }
}

test.each([...named()])('%s: %s', (file, name) => {
  expect(readFileSync(join(root, `${file}.test.ts`), 'utf8')).toContain(name);
});
