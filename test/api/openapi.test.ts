/** The OpenAPI document: kept, so that a change of the API is seen in review. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { openApiDocument } from '../../api/openapi.ts';
import { routes } from '../../api/routes.ts';

const golden = new URL('../golden/openapi.json', import.meta.url);

test('the table of routes gives the document that is kept in test/golden/openapi.json', () => {
  const text = `${JSON.stringify(openApiDocument(routes), null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN']) writeFileSync(golden, text);
  expect(text).toBe(readFileSync(golden, 'utf8'));
});

test('every reference in it leads somewhere', () => {
  const document = JSON.stringify(openApiDocument(routes));
  const names = Object.keys(JSON.parse(document).components.schemas);
  const wanted = [...document.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map((found) => found[1]);
  expect(names).toEqual(expect.arrayContaining(wanted));
  expect(document).not.toContain('$defs');
});

type Schema = Readonly<Record<string, unknown>>;

const document = openApiDocument(routes);
const { schemas } = JSON.parse(JSON.stringify(document)).components as { schemas: Record<string, Schema> };

test('every named shape says what it holds, and is no reference to itself', () => {
  const empty = Object.entries(schemas).filter(([, { properties, anyOf, oneOf }]) => !properties && !anyOf && !oneOf);
  expect(empty.map(([name]) => name)).toEqual([]);
  expect(schemas['Problem']).toMatchObject({ properties: { code: {}, detail: {}, cure: {} } });
});

test.each([
  ['suspend', false],
  ['savepoints', false],
  ['autoscaler/decide', false],
  ['scale', true],
  ['restore', true],
])('the body of POST %s must be sent: %s', (word, required) => {
  const { post } = JSON.parse(JSON.stringify(document)).paths[`/v1/tenants/{tenant}/jobs/{name}/${word}`];
  expect(post.requestBody.required).toBe(required);
});

test('what a shape requires is among its fields', () => {
  const missing = Object.entries(schemas).flatMap(([name, { properties = {}, required = [] }]) =>
    (required as string[]).filter((field) => !(field in (properties as Schema))).map((field) => `${name}.${field}`),
  );
  expect(missing).toEqual([]);
});
