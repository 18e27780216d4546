/** Who may do what: tokens, roles and tenants. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectPostgres, type Postgres } from '../../clients/postgres/connect.ts';
import { revokeToken, saveToken, tokenHash, type TokenRecord } from '../../clients/postgres/tokens.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { createCaller, type Caller } from '../support/api-caller.ts';
import { bootstrap, startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { specInput } from '../support/records.ts';

let plane: ControlPlane;
let postgres: Postgres;
let call: Caller;

beforeAll(async () => {
  plane = await startControlPlane();
  postgres = connectPostgres({ url: plane.databaseUrl, applicationName: 'test' });
  call = createCaller(plane.url, plane.token);
  await call('PUT', '/v1/clusters/local', { body: {} });
  await call('PUT', '/v1/tenants/shop', { body: { grants: [{ cluster: 'local', namespace: 'shop' }] } });
});
afterAll(async () => {
  await postgres?.end();
  await plane?.stop();
});

async function newToken(record: Omit<TokenRecord, 'name'>): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await saveToken(postgres, tokenHash(token), { name: 'tester', ...record });
  return token;
}

describe('a token', () => {
  test.each<[string, string | null]>([
    ['that is missing', null],
    ['that is not known', 'x'.repeat(43)],
    ['with characters that no token has', 'a"b'],
  ])('%s is a 401', async (_, token) => {
    const answer = await call('GET', '/v1/clusters', { token });
    expect(answer).toMatchObject({ status: 401, body: { code: 'NOT_AUTHENTICATED' } });
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  });

  test('that has expired is a 401', async () => {
    const token = await newToken({ tenant: '*', role: 'admin', expiresAt: new Date(Date.now() - 1) });
    expect((await call('GET', '/v1/clusters', { token })).status).toBe(401);
  });

  test('that is revoked is refused within seconds', async () => {
    const token = await newToken({ tenant: '*', role: 'viewer' });
    expect((await call('GET', '/v1/clusters', { token })).status).toBe(200);
    await revokeToken(postgres, tokenHash(token));
    const refused = async () => (await call('GET', '/v1/clusters', { token })).status === 401;
    await waitUntil(refused, { what: 'the token to be refused', timeoutMs: 120_000 });
  });

  test('is not needed for health, metrics and the document', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json'])
      expect([path, (await call('GET', path, { token: null })).status]).toEqual([path, 200]);
  });

  test('is nowhere in the log', () => {
    expect(plane.apiLog()).not.toContain(plane.token);
  });
});

describe('a role', () => {
  const job = '/v1/tenants/shop/jobs/orders';
  const spec = { ...specInput('orders', { namespace: 'shop' }), metadata: {} };
  test.each<[TokenRecord['role'], string, string, string, unknown, number]>([
    ['viewer', 'shop', 'GET', '/v1/tenants/shop/jobs', undefined, 200],
    ['viewer', 'shop', 'GET', '/v1/tenants/shop', undefined, 200],
    ['viewer', 'shop', 'GET', '/v1/clusters', undefined, 200],
    ['viewer', 'shop', 'PUT', job, spec, 403],
    ['viewer', 'shop', 'DELETE', job, undefined, 403],
    ['viewer', 'shop', 'GET', '/v1/tenants', undefined, 403],
    ['operator', 'shop', 'PUT', job, spec, 201],
    ['operator', 'shop', 'GET', '/v1/tenants/default/jobs', undefined, 403],
    ['operator', 'shop', 'PUT', '/v1/tenants/default/jobs/orders', spec, 403],
    ['operator', '*', 'PUT', '/v1/clusters/other', {}, 403],
    ['admin', 'shop', 'PUT', '/v1/clusters/other', {}, 403],
    ['admin', 'shop', 'PUT', '/v1/tenants/shop', { grants: [{ cluster: 'local', namespace: '*' }] }, 403],
    ['admin', '*', 'PUT', '/v1/clusters/other', {}, 201],
  ])('%s of %s: %s %s', async (role, tenant, method, path, body, status) => {
    const token = await newToken({ tenant, role });
    expect((await call(method, path, { token, body })).status).toBe(status);
  });
});

describe('bootstrap', () => {
  test('run twice keeps the token and adds grants; the file is its owner’s alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'drey-bootstrap-'));
    const file = join(folder, 'nested', 'token');
    const env = { ...process.env, NODE_OPTIONS: '', DATABASE_URL: plane.databaseUrl };
    await bootstrap(env, ['--token-file', file, '--tenant', 'made', '--grant', 'local:one']);
    const token = readFileSync(file, 'utf8');
    await bootstrap(env, ['--token-file', file, '--tenant', 'made', '--grant', 'local:two*']);
    expect(readFileSync(file, 'utf8')).toBe(token);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { body } = await call('GET', '/v1/tenants/made', { token: token.trim() });
    expect(body.grants).toEqual([
      { cluster: 'local', namespace: 'one' },
      { cluster: 'local', namespace: 'two*' },
    ]);
    rmSync(folder, { recursive: true });
  });

  test.each([
    [[], '--token-file is required'],
    [['--token-file', '/tmp/x', '--grant', 'local'], 'must be CLUSTER:NAMESPACE'],
    [['--token-file', '/tmp/x', '--tenant', 'No_Name'], '--tenant must hold only'],
  ])('refuses %j and says why', async (args, why) => {
    const env = { ...process.env, NODE_OPTIONS: '', DATABASE_URL: plane.databaseUrl };
    await expect(bootstrap(env, args)).rejects.toThrow(why);
  });
});
