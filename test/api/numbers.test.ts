/** Numbers that PostgreSQL or JavaScript could not hold are refused at the edge, by the very schemas that the server parses with. */
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { routes } from '../../api/routes.ts';

const job = '/v1/tenants/{tenant}/jobs/{name}';
const of = { tenant: 'default', name: 'orders' };

function schemaOf(method: string, path: string, part: 'params' | 'query' | 'body') {
  const schema = routes.find((route) => route.method === method && route.path === path)?.[part];
  if (!schema) throw new Error(`no such schema: ${method} ${path} ${part}`);
  return schema;
}

const cases: readonly [string, string, 'params' | 'query' | 'body', (number: unknown) => object][] = [
  ['post', `${job}/restore`, 'body', (savepoint) => ({ savepoint })],
  ['post', `${job}/restore`, 'body', (to) => ({ savepoint: 1, to })],
  ['post', `${job}/rollback`, 'body', (to) => ({ to })],
  ['post', `${job}/scale`, 'body', (parallelism) => ({ parallelism })],
  ['post', `${job}/operations/{number}/abort`, 'params', (number) => ({ ...of, number: String(number) })],
  ['get', `${job}/operations/{number}`, 'params', (number) => ({ ...of, number: String(number) })],
  ['get', `${job}/savepoints/{number}`, 'params', (number) => ({ ...of, number: String(number) })],
  ['get', `${job}/decisions/{number}`, 'params', (number) => ({ ...of, number: String(number) })],
  ['get', `${job}/events`, 'query', (operation) => ({ operation: String(operation) })],
];

test.each(cases)('%s %s: of its %s', (method, path, part, wish) => {
  const schema = schemaOf(method, path, part);
  expect(schema.safeParse(wish(3)).success).toBe(true);
  for (const wrong of [0, -1, 1.5, 2 ** 31, 2 ** 53, Number.NaN, Infinity])
    expect([wrong, schema.safeParse(wish(wrong)).success]).toEqual([wrong, false]);
});

const inQueries = routes.flatMap(({ method, path, query }) => {
  const { properties = {} } = query ? z.toJSONSchema(query, { io: 'input', unrepresentable: 'any' }) : {};
  const names = Object.entries(properties).flatMap(([name, one]) =>
    typeof one === 'object' && one.type === 'integer' ? [name] : [],
  );
  return names.map((name) => [method, path, name] as const);
});

test('numbers in queries are found by the document of the API', () => {
  expect(inQueries).toContainEqual(['get', `${job}/logs`, 'tail']);
  expect(inQueries).toContainEqual(['get', `${job}/events`, 'operation']);
  expect(inQueries.length).toBeGreaterThan(5);
});

test.each(inQueries)('%s %s: %s is digits and nothing else', (method, path, name) => {
  const schema = schemaOf(method, path, 'query');
  expect(schema.safeParse({ [name]: '3' })).toMatchObject({ success: true, data: { [name]: 3 } });
  for (const wrong of ['', ' ', '\t', '0x10', '1e1', ' 3', '3.0', '+3', 'Infinity', ['3']]) {
    const issues = [expect.objectContaining({ path: [name], message: 'must be a whole number' })];
    expect([wrong, schema.safeParse({ [name]: wrong }).error?.issues]).toEqual([wrong, issues]);
  }
});
