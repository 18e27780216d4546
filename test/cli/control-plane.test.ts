/** The CLI against the real API, workflow and records. No agent runs, so operations wait, as they do when a cluster is away. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { createCaller } from '../support/api-caller.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { specInput } from '../support/records.ts';
import { runDrey, type Ran } from './run-drey.ts';

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
  await createCaller(plane.url, plane.token)('PUT', '/v1/clusters/local', { body: { description: 'here' } });
});
afterAll(() => plane?.stop());

function drey(args: readonly string[], input: unknown = ''): Promise<Ran> {
  const text = typeof input === 'string' ? input : stringify(input);
  const env = { DREY_SERVER: plane.url, DREY_TOKEN: plane.token };
  return runDrey(undefined, args, { env, input: text, now: Date.now });
}

describe('a job from its making to its removal', () => {
  test('is created, unchanged when applied again as it is printed, and configured when it differs', async () => {
    expect(await drey(['apply', '-f', '-'], specInput())).toEqual({
      code: 0,
      out: 'flinkjob/counts created\n',
      err: '',
    });
    const { out: yaml } = await drey(['get', 'job', 'counts', '-o', 'yaml']);
    expect((await drey(['apply', '-f', '-'], yaml)).out).toBe('flinkjob/counts unchanged\n');
    const { out: list } = await drey(['get', 'jobs', '-o', 'json']);
    expect((await drey(['apply', '-f', '-'], list)).out).toBe('flinkjob/counts unchanged\n');
    const wider = yaml.replace('parallelism: 1', 'parallelism: 2');
    expect((await drey(['apply', '-f', '-', '--dry-run'], wider)).out).toBe(
      [
        'flinkjob/counts configured (dry run)',
        '  spec.job.parallelism: 1 -> 2 (rescale)',
        '  needs: rescale (cost: rescale)',
        '  starts from: a checkpoint that is taken for it: the job is not stopped',
        '',
      ].join('\n'),
    );
    const inPlace = [
      '  spec.job.parallelism: 1 -> 3 (rescale)',
      '  needs: rescale (cost: rescale)',
      '  starts from: a checkpoint that is taken for it: the job is not stopped',
    ].join('\n');
    const scaled = await drey(['scale', 'counts', '--parallelism', '3', '--dry-run']);
    expect(scaled).toEqual({ code: 0, out: `flinkjob/counts scaling (dry run)\n${inPlace}\n`, err: '' });
    expect((await drey(['apply', '-f', '-', '-o', 'name'], wider)).out).toBe('flinkjob/counts\n');
  });

  test('is listed and filtered', async () => {
    expect((await drey(['get', 'jobs', '-A', '--cluster', 'local', '-n', 'flink', '-o', 'name'])).out).toBe(
      'default/flinkjob/counts\n',
    );
    expect((await drey(['get', 'jobs', '-l', 'team=none', '--phase', 'running,failed'])).err).toMatch(/^No jobs found/);
    expect((await drey(['get', 'clusters'])).out).toMatch(/^NAME +AGENT +LAST-SEEN +UNKNOWN-JOBS +AGE\nlocal +/);
  });

  test('is described with its operations and events', async () => {
    const { code, out, err } = await drey(['describe', 'job', 'counts']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/Revision: +2\n/);
    expect(out).toMatch(/\nOperations:\n +OPERATION +KIND .*\n +2 +(upgrade|deploy) /);
    expect((await drey(['operations', 'counts', '-o', 'name'])).out).toBe('operation/2\noperation/1\n');
    expect((await drey(['operation', 'counts', '1'])).out).toMatch(/^Operation: +1 deploy\n/);
  });

  test('is removed, and asking twice does no harm', async () => {
    expect((await drey(['delete', 'job', 'counts', '--dry-run'])).out).toMatch(
      / removed \(dry run\)\n {2}needs: remove /,
    );
    const { code, out } = await drey(['delete', 'job', 'counts']);
    expect(code).toBe(0);
    expect(out).toMatch(/^flinkjob\/counts removal requested \(operation 3\)\n$/);
    expect((await drey(['delete', 'job', 'counts'])).out).toBe(out);
  });
});

describe('what the API refuses', () => {
  test('names each wrong field, with what was meant', async () => {
    const input = specInput('bad') as { spec: Record<string, unknown> };
    input.spec['clustr'] = input.spec['cluster'];
    delete input.spec['cluster'];
    const { code, err } = await drey(['apply', '-f', '-'], input);
    expect(code).toBe(1);
    expect(err).toMatch(/^error: input: flinkjob\/bad: .* \(SPEC_REFUSED, request /);
    expect(err).toMatch(/\n {2}spec.clustr is not a field of the spec \(Did you mean `cluster`\?\)\n/);
  });

  test('says so for a job, an operation and a cluster that do not exist, and for a bad token', async () => {
    expect(await drey(['get', 'job', 'gone'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('drey get jobs'),
    });
    expect(await drey(['operation', 'counts', '99'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('operation 99'),
    });
    expect(await drey(['get', 'cluster', 'moon'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('drey get clusters'),
    });
    expect(await drey(['get', 'jobs', '--token', 'wrong'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('--token-file'),
    });
    expect(await drey(['apply', '-f', '-'], { kind: 'FlinkJob', metadata: { name: '..' } })).toMatchObject({ code: 1 });
  });
});

test('without a worker nothing is accepted: the CLI tries again with the same key, then exits with 3', async () => {
  await plane.stopWorker();
  const { code, out, err } = await drey(['apply', '-f', '-', '--request-timeout', '15s'], specInput('late'));
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(err).toMatch(/trying again/);
  await plane.startWorker();
  expect((await drey(['apply', '-f', '-'], specInput('late'))).code).toBe(0);
});
