/** Who may do what on the development stack: a token for the reader, and one for the agent that is good for its cluster only. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectPostgres } from '../../clients/postgres/connect.ts';
import { findToken, tokenHash } from '../../clients/postgres/tokens.ts';
import { accessFiles, grantAccess, removeAccess } from '../../deploy/dev/drey-access.ts';
import type { StackPaths } from '../../deploy/dev/paths.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let server: TestPostgres;
let paths: StackPaths;

beforeAll(async () => {
  server = await startTestPostgres();
  const stateDir = mkdtempSync(join(tmpdir(), 'drey-access-'));
  paths = { instance: 'access', stateDir, runDir: stateDir, logDir: stateDir, cacheDir: stateDir };
});
afterAll(async () => {
  await server.stop();
  rmSync(paths.stateDir, { recursive: true });
});

test('both tokens are made once, for their owner alone, and are known to the API', async () => {
  const databaseUrl = await server.emptyDatabase();
  const access = { databaseUrl, tenant: 'default', cluster: 'local', grants: [] };
  const { token, agentToken } = accessFiles(paths);
  await grantAccess(paths, access);
  const made = [token, agentToken].map((file) => readFileSync(file, 'utf8').trim());
  await grantAccess(paths, access);
  expect([token, agentToken].map((file) => readFileSync(file, 'utf8').trim())).toEqual(made);
  expect([token, agentToken].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  const postgres = connectPostgres({ url: databaseUrl, applicationName: 'test' });
  const known = await Promise.all(made.map((one) => findToken(postgres, tokenHash(one))));
  await postgres.end();
  expect(known).toMatchObject([
    { role: 'admin', tenant: '*', cluster: null },
    { role: 'agent', tenant: '', cluster: 'local' },
  ]);
  removeAccess(paths);
  for (const file of [token, agentToken]) expect(() => statSync(file)).toThrow('ENOENT');
});
