import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { flinkJobJsonSchema, type SchemaNode } from '../../../core/schema/known-fields.ts';
import { generateCommand, generatedFiles } from '../../support/generate-docs.ts';
import { problemsOf } from '../../support/spec-fixture.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

test.each(Object.entries(generatedFiles))('%s is what the schema generates', (path, text) => {
  const state = read(path) === text() ? 'up to date' : `out of date. Run: ${generateCommand}`;
  expect(state).toBe('up to date');
});

test('every field is described', () => {
  const bare: string[] = [];
  const walk = (node: SchemaNode, path: string) => {
    for (const [name, field] of Object.entries(node.properties ?? {})) {
      if (!field.description) bare.push(`${path}.${name}`);
      walk(field, `${path}.${name}`);
    }
  };
  walk(flinkJobJsonSchema(), '');
  expect(bare).toEqual([]);
});

describe('examples', () => {
  const names = readdirSync(new URL('examples/', root)).filter((name) => name.endsWith('.yaml'));

  test.each(names)('%s is accepted', (name) => {
    expect(problemsOf(parse(read(`examples/${name}`)))).toEqual([]);
  });
});
