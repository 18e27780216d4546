/** Bad input: always a 4xx that says what is wrong and where, and nothing is started. */
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { problemAnswer } from '../../api/answer-shapes.ts';
import { createCaller, type Answer, type Caller } from '../support/api-caller.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { specInput } from '../support/records.ts';

let plane: ControlPlane;
let call: Caller;

beforeAll(async () => {
  plane = await startControlPlane();
  call = createCaller(plane.url, plane.token);
  await call('PUT', '/v1/clusters/local', { body: {} });
});
afterAll(async () => {
  await plane?.stop();
});

const jobPath = '/v1/tenants/default/jobs/bad';
const yaml = { 'content-type': 'application/yaml' };
const json = { 'content-type': 'application/json' };

/** A good spec with one value set, by the path to it. */
function specWith(path: readonly string[], value: unknown): string {
  const spec = JSON.parse(JSON.stringify(specInput('bad')));
  let inner = spec;
  for (const key of path.slice(0, -1)) inner = inner[key] ??= {};
  Object.defineProperty(inner, path.at(-1) ?? '', { value, enumerable: true, configurable: true });
  return JSON.stringify(spec);
}

/** Status and code, of an answer that is a proper problem. */
function problemIn(answer: Answer): [number, string] {
  const problem = problemAnswer.parse(answer.body);
  if (answer.headers.get('content-type') !== 'application/problem+json') throw new Error('not a problem by its type');
  if (problem.requestId !== answer.headers.get('x-request-id')) throw new Error('two request ids');
  return [answer.status, problem.code];
}

async function startedJobs(): Promise<unknown[]> {
  return (await call('GET', '/v1/tenants/default/jobs?namePrefix=bad')).body.items;
}

const bomb = `a: &a [x,x,x,x,x,x,x,x,x]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]
e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]
f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]
metadata: *f
`;

describe('a body that cannot be read', () => {
  test.each<[string, string | Uint8Array, Record<string, string>, number, string]>([
    ['not YAML', 'a: [1, 2\nb: }', yaml, 400, 'MALFORMED_REQUEST'],
    ['not JSON', '{"a": ', json, 400, 'MALFORMED_REQUEST'],
    ['two YAML documents', 'a: 1\n---\nb: 2\n', yaml, 400, 'MALFORMED_REQUEST'],
    ['a YAML bomb', bomb, yaml, 400, 'MALFORMED_REQUEST'],
    ['YAML lists nested very deep', '- '.repeat(60_000), yaml, 400, 'MALFORMED_REQUEST'],
    ['YAML nested very deep in brackets', '['.repeat(100_000), yaml, 400, 'MALFORMED_REQUEST'],
    ['a YAML alias of nothing', 'a: *b', yaml, 400, 'MALFORMED_REQUEST'],
    ['a YAML alias of itself', 'a: &a [*a]', yaml, 422, 'SPEC_REFUSED'],
    ['a key that comes twice', 'kind: FlinkJob\nkind: Other\n', yaml, 400, 'MALFORMED_REQUEST'],
    ['an unknown YAML tag', 'kind: !!js/function "x"', yaml, 422, 'SPEC_REFUSED'],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), json, 400, 'MALFORMED_REQUEST'],
    [
      'another character set',
      '{}',
      { 'content-type': 'application/json; charset=utf-16' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['an unknown encoding', '{}', { ...json, 'content-encoding': 'zstd' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['gzip that is none', '{}', { ...json, 'content-encoding': 'gzip' }, 400, 'MALFORMED_REQUEST'],
    ['empty', '', json, 400, 'MALFORMED_REQUEST'],
    ['10 MB', 'x'.repeat(10 * 1024 * 1024), json, 413, 'TOO_LARGE'],
    ['300 KB of YAML', `# ${'x'.repeat(300 * 1024)}\n`, yaml, 413, 'TOO_LARGE'],
    ['JSON nested very deep', '['.repeat(200_000) + ']'.repeat(200_000), json, 422, 'SPEC_REFUSED'],
    ['a list', '[]', json, 422, 'SPEC_REFUSED'],
    ['null', 'null', json, 422, 'SPEC_REFUSED'],
    ['a number', '7', json, 422, 'SPEC_REFUSED'],
    ['text', '"spec"', json, 422, 'SPEC_REFUSED'],
  ])('%s', async (_, body, headers, status, code) => {
    expect(problemIn(await call('PUT', jobPath, { body, headers }))).toEqual([status, code]);
    expect(await startedJobs()).toEqual([]);
  });
});

describe('a spec that is wrong names the path', () => {
  const args = ['spec', 'job', 'args'];
  test.each<[string, string[], unknown, string]>([
    ['a wrong type', ['spec', 'taskManager', 'slots'], 'two', 'spec.taskManager.slots'],
    ['a number below its range', ['spec', 'job', 'parallelism'], 0, 'spec.job.parallelism'],
    ['a number above its range', ['spec', 'job', 'parallelism'], 1e9, 'spec.job.parallelism'],
    ['a number with a fraction', ['spec', 'job', 'parallelism'], 1.5, 'spec.job.parallelism'],
    ['a name that Kubernetes refuses', ['spec', 'namespace'], 'Flink_Jobs', 'spec.namespace'],
    ['an unknown field', ['spec', 'paralelism'], 2, 'spec.paralelism'],
    ['NUL', args, ['a\u0000b'], 'spec.job.args[0]'],
    ['a control character', args, ['a\u001bb'], 'spec.job.args[0]'],
    ['half a surrogate pair', args, ['\ud800'], 'spec.job.args[0]'],
    [
      'a prototype key',
      ['spec', 'flink', 'configuration', '__proto__'],
      { polluted: 'yes' },
      'spec.flink.configuration.__proto__',
    ],
    ['another name than the path', ['metadata', 'name'], 'other', 'metadata.name'],
    ['another tenant than the path', ['metadata', 'tenant'], 'other', 'metadata.tenant'],
    ['metadata that is no map', ['metadata'], 'bad', 'metadata'],
  ])('%s', async (_, path, value, expected) => {
    const answer = await call('PUT', jobPath, { body: specWith(path, value), headers: json });
    expect(problemIn(answer)).toEqual([422, 'SPEC_REFUSED']);
    expect(answer.body.problems.map((one: { path: string }) => one.path)).toContain(expected);
    expect(await startedJobs()).toEqual([]);
  });

  test('more than 64 KB', async () => {
    const many = Array.from({ length: 70 }, () => 'x'.repeat(1000));
    const answer = await call('PUT', jobPath, { body: specWith(args, many), headers: json });
    expect(problemIn(answer)).toEqual([413, 'TOO_LARGE']);
  });

  test('a cluster that is not known, with the nearest one that is', async () => {
    const answer = await call('PUT', jobPath, { body: specWith(['spec', 'cluster'], 'locla'), headers: json });
    expect(problemIn(answer)).toEqual([422, 'CLUSTER_UNKNOWN']);
    expect(answer.body).toMatchObject({ problems: [{ path: 'spec.cluster' }], cure: 'Did you mean local?' });
    expect(await startedJobs()).toEqual([]);
  });

  test.each(['true', 'false'])('a namespace that the tenant may not use (dryRun=%s)', async (dryRun) => {
    const body = specWith(['spec', 'namespace'], 'kube-system');
    const answer = await call('PUT', `${jobPath}?dryRun=${dryRun}`, { body, headers: json });
    expect(problemIn(answer)).toEqual([403, 'NAMESPACE_NOT_GRANTED']);
    expect(answer.body).toMatchObject({ problems: [{ path: 'spec.namespace', hint: 'It may use local:flink.' }] });
    expect(await startedJobs()).toEqual([]);
  });

  test('a tenant that is not known may use nothing', async () => {
    const answer = await call('PUT', '/v1/tenants/nobody/jobs/bad', { body: { ...specInput('bad'), metadata: {} } });
    expect(problemIn(answer)).toEqual([403, 'NAMESPACE_NOT_GRANTED']);
  });
});

describe('a request that is wrong', () => {
  test.each<[string, string, string, Record<string, string>, number, string]>([
    ['a job name in capitals', 'GET', '/v1/tenants/default/jobs/BAD', {}, 400, 'INVALID_PARAMETER'],
    [
      'a job name that is too long',
      'PUT',
      `/v1/tenants/default/jobs/${'x'.repeat(41)}`,
      json,
      400,
      'INVALID_PARAMETER',
    ],
    ['a name with a NUL', 'GET', '/v1/tenants/default/jobs/a%00b', {}, 400, 'INVALID_PARAMETER'],
    ['a name with a slash', 'GET', '/v1/tenants/default/jobs/a%2Fb', {}, 400, 'INVALID_PARAMETER'],
    ['a broken escape', 'GET', '/v1/tenants/default/jobs/%E0%A4%A', {}, 400, 'MALFORMED_REQUEST'],
    ['an operation that is no number', 'GET', `${jobPath}/operations/first`, {}, 400, 'INVALID_PARAMETER'],
    ['an operation number out of range', 'GET', `${jobPath}/operations/99999999999`, {}, 400, 'INVALID_PARAMETER'],
    ['a limit above 500', 'GET', '/v1/tenants/default/jobs?limit=501', {}, 400, 'INVALID_PARAMETER'],
    ['a limit that comes twice', 'GET', '/v1/tenants/default/jobs?limit=1&limit=2', {}, 400, 'INVALID_PARAMETER'],
    ['an unknown parameter', 'GET', '/v1/tenants/default/jobs?fase=RUNNING', {}, 400, 'INVALID_PARAMETER'],
    ['a parameter called __proto__', 'GET', '/v1/tenants/default/jobs?__proto__=1', {}, 400, 'INVALID_PARAMETER'],
    ['an unknown phase', 'GET', '/v1/tenants/default/jobs?phase=ASLEEP', {}, 400, 'INVALID_PARAMETER'],
    ['a label without a value', 'GET', '/v1/tenants/default/jobs?label=team', {}, 400, 'INVALID_PARAMETER'],
    ['a label with a NUL', 'GET', '/v1/tenants/default/jobs?label=a%00%3Db', {}, 400, 'INVALID_PARAMETER'],
    ['a cursor that is none', 'GET', '/v1/tenants/default/jobs?cursor=nonsense', {}, 400, 'INVALID_PARAMETER'],
    ['a log of nothing that is known', 'GET', `${jobPath}/logs?component=sidecar`, {}, 400, 'INVALID_PARAMETER'],
    ['If-Match without quotes', 'DELETE', jobPath, { 'if-match': '3' }, 400, 'INVALID_PARAMETER'],
    [
      'If-Match and If-None-Match',
      'DELETE',
      jobPath,
      { 'if-match': '"3"', 'if-none-match': '*' },
      400,
      'INVALID_PARAMETER',
    ],
    ['If-None-Match with a revision', 'DELETE', jobPath, { 'if-none-match': '"3"' }, 400, 'INVALID_PARAMETER'],
    ['a key with a space', 'DELETE', jobPath, { 'idempotency-key': 'a b' }, 400, 'INVALID_PARAMETER'],
    ['a key that is too long', 'DELETE', jobPath, { 'idempotency-key': 'k'.repeat(201) }, 400, 'INVALID_PARAMETER'],
    ['a path that is not there', 'GET', '/v2/jobs', {}, 404, 'NO_SUCH_ROUTE'],
    ['a method that is not there', 'POST', jobPath, {}, 405, 'METHOD_NOT_ALLOWED'],
    ['a job that is not there', 'GET', jobPath, {}, 404, 'NO_SUCH_JOB'],
    ['the log of a job that is not there', 'GET', `${jobPath}/logs`, {}, 404, 'NO_SUCH_JOB'],
    ['a cluster that is not there', 'GET', '/v1/clusters/nowhere', {}, 404, 'NO_SUCH_CLUSTER'],
    ['a tenant that is not there', 'GET', '/v1/tenants/nobody', {}, 404, 'NO_SUCH_TENANT'],
    ['a stream that nobody waits for', 'POST', `/v1/agent/streams/${'a'.repeat(43)}`, {}, 404, 'NO_SUCH_STREAM'],
  ])('%s', async (_, method, path, headers, status, code) => {
    const body = method === 'PUT' ? { body: '{}' } : {};
    expect(problemIn(await call(method, path, { headers, ...body }))).toEqual([status, code]);
  });

  test.each<[string, string, unknown]>([
    ['a cluster with an unknown field', '/v1/clusters/other', { region: 'north' }],
    ['a cluster with labels that are none', '/v1/clusters/other', { labels: { 'a b': 'c' } }],
    ['a tenant with a grant of nothing', '/v1/tenants/other', { grants: [{ cluster: 'local', namespace: '' }] }],
    [
      'a tenant with a grant that is no pattern',
      '/v1/tenants/other',
      { grants: [{ cluster: 'local', namespace: '*-x' }] },
    ],
    ['a tenant with text where a list belongs', '/v1/tenants/other', { grants: 'all' }],
  ])('%s', async (_, path, body) => {
    expect(problemIn(await call('PUT', path, { body }))).toEqual([422, 'INVALID_BODY']);
    expect((await call('GET', path)).status).toBe(404);
  });

  test('says which methods a path takes', async () => {
    const answer = await call('POST', jobPath);
    expect(answer.headers.get('allow')).toBe('GET, PUT, DELETE');
  });

  test('gives a request id back when it is one, and makes another when it is not', async () => {
    expect((await call('GET', '/healthz', { headers: { 'x-request-id': 'my-1' } })).headers.get('x-request-id')).toBe(
      'my-1',
    );
    const made = (await call('GET', '/healthz', { headers: { 'x-request-id': 'a b<c>' } })).headers.get('x-request-id');
    expect(made).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('that breaks off in its body harms nobody', async () => {
    await new Promise<void>((resolve) => {
      const broken = httpRequest(`${plane.url}${jobPath}`, {
        method: 'PUT',
        headers: { ...json, authorization: `Bearer ${plane.token}`, 'content-length': '1000' },
      });
      broken.once('error', () => resolve());
      broken.write('{"a":', () => broken.destroy());
      broken.once('close', () => resolve());
    });
    expect((await call('GET', '/healthz')).status).toBe(200);
  });
});

test('the API has not failed once in all this', () => {
  const errors = plane
    .apiLog()
    .split('\n')
    .filter((line) => line.includes('"level":50') || line.includes('"level":60'));
  expect(errors).toEqual([]);
});
