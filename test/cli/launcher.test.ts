import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { jobView, specInput } from '../support/records.ts';
import { page, useFakeApi } from './fake-api.ts';

const script = join(process.cwd(), 'cli', 'drey');
let folder: string;
const api = useFakeApi();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drey-launcher-'));
  symlinkSync(script, join(folder, 'direct'));
  symlinkSync('direct', join(folder, 'drey'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the real command from a folder that knows nothing of the checkout. */
async function drey(args: readonly string[], input = ''): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env['PATH'], HOME: folder, DREY_SERVER: api.server, DREY_TOKEN: 'secret' };
  const running = promisify(execFile)(join(folder, 'drey'), args, { cwd: folder, env });
  running.child.stdin?.end(input);
  return running.then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      out: error.stdout,
      err: error.stderr,
    }),
  );
}

test('runs through symlinks, from any folder', async () => {
  expect(await drey(['version'])).toEqual({ code: 0, out: 'drey 0.1.0\n', err: '' });
});

test('gives the shell its exit code, and ends by itself when it is done', async () => {
  expect((await drey(['get', 'jobz'])).code).toBe(2);
  expect((await drey(['get', 'job', 'gone'])).code).toBe(1);
  api.routes = { 'GET /v1/tenants/default/jobs': page([jobView()]) };
  expect(await drey(['get', 'jobs', '-o', 'name'])).toEqual({ code: 0, out: 'flinkjob/counts\n', err: '' });
});

test('reads specs from its input', async () => {
  api.routes = { 'PUT /v1/tenants/default/jobs/counts': { status: 201, body: { changed: true, job: jobView() } } };
  expect(await drey(['apply', '-f', '-'], stringify(specInput()))).toMatchObject({
    code: 0,
    out: 'flinkjob/counts created\n',
  });
});
