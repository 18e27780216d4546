/** YAML that is made to be slow or deep is refused before it does harm. */
import { readFileSync, readdirSync } from 'node:fs';
import type { Request } from 'express';
import { describe, expect, test } from '@jest/globals';
import { parseDocument } from 'yaml';
import { parseBody } from '../../api/body.ts';
import { yamlDepth } from '../../api/yaml-depth.ts';
import { repositoryRoot } from '../../deploy/dev/paths.ts';

const size = 120 * 1024;
const fill = (text: string) => text.repeat(Math.floor(size / text.length));
// Only the content type is read of a request.
const request = { get: () => 'application/yaml' } as unknown as Request;
const parse = (text: string) => parseBody(request, Buffer.from(text));
const millisecondsOf = (work: () => unknown) => {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
};

describe('parseBody', () => {
  test.each([
    ...['[', '{', '- ', '? ', '- ? ', '[{a: ', '[,', ': ', 'a: ', '- !a ', '- &a '].map(fill),
    Array.from({ length: 400 }, (_, level) => `${' '.repeat(level)}a:`).join('\n'),
    Array.from({ length: 400 }, (_, level) => `${' '.repeat(level)}-`).join('\n'),
  ])('refuses %.12s… without going through its levels', (text) => {
    expect(() => parse(text)).toThrow(/nested deeper than 100 levels/);
  });

  test('reads twelve thousand keys in less than the time that comparing each with each takes', () => {
    const text = Array.from({ length: 12_000 }, (_, index) => `k${index}: 1`).join('\n');
    // Measured here and now, as a bound in seconds would fail on a slow machine.
    const eachWithEachMs = millisecondsOf(() => parseDocument(text, { uniqueKeys: true }));
    const spentMs = millisecondsOf(() => expect(Object.keys(parse(text) as object)).toHaveLength(12_000));
    expect(spentMs).toBeLessThan(eachWithEachMs);
  });

  test('says where a key comes twice', () => {
    expect(() => parse('a: 1\nb:\n  c: 1\n  c: 2\n')).toThrow('The key c comes twice (line 4, column 3)');
  });

  test('takes ordinary nesting: 32 levels of maps, with lists, quotes and comments on every line', () => {
    const text = Array.from({ length: 32 }, (_, level) => `${'  '.repeat(level)}key${level}: # [{ "`).join('\n');
    expect(yamlDepth(text)).toBeLessThan(50);
    expect(() => parse(text)).not.toThrow();
  });

  test('takes the examples', () => {
    const folder = `${repositoryRoot}/examples`;
    const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
    for (const file of files)
      expect(parse(readFileSync(`${folder}/${file}`, 'utf8'))).toHaveProperty('kind', 'FlinkJob');
  });
});
