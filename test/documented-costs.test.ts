/** The table of docs/operations.md says what core's table says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { costOf, costs } from '../core/plan/field-costs.ts';
import { jsonSchemaText } from './support/spec-document.ts';
import { repositoryRoot } from '../deploy/dev/paths.ts';

const text = readFileSync(join(repositoryRoot, 'docs/operations.md'), 'utf8');
const documented = costs.flatMap((cost) => {
  const [, fields = ''] = new RegExp(`^\\| ${cost} \\| ([^|]*) \\|`, 'm').exec(text) ?? [];
  return [...fields.matchAll(/`([\w.]+)`/g)].map(([, field = '']) => ({ field, cost }));
});

test('every field that it names costs what it says', () => {
  expect(documented.length).toBeGreaterThan(10);
  expect(documented.map(({ field }) => ({ field, cost: costOf(`spec.${field}`) }))).toEqual(documented);
});

test('every field of the spec that does not cost a redeploy is named', () => {
  const { properties } = JSON.parse(jsonSchemaText()).properties.spec;
  const cheap = Object.keys(properties).filter((field) => costOf(`spec.${field}`) !== 'redeploy');
  expect(documented.map(({ field }) => field)).toEqual(expect.arrayContaining(cheap));
});
