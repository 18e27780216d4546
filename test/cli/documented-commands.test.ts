/** What README and docs say of the command line is what the command line takes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { repositoryRoot } from '../../deploy/dev/paths.ts';
import { runDrey } from './run-drey.ts';

const textOf = (file: string) => readFileSync(join(repositoryRoot, file), 'utf8');
const docs = readdirSync(join(repositoryRoot, 'docs')).filter((file) => file.endsWith('.md'));
const files = ['README.md', 'CHANGELOG.md', ...docs.map((file) => `docs/${file}`)];

/** Alternatives are the first of them, and what may be left out is said. */
function wordsOf(command: string): string[] {
  return command
    .replaceAll(/[[\]]/g, '')
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '…')
    .map((word) => (word.startsWith('--') ? word : (word.split('|')[0] ?? '')));
}

test.each(files)('every drey command in %s is understood', async (file) => {
  const commands = [...textOf(file).matchAll(/`(?:\.\/cli\/)?drey ([a-z][^`]*)`/g)].map(([, command = '']) => command);
  const wrong: string[] = [];
  for (const command of new Set(commands)) {
    const { err } = await runDrey(undefined, wordsOf(command));
    if (/unknown (?:option|command)|too many arguments/.test(err)) wrong.push(command);
  }
  expect(wrong).toEqual([]);
});

test('every command has its row in README.md', async () => {
  const { out } = await runDrey(undefined, ['--help']);
  const list = out.split('Commands:\n')[1]?.split('\n\n')[0] ?? '';
  const commands = [...list.matchAll(/^ {2}([a-z]+) /gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help');
  const rows = textOf('README.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const firsts = rows.flatMap((row) => (row.split(' | ')[0] ?? '').match(/`[^`]+`/g) ?? []);
  const known = new Set(firsts.map((text) => text.replaceAll('`', '').split(' ')[0]));
  expect(commands.length).toBeGreaterThan(20);
  expect(commands.filter((name) => !known.has(name))).toEqual([]);
});
