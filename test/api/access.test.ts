/** Who may do what: tokens, roles and tenants. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectPostgres, type Postgres } from '../../clients/postgres/connect.ts';
import { findToken, revokeTokens, saveToken, tokenHash, type TokenRecord } from '../../clients/postgres/tokens.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { createCaller, type Caller } from '../support/api-caller.ts';
import { bootstrap, runTokens, startControlPlane, type ControlPlane } from '../support/control-plane.ts';
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

async function untilRefused(token: string): Promise<void> {
  const refused = async () => (await call('GET', '/v1/clusters', { token })).status === 401;
  await waitUntil(refused, { what: 'the token to be refused', timeoutMs: 120_000 });
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
    await revokeTokens(postgres, { hash: tokenHash(token) });
    await untilRefused(token);
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

const env = () => ({ ...process.env, NODE_OPTIONS: '', DATABASE_URL: plane.databaseUrl });
const tokenIn = (file: string) => readFileSync(file, 'utf8').trim();

describe('the command for tokens', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drey-tokens-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each<[role: string, tenant: string, own: number, others: number, change: number]>([
    ['viewer', 'shop', 200, 403, 403],
    ['operator', 'shop', 200, 403, 404],
    ['operator', '*', 200, 200, 404],
    ['admin', 'shop', 200, 403, 404],
  ])('makes one for a %s of %s, who may do as much and no more', async (role, tenant, own, others, change) => {
    const file = join(folder, `${role}-${tenant.replace('*', 'all')}`);
    const args = ['make', '--file', file, '--name', `${role} of ${tenant}`, '--role', role, '--tenant', tenant];
    const said = await runTokens(env(), args);
    const token = tokenIn(file);
    expect(said).not.toContain(token);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await call('GET', '/v1/tenants/shop/jobs', { token })).status).toBe(own);
    expect((await call('GET', '/v1/tenants/default/jobs', { token })).status).toBe(others);
    expect((await call('DELETE', '/v1/tenants/shop/jobs/none', { token })).status).toBe(change);
  });

  test('makes one that ends by itself, keeps it when run again, and lists it', async () => {
    const file = join(folder, 'guest');
    const make = ['make', '--file', file, '--name', 'guest', '--role', 'viewer', '--tenant', 'shop', '--expires'];
    await runTokens(env(), [...make, '1h']);
    const token = tokenIn(file);
    await runTokens(env(), [...make, '30d']);
    expect(tokenIn(file)).toBe(token);
    const { expiresAt } = (await findToken(postgres, tokenHash(token))) ?? {};
    expect(expiresAt?.getTime()).toBeGreaterThan(Date.now() + 29 * 86_400_000);
    const listed = await runTokens(env(), ['list']);
    expect(listed).toMatch(/^guest +viewer +shop +\S+ +valid until \S+$/m);
    expect(listed).not.toContain(token);
  });

  test.each(['--file', '--name'])('revokes the one that %s says, for good', async (how) => {
    const file = join(folder, `leaked${how}`);
    const make = ['make', '--file', file, '--name', `leaked${how}`, '--role', 'operator', '--tenant', 'shop'];
    await runTokens(env(), make);
    const token = tokenIn(file);
    expect((await call('GET', '/v1/clusters', { token })).status).toBe(200);
    const which = how === '--file' ? file : `leaked${how}`;
    expect(await runTokens(env(), ['revoke', how, which])).toContain(`leaked${how}, operator of tenant shop: revoked`);
    await untilRefused(token);
    expect(await runTokens(env(), ['list'])).toMatch(new RegExp(`^leaked${how} .* revoked \\S+$`, 'm'));
    await expect(runTokens(env(), make)).rejects.toThrow('was revoked: remove the file');
    await expect(bootstrap(env(), ['--token-file', file])).rejects.toThrow('was revoked: remove the file');
    expect((await call('GET', '/v1/clusters', { token })).status).toBe(401);
  });

  test('revokes the token of an agent by its name', async () => {
    const files = { admin: join(folder, 'root'), agent: join(folder, 'agent') };
    await bootstrap(env(), ['--token-file', files.admin, '--agent', `far:${files.agent}`]);
    const said = await runTokens(env(), ['revoke', '--name', 'agent of far']);
    expect(said).toContain('agent of far, agent of cluster far: revoked');
    expect(await findToken(postgres, tokenHash(tokenIn(files.agent)))).toBeUndefined();
  });

  const asked = ['--file', join(folder, 'new'), '--name', 'new', '--tenant', 'shop', '--role', 'viewer'];
  test.each([
    [[], 'api/tokens.ts make'],
    [['forget'], 'api/tokens.ts make'],
    [['make'], '--file is required'],
    [['make', ...asked, '--role', 'agent'], '--role must be viewer, operator or admin'],
    [['make', ...asked, '--tenant', 'No_Name'], '--tenant must hold only'],
    [['make', ...asked, '--tenant', 'nobody'], 'Tenant nobody is not known'],
    [['make', ...asked, '--expires', 'soon'], '--expires must be a duration'],
    [['revoke'], 'revoke needs --name NAME or --file FILE'],
    [['revoke', '--name', 'nobody'], 'A token with the name nobody is not known'],
    [['revoke', '--file', join(folder, 'none')], 'holds no token'],
    [['list', '--name', 'admin'], 'Unrecognized key'],
  ])('refuses %j and says why', async (args, why) => {
    await expect(runTokens(env(), args)).rejects.toThrow(why);
    expect(existsSync(join(folder, 'new'))).toBe(false);
  });

  test('asks for PostgreSQL where its address is empty, and for tables where it has none', async () => {
    await expect(runTokens({ ...env(), DATABASE_URL: '' }, ['list'])).rejects.toThrow('DATABASE_URL is not set');
    const empty = { ...env(), DATABASE_URL: await plane.postgres.emptyDatabase() };
    await expect(runTokens(empty, ['list'])).rejects.toThrow('run api/bootstrap.ts first');
  });
});
