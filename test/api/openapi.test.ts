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
